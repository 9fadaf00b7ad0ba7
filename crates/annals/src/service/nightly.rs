//! Work that is due once a night.

use annals_event::Time;

/// An hour, in microseconds.
pub(super) const HOUR: i64 = 3_600 * 1_000_000;
/// A day, in microseconds.
pub(super) const DAY: i64 = 24 * HOUR;

/// `true` if this hour of the day, UTC, has passed between two times.
pub(super) fn a_night_has_passed(hour: i64, since: Time, now: Time) -> bool {
    let nights = |time: Time| (time.as_micros() - hour * HOUR).div_euclid(DAY);
    nights(now) > nights(since)
}

/// Returns when it is this hour of the day, UTC, next.
pub(super) fn next_night(hour: i64, now: Time) -> Time {
    let today = now.as_micros().div_euclid(DAY) * DAY + hour * HOUR;
    Time::from_micros(if today > now.as_micros() { today } else { today + DAY })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_once_a_night_and_still_the_day_after_one_that_was_missed() {
        let at = |text: &str| text.parse::<Time>().unwrap();
        let run = at("2026-11-21T02:00:01Z");
        for (now, due) in [
            ("2026-11-21T02:00:05Z", false),
            ("2026-11-22T01:59:59Z", false),
            ("2026-11-22T02:00:00Z", true),
            ("2026-11-29T15:00:00Z", true),
            // A clock that was set back.
            ("2026-11-20T15:00:00Z", false),
        ] {
            assert_eq!(a_night_has_passed(2, run, at(now)), due, "{now}");
        }
        assert!(a_night_has_passed(2, at("2026-11-21T01:59:59Z"), run));
    }

    #[test]
    fn the_next_night_is_after_now() {
        for (now, next) in [
            ("2026-11-21T01:59:59Z", "2026-11-21T02:00:00Z"),
            ("2026-11-21T02:00:00Z", "2026-11-22T02:00:00Z"),
            ("2026-12-31T23:00:00Z", "2027-01-01T02:00:00Z"),
        ] {
            assert_eq!(next_night(2, now.parse().unwrap()), next.parse().unwrap(), "{now}");
        }
    }
}
