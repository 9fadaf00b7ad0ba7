//! Pages of points events by offset: a walk along one index, at any depth.

use annals_event::Event;
use rusqlite::Connection;

use super::rows;
use crate::error::Result;
use crate::parameters::bind;
use annals_store::TrackingQuery;
use annals_store::predicate::Predicate;

/// A page, newest first, and the total number of matches.
pub(super) fn page(connection: &Connection, query: &TrackingQuery) -> Result<(u64, Vec<Event>)> {
    let snapshot = connection.unchecked_transaction()?;
    let Predicate { sql: conditions, parameters } = query.predicate(|n| format!("?{n}"));

    let sql = format!("SELECT count(*) FROM annals_ledger WHERE {conditions}");
    let total = snapshot.prepare_cached(&sql)?.query_row(bind(&parameters), |row| row.get(0))?;
    let sql = format!(
        "SELECT seq FROM annals_ledger WHERE {conditions} ORDER BY seq DESC LIMIT {} OFFSET {}",
        query.limit, query.offset
    );
    let positions: Vec<u64> = snapshot
        .prepare_cached(&sql)?
        .query_map(bind(&parameters), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok((total, rows::at(&snapshot, &positions)?))
}
