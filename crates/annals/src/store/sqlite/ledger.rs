//! Pages of points events by offset: a walk along one index, at any depth.

use annals_event::Event;
use rusqlite::{Connection, params_from_iter};

use super::super::predicate::Predicate;
use super::super::{Result, TrackingQuery};
use super::rows;

/// A page, newest first, and the total number of matches.
pub(super) fn page(connection: &Connection, query: &TrackingQuery) -> Result<(u64, Vec<Event>)> {
    let snapshot = connection.unchecked_transaction()?;
    let Predicate { sql: conditions, parameters } = query.predicate(|n| format!("?{n}"));

    let sql = format!("SELECT count(*) FROM annals_ledger WHERE {conditions}");
    let total = snapshot
        .prepare_cached(&sql)?
        .query_row(params_from_iter(&parameters), |row| row.get(0))?;
    let sql = format!(
        "SELECT seq FROM annals_ledger WHERE {conditions} ORDER BY seq DESC LIMIT {} OFFSET {}",
        query.limit, query.offset
    );
    let positions: Vec<u64> = snapshot
        .prepare_cached(&sql)?
        .query_map(params_from_iter(&parameters), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok((total, rows::at(&snapshot, &positions)?))
}
