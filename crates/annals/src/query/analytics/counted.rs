//! How far what is counted has come.

use annals_event::Time;

use crate::store::Place;

/// Up to which moment everything is counted, and how many events are not. `head` is how far the
/// journal went, and `now` what time it was, before the figures were asked for.
pub fn counted(place: Place, head: u64, now: Time) -> (Option<Time>, u64) {
    let lag = head.saturating_sub(place.position);
    (if lag == 0 { Some(now) } else { place.as_of }, lag)
}
