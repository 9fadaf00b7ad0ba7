//! A period of whole days, which can be compared with the period before it.

use std::ops::Range;

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use serde::Serialize;

/// Number of days of the longest period.
pub const MAX_DAYS: i32 = 366;
/// Number of days by default.
pub const DEFAULT_DAYS: i32 = 30;

/// A range of days, including both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Period {
    /// The first day.
    pub start_date: Date,
    /// The last day.
    pub end_date: Date,
    /// Number of days.
    pub days: i32,
}

/// The reason why two days are not a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidPeriod {
    /// The end is before the beginning.
    Backwards,
    /// The period is longer than [`MAX_DAYS`].
    TooLong,
    /// Years before 1900 or after 9999 have no events.
    OutOfRange,
}

impl Period {
    /// Makes the period from one day to another.
    ///
    /// # Errors
    /// The reason why such days are not a period.
    pub fn between(start_date: Date, end_date: Date) -> Result<Period, InvalidPeriod> {
        if end_date < start_date {
            return Err(InvalidPeriod::Backwards);
        }
        if !(1900..=9999).contains(&start_date.year()) || end_date.year() > 9999 {
            return Err(InvalidPeriod::OutOfRange);
        }
        let days = (end_date - start_date).get_days() + 1;
        if days > MAX_DAYS {
            return Err(InvalidPeriod::TooLong);
        }
        Ok(Period { start_date, end_date, days })
    }

    /// Makes a period of so many days that ends with this one.
    pub fn ending(end_date: Date, days: i32) -> Period {
        Period { start_date: moved(end_date, 1 - days), end_date, days }
    }

    /// Returns as many days, right before.
    #[must_use]
    pub fn before(&self) -> Period {
        Period::ending(moved(self.start_date, -1), self.days)
    }

    /// Returns each day.
    pub fn each(&self) -> impl Iterator<Item = Date> + use<> {
        let start = self.start_date;
        (0..self.days).map(move |days| moved(start, days))
    }

    /// Returns the period as a half-open range.
    pub fn range(&self) -> Range<Date> {
        self.start_date..moved(self.end_date, 1)
    }
}

/// Moves a date. Periods are within the years that dates can hold, with room on both sides.
fn moved(date: Date, days: i32) -> Date {
    let span: Span = days.days();
    date.saturating_add(span)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_period_and_the_one_before_meet() {
        let period = Period::between(date(2026, 3, 1), date(2026, 3, 31)).unwrap();
        assert_eq!(period, Period::ending(date(2026, 3, 31), 31));
        let before = period.before();
        let days = (before.start_date, before.end_date, before.days);
        assert_eq!(days, (date(2026, 1, 29), date(2026, 2, 28), 31));
        assert_eq!(before.range(), date(2026, 1, 29)..date(2026, 3, 1));
        let each: Vec<Date> = period.each().collect();
        assert_eq!((each.len(), each[0], each[30]), (31, date(2026, 3, 1), date(2026, 3, 31)));
        // A leap day counts.
        assert_eq!(Period::between(date(2028, 1, 1), date(2028, 12, 31)).unwrap().days, 366);
    }

    #[test]
    fn what_is_no_period_is_refused() {
        let between = |a, b| Period::between(a, b).unwrap_err();
        let day = date(2026, 11, 21);
        assert_eq!(between(day, date(2026, 11, 20)), InvalidPeriod::Backwards);
        assert_eq!(between(day, date(2027, 11, 22)), InvalidPeriod::TooLong);
        let old = date(1899, 12, 31);
        assert_eq!(between(old, old), InvalidPeriod::OutOfRange);
        assert!(Period::between(date(1900, 1, 1), date(1900, 1, 1)).is_ok());
        assert!(Period::between(date(9999, 12, 31), date(9999, 12, 31)).is_ok());
    }
}
