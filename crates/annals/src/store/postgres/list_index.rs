//! Lists: what the search finds, read as whoever asks may.

use std::ops::Range;

use annals_event::Event;
use bytes::BytesMut;
use deadpool_postgres::Object;
use tokio_postgres::Row;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::super::predicate::Parameter;
use super::super::{Order, Result, Scoped, Selection};
use super::error::failed;
use super::open::Journal;
use super::question::Question;
use super::rows::{self, COLUMNS};
use super::search::{self, array};
use super::spans::narrowed;
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
    let Some(range) = narrowed(client, filter.filter(), &range).await? else {
        return Ok(None);
    };
    Ok(Question::of(client, &journal.blocks, filter).await?.map(|question| (question, range)))
}

/// Reads with the viewer's own rights, where there is one.
pub(super) async fn read(
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
