//! The freshness of counts: how far the follower has come.

use annals_event::Time;

use crate::store::Checkpoint;

/// Returns the time up to which everything is counted, and the number of events that are not.
/// `head` and `now` are the journal's head and the time before the counts were read.
pub fn counted(checkpoint: Checkpoint, head: u64, now: Time) -> (Option<Time>, u64) {
    let lag = head.saturating_sub(checkpoint.position);
    (if lag == 0 { Some(now) } else { checkpoint.as_of }, lag)
}
