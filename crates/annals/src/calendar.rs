//! The calendar of a time zone, which splits time into days.
//!
//! Every figure by day uses the deployment's calendar, unless a request names another.

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
#[error("`{0}` is not an IANA time zone such as Europe/Stockholm")]
pub struct UnknownZone(String);

impl Calendar {
    /// Returns the calendar of an IANA time zone.
    ///
    /// # Errors
    /// There is no such zone, or this machine does not know it.
    pub fn of(name: &str) -> Result<Calendar, UnknownZone> {
        let zone = TimeZone::get(name).map_err(|_| UnknownZone(name.to_owned()))?;
        Ok(Calendar { name: name.to_owned(), zone })
    }

    /// Returns the zone's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the day of a time.
    pub fn day(&self, time: Time) -> Date {
        self.zone.to_datetime(time.into()).date()
    }

    /// Returns the first moment of a day: midnight, or the moment after it if the clocks skip it.
    pub fn begin(&self, day: Date) -> Time {
        let midnight = self.zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible();
        // Only days at the ends of the range of dates have no such moment.
        midnight.unwrap_or_default().into()
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
        // Summer time: the offset depends on the day.
        assert_eq!(day("Europe/Berlin", "2026-07-21T22:00:00Z"), "2026-07-22");
        assert_eq!(day("Europe/Berlin", "2026-12-21T22:00:00Z"), "2026-12-21");
        assert!(Calendar::of("Europe/Atlantis").is_err());
    }

    #[test]
    fn a_day_begins_where_the_one_before_it_ends() {
        let begin = |zone: &str, day: &str| {
            Calendar::of(zone).unwrap().begin(day.parse().unwrap()).to_string()
        };
        assert_eq!(begin("UTC", "2026-11-21"), "2026-11-21T00:00:00.000000Z");
        assert_eq!(begin("Europe/Berlin", "2026-07-21"), "2026-07-20T22:00:00.000000Z");
        // The clocks of Beirut skip midnight, those of Havana have it twice.
        assert_eq!(begin("Asia/Beirut", "2026-03-29"), "2026-03-28T22:00:00.000000Z");
        assert_eq!(begin("America/Havana", "2026-11-01"), "2026-11-01T04:00:00.000000Z");
    }
}
