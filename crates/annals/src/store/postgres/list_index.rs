//! The list index: which events match a filter, and how many.
//!
//! PostgreSQL chooses the index; what is asked is the same as on every engine. Texts are sent as
//! parameters, never as part of a statement.

use std::ops::Range;

use annals_event::{Event, Severity};
use bytes::BytesMut;
use deadpool_postgres::Object;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::super::predicate::{Dialect, Parameter, Predicate, Push, predicate};
use super::super::seal::first_of;
use super::super::{Counts, Order, Result, Scoped, Selection};
use super::error::failed;
use super::rows::{self, COLUMNS, bound, whole};
use super::viewer::{self, Typed, ViewerKey};
use super::words;
use crate::filter::{Field, metadata_text};

/// PostgreSQL's way of saying it.
const POSTGRES: Dialect = Dialect {
    parameter: |n| format!("${n}"),
    metadata,
    words: |words| format!("words @> string_to_array({words}, ' ')"),
};

/// A value is compared as text on every engine; the index holds it as the JSON it was.
fn metadata(key: &str, values: &[String], push: Push<'_>) -> String {
    let mut wanted = Vec::new();
    for value in values {
        wanted.push(serde_json::Value::String(value.clone()));
        // `7` asks for the text and for the number; `1.50` is no number as JSON writes it.
        let parsed = serde_json::from_str::<serde_json::Value>(value).ok();
        wanted.extend(
            parsed.filter(|parsed| {
                !parsed.is_string() && metadata_text(parsed).as_ref() == Some(value)
            }),
        );
    }
    let conditions = wanted.into_iter().map(|value| {
        let object = serde_json::json!({ key: value });
        format!("metadata @> {}::text::jsonb", push(Parameter::Text(object.to_string())))
    });
    format!("({})", conditions.collect::<Vec<_>>().join(" OR "))
}

impl ToSql for Parameter {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            // No row has one, and PostgreSQL no way to say it: as NULL it equals nothing.
            Parameter::Text(text) if text.contains('\0') => Ok(IsNull::Yes),
            Parameter::Text(text) => text.to_sql(ty, out),
            Parameter::Integer(number) => number.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::TEXT, Type::INT8].contains(ty)
    }

    to_sql_checked!();
}

pub(super) fn typed(parameters: &[Parameter]) -> Vec<Typed<'_>> {
    let kind = |parameter: &Parameter| match parameter {
        Parameter::Text(_) => Type::TEXT,
        Parameter::Integer(_) => Type::INT8,
    };
    parameters.iter().map(|p| (p as &(dyn ToSql + Sync), kind(p))).collect()
}

/// The filter without what no row can match; `None` when then nothing can match at all.
fn possible(scoped: &Scoped) -> Option<Scoped> {
    let mut scoped = scoped.clone();
    let mut nothing = false;
    scoped.filter.terms.retain_mut(|term| {
        let key = match &term.field {
            Field::Metadata(key) => key.as_str(),
            _ => "",
        };
        term.values.retain(|value| !value.contains('\0') && !key.contains('\0'));
        nothing |= term.values.is_empty() && !term.negated;
        !term.values.is_empty()
    });
    for word in &mut scoped.filter.words {
        *word = words::key(word);
    }
    (!nothing).then_some(scoped)
}

/// Asks about the events of a range that match, with the viewer's own rights where there is one.
async fn ask(
    client: &mut Object,
    key: &ViewerKey,
    scoped: &Scoped,
    range: &Range<u64>,
    sql: impl FnOnce(&Predicate) -> String,
) -> Result<Vec<tokio_postgres::Row>> {
    let Some(possible) = possible(scoped) else {
        return Ok(Vec::new());
    };
    let Some(range) = narrowed(client, &possible, range).await? else {
        return Ok(Vec::new());
    };
    let bound = |seq: u64| Parameter::Integer(bound(seq));
    let condition = predicate(&possible, &POSTGRES, vec![bound(range.start), bound(range.end)]);
    let sql = sql(&condition);
    let parameters = typed(&condition.parameters);
    match possible.scope.person_id() {
        Some(person) => viewer::query_as(client, key, person, &sql, &parameters).await,
        None => client.query_typed(&sql, &parameters).await.map_err(failed),
    }
}

