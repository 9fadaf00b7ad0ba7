//! A shift of a full file in time.

use std::str::FromStr;

use annals_event::Time;

use super::when::DAY;

/// The time of the latest row after the shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShiftTo {
    /// The time of the import.
    Now,
    /// This time.
    Time(Time),
}

impl FromStr for ShiftTo {
    type Err = String;

    fn from_str(text: &str) -> Result<ShiftTo, String> {
        if text == "now" {
            return Ok(ShiftTo::Now);
        }
        let time = text.parse().map(ShiftTo::Time);
        time.map_err(|error: annals_event::time::InvalidTime| format!("`now`, or it {error}"))
    }
}

impl ShiftTo {
    /// Returns the microseconds that move `last` there.
    pub fn micros(self, last: Time, now: Time) -> i64 {
        match self {
            ShiftTo::Now => now.micros_since(last),
            ShiftTo::Time(time) => time.micros_since(last),
        }
    }
}

/// Returns the microseconds in full days, never beyond `now`, so that times of day stay.
pub fn whole_days(last: Time, now: Time) -> i64 {
    now.micros_since(last).div_euclid(DAY) * DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_land_where_they_should() {
        let last: Time = "2015-05-20T21:05:15Z".parse().unwrap();
        let now: Time = "2026-11-21T08:30:00Z".parse().unwrap();
        let shift = "now".parse::<ShiftTo>().unwrap().micros(last, now);
        assert_eq!(last.plus_micros(shift), now);
        let shift = "2020-01-01T00:00:00Z".parse::<ShiftTo>().unwrap();
        let moved = last.plus_micros(shift.micros(last, now));
        assert_eq!(moved.to_string(), "2020-01-01T00:00:00.000000Z");
        let moved = last.plus_micros(whole_days(last, now));
        assert_eq!(moved.to_string(), "2026-11-20T21:05:15.000000Z");
        assert!("tomorrow".parse::<ShiftTo>().is_err());
    }
}
