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

    /// From microseconds since the Unix epoch, kept within [`Time::MIN`] and [`Time::MAX`].
    pub const fn from_micros(micros: i64) -> Time {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Time(micros)
        }
    }

    /// Microseconds since the Unix epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// This moment moved by a number of microseconds, kept within the bounds.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Time {
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// Microseconds from `earlier` to this moment; negative when `earlier` is later.
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
        write!(f, "{:.6}", jiff::Timestamp::from(*self))
    }
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
        serializer.collect_str(self)
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
    use super::*;

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