pub(super) async fn select(
    client: &mut Object,
    key: &ViewerKey,
    selection: &Selection,
) -> Result<Vec<Event>> {
    let order = match selection.order {
        Order::Desc => "DESC",
        Order::Asc => "ASC",
    };
    let limit = selection.limit;
    let found = ask(client, key, &selection.filter, &selection.range, |condition| {
        format!(
            "SELECT {COLUMNS} FROM annals_events e WHERE seq >= $1 AND seq < $2 AND {}
             ORDER BY seq {order} LIMIT {limit}",
            condition.sql
        )
    });
    let mut events = found.await?.iter().map(rows::event).collect::<Result<Vec<_>>>()?;
    events.iter_mut().for_each(|event| selection.filter.show(event));
    Ok(events)
}

/// How many match, by category and severity.
pub(super) async fn counts(
    client: &mut Object,
    key: &ViewerKey,
    filter: &Scoped,
    range: &Range<u64>,
) -> Result<Counts> {
    let found = ask(client, key, filter, range, |condition| {
        format!(
            "SELECT category, severity::bigint, count(*) FROM annals_events
             WHERE seq >= $1 AND seq < $2 AND {} GROUP BY category, severity ORDER BY category",
            condition.sql
        )
    });
    let mut counts = Counts::default();
    let mut by_severity = [0; Severity::ALL.len()];
    for row in found.await? {
        let category: String = row.try_get(0).map_err(failed)?;
        let count = whole(&row, 2)?;
        counts.total += count;
        match counts.categories.last_mut() {
            Some((last, sum)) if *last == category => *sum += count,
            _ => counts.categories.push((category, count)),
        }
        let severity = usize::try_from(whole(&row, 1)?).unwrap_or(usize::MAX);
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

/// How many match, by action: the most frequent first, those of equal frequency by name.
pub(super) async fn action_counts(
    client: &mut Object,
    key: &ViewerKey,
    filter: &Scoped,
    range: &Range<u64>,
    limit: usize,
) -> Result<Vec<(String, u64)>> {
    let found = ask(client, key, filter, range, |condition| {
        format!(
            "SELECT action, count(*) AS n FROM annals_events
             WHERE seq >= $1 AND seq < $2 AND {} GROUP BY action ORDER BY n DESC, action
             LIMIT {limit}",
            condition.sql
        )
    });
    let read = |row: &tokio_postgres::Row| Ok((row.try_get(0).map_err(failed)?, whole(row, 1)?));
    found.await?.iter().map(read).collect()
}

/// The part of the range whose tiles hold times within the filter's period; `None` when no tile
/// does.
async fn narrowed(
    client: &Object,
    filter: &Scoped,
    range: &Range<u64>,
) -> Result<Option<Range<u64>>> {
    let filter = filter.filter();
    if range.is_empty() || (filter.from.is_none() && filter.to.is_none()) {
        return Ok((!range.is_empty()).then(|| range.clone()));
    }
    let from = filter.from.map_or(i64::MIN, |time| time.as_micros());
    let to = filter.to.map_or(i64::MAX, |time| time.as_micros());
    let sql = "SELECT min(tile), max(tile) FROM annals_tiles
               WHERE max_occurred_at >= $1 AND min_occurred_at < $2";
    let parameters: [Typed<'_>; 2] = [(&from, Type::INT8), (&to, Type::INT8)];
    let found = client.query_typed(sql, &parameters).await.map_err(failed)?;
    let Some(row) = found.first() else {
        return Ok(None);
    };
    let tile = |index| -> Result<Option<u64>> {
        let tile: Option<i64> = row.try_get(index).map_err(failed)?;
        Ok(tile.map(i64::unsigned_abs))
    };
    let tiles = tile(0)?.zip(tile(1)?).map(|(first, last)| first_of(first)..first_of(last + 1));
    Ok(tiles
        .map(|tiles| range.start.max(tiles.start)..range.end.min(tiles.end))
        .filter(|range| !range.is_empty()))
}
