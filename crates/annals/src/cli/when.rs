//! Moments on the command line: a time, a day, or a span from now.

use annals_event::Time;

/// Microseconds of the units a span may have.
const UNITS: [(char, i64); 5] = [
    ('m', 60_000_000),
    ('h', 3_600_000_000),
    ('d', 86_400_000_000),
    ('w', 604_800_000_000),
    ('y', 31_536_000_000_000),
];

/// A moment, before it is known what now is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// A time.
    At(Time),
    /// So many microseconds from now.
    In(i64),
}

impl When {
    /// Reads `90d`, `12h`, `2w`, `2027-01-01` (its first moment, in UTC) and `2027-01-01T09:30:00Z`.
    pub(super) fn parse(text: &str) -> Result<When, String> {
        if let Some(span) = span(text) {
            return Ok(When::In(span));
        }
        let day = text.parse::<jiff::civil::Date>().is_ok() && text.len() == "2027-01-01".len();
        let time = if day { format!("{text}T00:00:00Z") } else { text.to_owned() };
        time.parse().map(When::At).map_err(|_| {
            "must be a span such as 12h, 90d or 2w, a day such as 2027-01-01, or a time such as \
             2027-01-01T09:30:00Z"
                .to_owned()
        })
    }

    /// Returns the time.
    pub(super) fn after(self, now: Time) -> Time {
        match self {
            When::At(time) => time,
            When::In(micros) => now.plus_micros(micros),
        }
    }
}

fn span(text: &str) -> Option<i64> {
    let unit = text.chars().last()?;
    let (_, micros) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    let number = &text[..text.len() - unit.len_utf8()];
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = number.parse().ok().filter(|number| digits && *number > 0)?;
    // Longer spans end after the last time there is.
    number.checked_mul(micros).filter(|span| *span <= 1_000 * 31_536_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_days_and_times_are_moments() {
        let now: Time = "2026-11-30T10:00:00Z".parse().unwrap();
        for (text, time) in [
            ("90d", "2027-02-28T10:00:00Z"),
            ("12h", "2026-11-30T22:00:00Z"),
            ("30m", "2026-11-30T10:30:00Z"),
            ("2w", "2026-12-14T10:00:00Z"),
            ("1y", "2027-11-30T10:00:00Z"),
            ("2027-01-01", "2027-01-01T00:00:00Z"),
            ("2027-01-01T09:30:00Z", "2027-01-01T09:30:00Z"),
            ("2027-01-01T09:30:00+02:00", "2027-01-01T07:30:00Z"),
        ] {
            let read = When::parse(text).map(|when| when.after(now));
            assert_eq!(read, Ok(time.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "d",
            "0d",
            "-1d",
            "+1d",
            "1.5d",
            "90 d",
            "90x",
            "soon",
            "2027-13-01",
            "2027-1-1",
            "99999999999d",
            "90ü",
        ] {
            assert!(When::parse(text).unwrap_err().contains("90d"), "{text}");
        }
    }
}
