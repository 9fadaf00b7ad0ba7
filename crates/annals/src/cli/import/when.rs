//! The formats in which a row's time may be written.

use annals_event::Time;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::field::short;
use super::template::{Lookup, RowContext};

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a day.
pub const DAY: i64 = 86_400 * SECOND;

/// A format of a time.
#[derive(Clone, Debug)]
pub enum Format {
    /// `2026-11-21T08:30:00Z`.
    Rfc3339,
    /// The time since 1970, in units of which a second has this many; a fraction is allowed.
    Unix(f64),
    /// `2026-11-21`: a day without a time.
    Date,
    /// Days since a day that depends on the row.
    DayOffset(Lookup),
    /// A pattern of `strptime`, and the time zone of texts without one.
    Pattern(String, TimeZone),
}

impl Format {
    /// The names of formats; anything else with a `%` in it is a pattern.
    pub const NAMES: &str =
        "rfc3339, unix, unix_ms, unix_us, date, day_offset, combined_log, or a strptime pattern";

    /// Returns the format with this name. `day_offset` needs its origin, so it is not made here.
    pub fn from_name(name: &str, zone: TimeZone) -> Option<Format> {
        Some(match name {
            "rfc3339" => Format::Rfc3339,
            "unix" => Format::Unix(1.0),
            "unix_ms" => Format::Unix(1e3),
            "unix_us" => Format::Unix(1e6),
            "date" => Format::Date,
            "combined_log" => Format::Pattern("%d/%b/%Y:%H:%M:%S %z".into(), zone),
            pattern if pattern.contains('%') => Format::Pattern(pattern.into(), zone),
            _ => return None,
        })
    }

    /// Returns `true` if it gives only days, so that `spread` applies.
    pub fn is_day(&self) -> bool {
        matches!(self, Format::Date | Format::DayOffset(_))
    }

    /// Reads a time; a day becomes its midnight in UTC.
    pub fn read(&self, text: &str, context: &RowContext<'_>) -> Result<Time, String> {
        match self {
            Format::Rfc3339 => {
                text.parse().map_err(|error| format!("{error}, not `{}`", short(text)))
            }
            Format::Unix(scale) => {
                let count: f64 = text.trim().parse().map_err(|_| wrong(text, "a number"))?;
                if !count.is_finite() {
                    return Err(wrong(text, "a number"));
                }
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a float that does not fit becomes the nearest bound, refused below"
                )]
                bounded((count * (1e6 / scale)).round() as i64, text)
            }
            Format::Date => {
                let date: Date = text.trim().parse().map_err(|_| wrong(text, "a date"))?;
                midnight(date)
            }
            Format::DayOffset(origin) => {
                let days: i64 = text.trim().parse().map_err(|_| wrong(text, "a number of days"))?;
                let origin =
                    origin.expand(context).ok_or("`time.origin` has no day for this row")?;
                let date: Date = origin.parse().map_err(|_| wrong(&origin, "a date"))?;
                let from = midnight(date)?.as_micros();
                bounded(from.saturating_add(days.saturating_mul(DAY)), text)
            }
            Format::Pattern(pattern, zone) => {
                let parsed = jiff::fmt::strtime::parse(pattern, text)
                    .map_err(|error| format!("`{}` is not `{pattern}`: {error}", short(text)))?;
                let timestamp = match parsed.to_timestamp() {
                    Ok(timestamp) => timestamp,
                    // The text has no offset, so the mapping's time zone applies.
                    Err(_) => {
                        let civil =
                            parsed.to_datetime().or_else(|_| parsed.to_date().map(DateTime::from));
                        civil
                            .and_then(|civil| zone.to_timestamp(civil))
                            .map_err(|error| format!("`{}`: {error}", short(text)))?
                    }
                };
                Ok(timestamp.into())
            }
        }
    }
}

/// Returns the day of a time in UTC, as `2026-11-21`.
pub fn day_of(time: Time) -> String {
    jiff::Timestamp::from(time).strftime("%F").to_string()
}

fn midnight(date: Date) -> Result<Time, String> {
    let timestamp =
        TimeZone::UTC.to_timestamp(DateTime::from(date)).map_err(|error| error.to_string())?;
    Ok(timestamp.into())
}

/// Refuses times out of range, which `Time` would silently clamp.
fn bounded(micros: i64, text: &str) -> Result<Time, String> {
    let time = Time::from_micros(micros);
    if time.as_micros() == micros {
        Ok(time)
    } else {
        Err(format!("`{}` must be within 1900 and 9999", short(text)))
    }
}

fn wrong(text: &str, what: &str) -> String {
    format!("must be {what}, not `{}`", short(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<String, String> {
        let cells = csv::StringRecord::new();
        let context = RowContext { cells: &cells, day: "", line: 1, secret: b"" };
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let format = Format::from_name(name, zone).unwrap();
        format.read(text, &context).map(|time| time.to_string())
    }

    #[test]
    fn formats() {
        for (name, text, expected) in [
            ("rfc3339", "2015-05-17T12:05:03+02:00", "2015-05-17T10:05:03.000000Z"),
            ("unix", "1431857103.25", "2015-05-17T10:05:03.250000Z"),
            ("unix_ms", "1431857103000", "2015-05-17T10:05:03.000000Z"),
            ("date", "2015-05-17", "2015-05-17T00:00:00.000000Z"),
            ("combined_log", "17/May/2015:10:05:03 +0000", "2015-05-17T10:05:03.000000Z"),
            ("%Y-%m-%d %H:%M", "2015-05-17 12:05", "2015-05-17T10:05:00.000000Z"),
            ("%d.%m.%Y", "17.05.2015", "2015-05-16T22:00:00.000000Z"),
        ] {
            assert_eq!(read(name, text).as_deref(), Ok(expected), "{name} {text}");
        }
    }

    #[test]
    fn what_is_no_time_is_an_error() {
        for (name, text) in [
            ("rfc3339", "yesterday"),
            ("unix", "x"),
            ("unix", "1e300"),
            ("unix", "NaN"),
            ("date", "2015-13-01"),
            ("combined_log", "2015"),
        ] {
            assert!(read(name, text).is_err(), "{name} {text}");
        }
    }
}
