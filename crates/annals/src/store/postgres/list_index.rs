//! Lists and counts: what the search finds, read and counted as whoever asks may.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use annals_event::{Event, Severity};
use bytes::BytesMut;
use deadpool_postgres::Object;
use tokio_postgres::Row;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::super::predicate::Parameter;
use super::super::seal::first_of;
use super::super::{Counts, Order, Result, Scoped, Selection};
use super::error::failed;
use super::open::Journal;
use super::question::Question;
use super::rows::{self, COLUMNS, whole};
use super::search::{self, Parts, array, matching};
use super::viewer::{self, Typed};

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

/// A page of events: the search names positions, their rows are read as the viewer, if there is one.
pub(super) async fn select(
    client: &mut Object,
    journal: &Journal,
    selection: &Selection,
) -> Result<Vec<Event>> {
    let Selection { filter, range, order, limit } = selection;
    let Some((question, mut range)) = asked(client, journal, filter, range).await? else {
        return Ok(Vec::new());
    };
    let mut events = Vec::new();
    // Where nothing is left to look at but the rows themselves, the search brings them.
    if question.words.is_empty() && filter.scope.person_id().is_none() {
        let found = search::rows(client, &question, &range, *order, *limit, COLUMNS).await?;
        events = found.iter().map(rows::event).collect::<Result<_>>()?;
        range = 0..0;
    }
    while events.len() < *limit && !range.is_empty() {
        let wanted = limit - events.len();
        let found = search::positions(client, &question, &range, *order, wanted).await?;
        let Some(last) = found.last() else {
            break;
        };
        // A page that is not full is taken for the last one: what was deleted meanwhile is
        // replaced by what comes after it.
        range = match order {
            _ if found.len() < wanted => 0..0,
            Order::Desc => range.start..*last,
            Order::Asc => last + 1..range.end,
        };
        let direction = if *order == Order::Desc { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT {COLUMNS} FROM annals_events e WHERE e.seq = ANY ({}) ORDER BY e.seq {direction}",
            array(&found)
        );
        for row in read(client, journal, filter, &sql).await? {
            events.push(rows::event(&row)?);
        }
    }
    events.iter_mut().for_each(|event| filter.show(event));
    Ok(events)
}

/// The question, and the part of the range that it is about; `None` where nothing can match.
async fn asked(
    client: &Object,
    journal: &Journal,
    filter: &Scoped,
    range: &Range<u64>,
) -> Result<Option<(Question, Range<u64>)>> {
    let range = journal.within(client, range).await?;
    let Some(range) = narrowed(client, filter, &range).await? else {
        return Ok(None);
    };
    Ok(Question::of(client, &journal.blocks, filter).await?.map(|question| (question, range)))
}

/// Reads with the viewer's own rights, where there is one.
async fn read(
    client: &mut Object,
    journal: &Journal,
    filter: &Scoped,
    sql: &str,
) -> Result<Vec<Row>> {
    match filter.scope.person_id() {
        Some(person) => viewer::query_as(client, &journal.viewer_key, person, sql, &[]).await,
        None => client.query_typed(sql, &[]).await.map_err(failed),
    }
}

/// What the events of a range that match come to, part by part: how many, and the columns they
/// share. The same may come more than once.
async fn grouped(
    client: &mut Object,
    journal: &Journal,
    filter: &Scoped,
    range: &Range<u64>,
    columns: &str,
    mut add: impl FnMut(&Row, u64) -> Result<()>,
) -> Result<()> {
    let Some((question, range)) = asked(client, journal, filter, range).await? else {
        return Ok(());
    };
    let shared = columns.split(',').count();
    let mut parts = Parts::new(&question, &range, Order::Asc);
    while let Some(part) = parts.next(client, usize::MAX).await? {
        let (words, all) = (!question.words.is_empty(), usize::MAX);
        // A person's rows are counted as that person.
        let rows = if filter.scope.person_id().is_some() {
            let found = matching(client, &question, &part, Order::Asc, all, "seq").await?;
            let found: Vec<u64> = found.iter().map(|row| whole(row, 0)).collect::<Result<_>>()?;
            let sql = format!(
                "SELECT {columns}, count(*) FROM annals_events WHERE seq = ANY ({})
                 GROUP BY {columns}",
                array(&found)
            );
            read(client, journal, filter, &sql).await?
        } else if words {
            // Words are not known to the database: rows that may have them are counted here.
            let each = format!("{columns}, 1::bigint");
            matching(client, &question, &part, Order::Asc, all, &each).await?
        } else {
            let source = part.source(&question);
            let sql = format!("SELECT {columns}, count(*) {source} GROUP BY {columns}");
            let parameters = typed(&question.condition.parameters);
            client.query_typed(&sql, &parameters).await.map_err(failed)?
        };
        for row in &rows {
            add(row, whole(row, shared)?)?;
        }
    }
    Ok(())
}

/// How many match, by category and severity.
pub(super) async fn counts(
    client: &mut Object,
    journal: &Journal,
    filter: &Scoped,
    range: &Range<u64>,
) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut categories = BTreeMap::<String, u64>::new();
    let mut by_severity = [0; Severity::ALL.len()];
    let add = |row: &Row, count| {
        counts.total += count;
        *categories.entry(row.try_get(0).map_err(failed)?).or_default() += count;
        let severity: i16 = row.try_get(1).map_err(failed)?;
        if let Some(sum) = usize::try_from(severity).ok().and_then(|at| by_severity.get_mut(at)) {
            *sum += count;
        }
        Ok(())
    };
    grouped(client, journal, filter, range, "category, severity", add).await?;
    counts.categories = categories.into_iter().collect();
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
    journal: &Journal,
    filter: &Scoped,
    range: &Range<u64>,
    limit: usize,
) -> Result<Vec<(String, u64)>> {
    let mut actions = BTreeMap::<String, u64>::new();
    let add = |row: &Row, count| {
        *actions.entry(row.try_get(0).map_err(failed)?).or_default() += count;
        Ok(())
    };
    grouped(client, journal, filter, range, "action", add).await?;
    let mut actions: Vec<_> = actions.into_iter().collect();
    actions.sort_by_key(|(_, count)| Reverse(*count));
    actions.truncate(limit);
    Ok(actions)
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
