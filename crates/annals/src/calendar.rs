//! Days, as one time zone's calendar has them.
//!
//! Every figure by day is one of these days: the deployment's, unless a question says otherwise.

use annals_event::Time;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The calendar of a time zone.
#[derive(Clone, Debug)]
pub struct Calendar {
    name: String,
    zone: TimeZone,
}

/// There is no time zone of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no IANA time zone such as Europe/Stockholm")]
pub struct UnknownZone(String);

impl Calendar {
    /// The calendar of an IANA time zone.
    ///
    /// # Errors
    /// There is no such zone, or this machine does not know it.
    pub fn of(name: &str) -> Result<Calendar, UnknownZone> {
        let zone = TimeZone::get(name).map_err(|_| UnknownZone(name.to_owned()))?;
        Ok(Calendar { name: name.to_owned(), zone })
    }

    /// The zone's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The day a moment falls on.
    pub fn day(&self, time: Time) -> Date {
        self.zone.to_datetime(time.into()).date()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_the_zone_s_midnight() {
        let day = |zone: &str, time: &str| {
            Calendar::of(zone).unwrap().day(time.parse().unwrap()).to_string()
        };
        assert_eq!(day("UTC", "2026-11-21T23:30:00Z"), "2026-11-21");
        assert_eq!(day("Europe/Berlin", "2026-11-21T23:30:00Z"), "2026-11-22");
        assert_eq!(day("America/New_York", "2026-11-21T04:59:59Z"), "2026-11-20");
        // Summer time: the offset is the day's own.
        assert_eq!(day("Europe/Berlin", "2026-07-21T22:00:00Z"), "2026-07-22");
        assert_eq!(day("Europe/Berlin", "2026-12-21T22:00:00Z"), "2026-12-21");
        assert!(Calendar::of("Europe/Atlantis").is_err());
    }
}
