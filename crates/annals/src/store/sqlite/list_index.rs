//! The list index: which positions match a filter, and how many.
//!
//! The simplest that is right: it asks the events themselves, newest or oldest first, and stops
//! at the page's end; tiles whose times lie outside `from`–`to` are left out. A faster index
//! answers the same two questions.

use std::ops::Range;

use annals_event::Severity;
use rusqlite::{Connection, params_from_iter, types::ToSqlOutput};

use super::super::predicate::{Dialect, Parameter, predicate};
use super::super::seal::first_of;
use super::super::{Counts, Order, Result, Scoped, Selection};

/// SQLite's way of saying it. The functions are registered on every read connection.
const SQLITE: Dialect = Dialect {
    parameter: |n| format!("?{n}"),
    metadata: |key, values, push| {
        let key = push(Parameter::Text(key.to_owned()));
        let values: Vec<String> =
            values.iter().map(|value| push(Parameter::Text(value.clone()))).collect();
        format!("metadata_text(metadata, {key}) IN ({})", values.join(", "))
    },
    words: |words| format!("words_found({words}, message, entity_name, actor_name, action)"),
};

impl rusqlite::ToSql for Parameter {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Parameter::Text(text) => text.to_sql(),
            Parameter::Integer(number) => number.to_sql(),
        }
    }
}

/// The positions that match, in order, at most `limit`.
pub(super) fn positions(connection: &Connection, selection: &Selection) -> Result<Vec<u64>> {
    let Some(range) = narrowed(connection, &selection.filter, &selection.range)? else {
        return Ok(Vec::new());
    };
    let condition = predicate(&selection.filter, &SQLITE, bounds(&range));
    let order = match selection.order {
        Order::Desc => "DESC",
        Order::Asc => "ASC",
    };
    let sql = format!(
        "SELECT seq FROM annals_events WHERE seq >= ?1 AND seq < ?2 AND {} ORDER BY seq {order} LIMIT {}",
        condition.sql, selection.limit
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let positions = statement
        .query_map(params_from_iter(&condition.parameters), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(positions)
}

/// How many match, by category and severity.
pub(super) fn counts(
    connection: &Connection,
    filter: &Scoped,
    range: &Range<u64>,
) -> Result<Counts> {
    let snapshot = connection.unchecked_transaction()?;
    let Some(range) = narrowed(&snapshot, filter, range)? else {
        return Ok(Counts::default());
    };
    let condition = predicate(filter, &SQLITE, bounds(&range));
    let sql = format!(
        "SELECT category, severity, count(*) FROM annals_events
         WHERE seq >= ?1 AND seq < ?2 AND {} GROUP BY category, severity ORDER BY category",
        condition.sql
    );
    let mut statement = snapshot.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(&condition.parameters))?;
    let mut counts = Counts::default();
    let mut by_severity = [0; Severity::ALL.len()];
    while let Some(row) = rows.next()? {
        let category: String = row.get(0)?;
        let severity: usize = row.get(1)?;
        let count: u64 = row.get(2)?;
        counts.total += count;
        match counts.categories.last_mut() {
            Some((last, sum)) if *last == category => *sum += count,
            _ => counts.categories.push((category, count)),
        }
        if let Some(sum) = by_severity.get_mut(severity) {
            *sum += count;
        }
    }
    counts.severities = Severity::ALL
        .into_iter()
        .zip(by_severity)
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| (severity.as_str().to_owned(), count))
        .collect();
    Ok(counts)
}

fn bounds(range: &Range<u64>) -> Vec<Parameter> {
    // Positions stay far below 2⁶³: at a million events a second, for 292,000 years.
    let bound = |seq: u64| Parameter::Integer(i64::try_from(seq).unwrap_or(i64::MAX));
    vec![bound(range.start), bound(range.end)]
}

/// The part of the range whose tiles hold times within the filter's period; `None` when no tile
/// does.
fn narrowed(
    connection: &Connection,
    filter: &Scoped,
    range: &Range<u64>,
) -> Result<Option<Range<u64>>> {
    let filter = filter.filter();
    if filter.from.is_none() && filter.to.is_none() {
        return Ok((!range.is_empty()).then(|| range.clone()));
    }
    let from = filter.from.map_or(i64::MIN, |time| time.as_micros());
    let to = filter.to.map_or(i64::MAX, |time| time.as_micros());
    let (first, last): (Option<u64>, Option<u64>) = connection
        .prepare_cached(
            "SELECT min(tile), max(tile) FROM annals_tiles
             WHERE max_occurred_at >= ?1 AND min_occurred_at < ?2",
        )?
        .query_row([from, to], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let tiles = first.zip(last).map(|(first, last)| first_of(first)..first_of(last + 1));
    Ok(tiles
        .map(|tiles| range.start.max(tiles.start)..range.end.min(tiles.end))
        .filter(|range| !range.is_empty()))
}
