//! Pages of points events by offset: a walk along one index, at any depth.

use annals_event::{Event, Time};
use rusqlite::{Connection, params_from_iter};

use super::super::predicate::Parameter;
use super::super::{Result, TrackingQuery};
use super::rows;

/// A page, newest first, and the total number of matches.
pub(super) fn page(connection: &Connection, query: &TrackingQuery) -> Result<(u64, Vec<Event>)> {
    let snapshot = connection.unchecked_transaction()?;
    let mut parameters = Vec::new();
    let mut push = |parameter| {
        parameters.push(parameter);
        format!("?{}", parameters.len())
    };
    let mut conditions = Vec::new();
    for (column, id) in [("child", &query.child), ("account", &query.account)] {
        if let Some(id) = id {
            conditions.push(format!("{column} = {}", push(Parameter::Text(id.clone()))));
        }
    }
    let kinds: Vec<String> = query.kinds.iter().map(|kind| kind.code().to_string()).collect();
    conditions.push(format!("kind IN ({})", kinds.join(", ")));
    let mut bound = |operator: &str, time: Option<Time>| {
        if let Some(time) = time {
            let bound = push(Parameter::Integer(time.as_micros()));
            conditions.push(format!("occurred_at {operator} {bound}"));
        }
    };
    bound(">=", query.from);
    bound("<", query.to);
    let conditions = conditions.join(" AND ");

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
