//! Parameters of a period: `days`, or `start_date` and `end_date`; the number of items to list.

use jiff::civil::Date;

use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use crate::query::analytics::period::{DEFAULT_DAYS, InvalidPeriod, MAX_DAYS, Period};

impl Parameters {
    /// Takes the period; by default the last `usual` days, including today.
    pub(super) fn period(&mut self, today: Date, usual: i32) -> Result<Period> {
        let days = self.take("days")?;
        let (start, end) = (self.day("start_date")?, self.day("end_date")?);
        if let Some(days) = days {
            if start.is_some() || end.is_some() {
                let message = "cannot be given together with `start_date` or `end_date`";
                return Err(Problem::parameter("days", message));
            }
            return Ok(Period::ending(today, number_of_days("days", &days)?));
        }
        let period = match (start, end) {
            (None, None) => return Ok(Period::ending(today, usual)),
            (Some(start), None) => Period::between(start, today),
            (None, Some(end)) => Period::between(Period::ending(end, usual).start_date, end),
            (Some(start), Some(end)) => Period::between(start, end),
        };
        period.map_err(|why| match why {
            InvalidPeriod::Backwards => {
                Problem::parameter("end_date", "must not lie before `start_date`")
            }
            InvalidPeriod::TooLong => {
                Problem::parameter("start_date", format!("may lie at most {MAX_DAYS} days back"))
            }
            InvalidPeriod::OutOfRange => {
                Problem::parameter("start_date", "must lie between the years 1900 and 9999")
            }
        })
    }

    /// Takes `limit`; `usual` if it is not given, at most `most`.
    pub(super) fn listed(&mut self, usual: usize, most: usize) -> Result<usize> {
        let Some(text) = self.take("limit")? else { return Ok(usual) };
        let limit = text.parse().ok().filter(|limit| (1..=most).contains(limit));
        let wrong = || format!("must be a number from 1 to {most}");
        limit.ok_or_else(|| Problem::parameter("limit", wrong()))
    }

    /// Takes `days`; 30 if it is not given.
    pub(super) fn days(&mut self) -> Result<i32> {
        Ok(self.number_of_days("days")?.unwrap_or(DEFAULT_DAYS))
    }

    /// Takes a number of days from the parameter with this name.
    pub(super) fn number_of_days(&mut self, name: &str) -> Result<Option<i32>> {
        self.take(name)?.map(|days| number_of_days(name, &days)).transpose()
    }

    /// Takes a day from the parameter with this name.
    pub(super) fn day(&mut self, name: &str) -> Result<Option<Date>> {
        let Some(text) = self.take(name)? else {
            return Ok(None);
        };
        let wrong = || Problem::parameter(name, "must be a day such as 2026-11-21");
        // Only a plain date is accepted; the library would also read other formats.
        let date = text.parse().ok().filter(|date: &Date| date.to_string() == text);
        date.map(Some).ok_or_else(wrong)
    }
}

fn number_of_days(name: &str, text: &str) -> Result<i32> {
    let days = text.parse().ok().filter(|days| (1..=MAX_DAYS).contains(days));
    let wrong = || Problem::parameter(name, format!("must be a number from 1 to {MAX_DAYS}"));
    days.ok_or_else(wrong)
}
