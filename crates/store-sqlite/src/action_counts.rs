//! Counts matches by action, as shown beside each action in the filter.

use std::ops::Range;

use rusqlite::Connection;

use super::list_index::scan::{SQLITE, bounds, narrowed};
use crate::error::Result;
use crate::parameters::bind;
use annals_store::Scoped;
use annals_store::predicate::predicate;

/// The most frequent actions first, those of equal frequency by name.
pub(super) fn action_counts(
    connection: &Connection,
    filter: &Scoped,
    range: &Range<u64>,
    limit: usize,
) -> Result<Vec<(String, u64)>> {
    let snapshot = connection.unchecked_transaction()?;
    let Some(range) = narrowed(&snapshot, filter, range)? else {
        return Ok(Vec::new());
    };
    let condition = predicate(filter, &SQLITE, bounds(&range));
    let sql = format!(
        "SELECT action, count(*) AS n FROM annals_event_words WHERE seq >= ?1 AND seq < ?2 AND {}
         GROUP BY action ORDER BY n DESC, action LIMIT {limit}",
        condition.sql
    );
    let mut statement = snapshot.prepare_cached(&sql)?;
    let rows =
        statement.query_map(bind(&condition.parameters), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
