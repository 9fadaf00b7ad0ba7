//! A moment in UTC, in whole microseconds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Microseconds since 1970-01-01T00:00:00Z.
///
/// In JSON an RFC 3339 string with six decimals and `Z`; any offset is accepted on the way in.
/// Microseconds, because every database and every language Annals meets can hold them exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// The text is not an RFC 3339 date and time within the years 1900 to 9999.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an RFC 3339 time such as 2026-11-21T08:30:00Z, between the years 1900 and 9999")]
pub struct InvalidTime;

impl Time {
    /// 1900-01-01T00:00:00Z, the earliest moment an event may carry.
    pub const MIN: Time = Time(-2_208_988_800_000_000);
    /// 9999-12-30T00:00:00Z, the latest moment that can be written.
    pub const MAX: Time = Time(253_402_128_000_000_000);

    /// Makes a time from microseconds since the Unix epoch, kept within [`Time::MIN`] and
    /// [`Time::MAX`].
    pub const fn from_micros(micros: i64) -> Time {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Time(micros)
        }
    }

    /// Returns microseconds since the Unix epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Returns this time moved by a number of microseconds, kept within the bounds.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Time {
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// Returns microseconds from `earlier` to this time; negative if `earlier` is later.
    pub const fn micros_since(self, earlier: Time) -> i64 {
        self.0 - earlier.0
    }
}

impl From<jiff::Timestamp> for Time {
    fn from(timestamp: jiff::Timestamp) -> Time {
        Time::from_micros(timestamp.as_microsecond())
    }
}

impl From<Time> for jiff::Timestamp {
    fn from(time: Time) -> jiff::Timestamp {
        // Every Time lies within the years 1900 and 9999, which jiff can hold.
        jiff::Timestamp::from_microsecond(time.0).unwrap_or(jiff::Timestamp::MAX)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text(&mut [0; 27]))
    }
}

impl Time {
    /// Writes the text digit by digit: every event has two times, and a general calendar formatter
    /// takes longer than the rest of the event.
    pub(crate) fn text(self, text: &mut [u8; 27]) -> &str {
        const SECOND: i64 = 1_000_000;
        const DAY: i64 = 86_400 * SECOND;
        let (day, within) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        let (year, month, day) = civil(day);
        let (seconds, micros) = (within / SECOND, within % SECOND);
        *text = *b"0000-00-00T00:00:00.000000Z";
        for (end, width, number) in [
            (4, 4, year),
            (7, 2, month),
            (10, 2, day),
            (13, 2, seconds / 3_600),
            (16, 2, seconds / 60 % 60),
            (19, 2, seconds % 60),
            (26, 6, micros),
        ] {
            let mut number = number;
            for digit in text[end - width..end].iter_mut().rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
        }
        // All bytes are ASCII: digits and the signs above.
        str::from_utf8(text).unwrap_or_default()
    }
}

/// Returns the date of a day counted from 1970-01-01: Howard Hinnant's `civil_from_days`, whose
/// years begin in March, so that a leap day is the last.
fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * from_march + 2) / 5 + 1)
}

impl FromStr for Time {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Time, InvalidTime> {
        let timestamp: jiff::Timestamp = text.parse().map_err(|_| InvalidTime)?;
        let micros = timestamp.as_microsecond();
        if (Time::MIN.0..=Time::MAX.0).contains(&micros) {
            Ok(Time(micros))
        } else {
            Err(InvalidTime)
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text(&mut [0; 27]))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Time {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::DateTime,
            )))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Time {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_written_as_the_calendar_s_library_writes_it(
            micros in prop_oneof![
                Time::MIN.0..=Time::MAX.0,
                // Days around the ends of months, and of years.
                (-40_000_i64..3_000_000, -1_i64..2).prop_map(|(day, off)| day * 86_400_000_000 + off),
            ],
        ) {
            let time = Time::from_micros(micros);
            prop_assert_eq!(time.to_string(), format!("{:.6}", jiff::Timestamp::from(time)));
        }
    }

    #[test]
    fn is_written_in_utc_with_microseconds() {
        let time: Time = "2026-11-21T10:30:00.5+02:00".parse().unwrap();
        assert_eq!(time.to_string(), "2026-11-21T08:30:00.500000Z");
    }

    #[test]
    fn refuses_what_is_not_a_moment() {
        for text in ["", "yesterday", "2026-11-21", "2026-13-01T00:00:00Z", "1800-01-01T00:00:00Z"]
        {
            assert_eq!(text.parse::<Time>(), Err(InvalidTime), "{text}");
        }
    }

    #[test]
    fn bounds_can_be_written_and_read() {
        for time in [Time::MIN, Time::MAX] {
            assert_eq!(time.to_string().parse(), Ok(time));
        }
    }
}
