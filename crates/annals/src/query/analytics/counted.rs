//! How far what is counted has come.

use annals_event::Time;

use crate::store::Checkpoint;

/// Up to which moment everything is counted, and how many events are not. `head` is how far the
/// journal went, and `now` what time it was, before the figures were asked for.
pub fn counted(checkpoint: Checkpoint, head: u64, now: Time) -> (Option<Time>, u64) {
    let lag = head.saturating_sub(checkpoint.position);
    (if lag == 0 { Some(now) } else { checkpoint.as_of }, lag)
}
