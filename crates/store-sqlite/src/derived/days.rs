//! Counts by day.

use std::ops::Range;

use jiff::civil::Date;
use rusqlite::{Connection, params};

use crate::error::Result;
use crate::frozen::day;

/// Calls `each` with the days and counts that `sql` selects: ?1 is `what`, ?2 to ?3 the span.
pub(super) fn by_day(
    connection: &Connection,
    sql: &str,
    what: &str,
    span: &Range<Date>,
    mut each: impl FnMut(Date, u64),
) -> Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![what, span.start.to_string(), span.end.to_string()])?;
    while let Some(row) = rows.next()? {
        each(day(row.get(0)?)?, row.get(1)?);
    }
    Ok(())
}
