//! Finds matches in the rows: correct without any index, and slow where little matches. Used for
//! what the index does not cover, and for what its keys cannot say.

use std::ops::Range;

use rusqlite::Connection;

use super::kinds::Rows;
use crate::error::Result;
use crate::parameters::bind;
use annals_store::predicate::{Dialect, Parameter, predicate};
use annals_store::seal::{first_of, tile_of};
use annals_store::{Order, Scoped};

/// SQLite's dialect. Its functions are registered on every read connection.
pub(in super::super) const SQLITE: Dialect = Dialect {
    parameter: |n| format!("?{n}"),
    // The plus keeps the index by time out of questions that go by position.
    occurred_at: "+occurred_at",
    metadata: |key, values, push| {
        let key = push(Parameter::Text(key.to_owned()));
        let values: Vec<String> =
            values.iter().map(|value| push(Parameter::Text(value.clone()))).collect();
        format!("metadata_text(metadata, {key}) IN ({})", values.join(", "))
    },
    words: |words| format!("words_found({words}, message, entity_name, actor_name, action)"),
};

/// The first `limit` positions that match, in order.
pub(super) fn positions(
    connection: &Connection,
    filter: &Scoped,
    range: &Range<u64>,
    order: Order,
    limit: usize,
) -> Result<Vec<u64>> {
    let Some(range) = narrowed(connection, filter, range)? else {
        return Ok(Vec::new());
    };
    let mut parameters = bounds(&range);
    parameters.push(number(limit as u64));
    let condition = predicate(filter, &SQLITE, parameters);
    let (order, _) = direction(order);
    let sql = format!(
        "SELECT seq FROM annals_event_words WHERE seq >= ?1 AND seq < ?2 AND {} ORDER BY seq {order} LIMIT ?3",
        condition.sql
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let positions = statement
        .query_map(bind(&condition.parameters), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(positions)
}

/// The direction of a list, and the comparison with what comes later in it.
pub(super) fn direction(order: Order) -> (&'static str, &'static str) {
    match order {
        Order::Desc => ("DESC", "<"),
        Order::Asc => ("ASC", ">"),
    }
}

/// The number of matches, by category and severity.
pub(super) fn counts(connection: &Connection, filter: &Scoped, range: &Range<u64>) -> Result<Rows> {
    let Some(range) = narrowed(connection, filter, range)? else {
        return Ok(Vec::new());
    };
    let condition = predicate(filter, &SQLITE, bounds(&range));
    let sql = format!(
        "SELECT category, severity, count(*) FROM annals_event_words
         WHERE seq >= ?1 AND seq < ?2 AND {} GROUP BY category, severity",
        condition.sql
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement
        .query_map(bind(&condition.parameters), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

pub(super) fn number(number: u64) -> Parameter {
    // Positions stay far below 2⁶³: at a million events a second, for 292,000 years.
    Parameter::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

pub(in super::super) fn bounds(range: &Range<u64>) -> Vec<Parameter> {
    vec![number(range.start), number(range.end)]
}

/// The part of the range whose tiles reach into the filter's period; `None` if no tile does.
pub(in super::super) fn narrowed(
    connection: &Connection,
    filter: &Scoped,
    range: &Range<u64>,
) -> Result<Option<Range<u64>>> {
    let filter = filter.filter();
    if range.is_empty() {
        return Ok(None);
    }
    if filter.from.is_none() && filter.to.is_none() {
        return Ok(Some(range.clone()));
    }
    let from = filter.from.map_or(i64::MIN, |time| time.as_micros());
    let to = filter.to.map_or(i64::MAX, |time| time.as_micros());
    let (first, last): (Option<u64>, Option<u64>) = connection
        .prepare_cached(
            "SELECT min(tile), max(tile) FROM annals_tiles
             WHERE max_occurred_at >= ?1 AND min_occurred_at < ?2 AND tile BETWEEN ?3 AND ?4",
        )?
        .query_row([from, to, tile(range.start), tile(range.end - 1)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let tiles = first.zip(last).map(|(first, last)| first_of(first)..first_of(last + 1));
    Ok(tiles
        .map(|tiles| range.start.max(tiles.start)..range.end.min(tiles.end))
        .filter(|range| !range.is_empty()))
}

fn tile(seq: u64) -> i64 {
    i64::try_from(tile_of(seq)).unwrap_or(i64::MAX)
}
