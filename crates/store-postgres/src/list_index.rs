//! Lists: the rows that the search finds, read with the caller's rights.

use std::ops::Range;

use annals_event::Event;
use deadpool_postgres::Object;
use tokio_postgres::Row;

use super::error::failed;
use super::journal::OpenJournal;
use super::occurred::{MOMENT, Timeline};
use super::question::Question;
use super::rows::{self, COLUMNS};
use super::search::{self, array};
use super::spans::narrowed;
use super::viewer;
use annals_store::{By, Line, Lines, Occurrence, Order, Result, Scoped, Seen, Selection};

/// A page of events.
pub(super) async fn select(
    client: &mut Object,
    journal: &OpenJournal,
    selection: &Selection,
) -> Result<Vec<Event>> {
    let page = page(client, journal, selection).await?;
    let mut events: Vec<Event> = page.iter().map(rows::event).collect::<Result<_>>()?;
    events.iter_mut().for_each(|event| selection.filter.show(event));
    Ok(events)
}

/// A page of events as JSON lines.
pub(super) async fn lines(
    client: &mut Object,
    journal: &OpenJournal,
    selection: Selection,
    bytes: usize,
    line: &Line,
) -> Result<Lines> {
    let limit = selection.limit;
    // One more row shows whether there are more.
    let selection = Selection { limit: limit + 1, ..selection };
    let mut lines = Lines::default();
    for row in &page(client, journal, &selection).await? {
        let row = rows::columns(row)?;
        let client = selection.filter.shows_client(&row);
        if lines.append(Seen { row: &row, client }, (limit, bytes), line)?.is_break() {
            break;
        }
    }
    Ok(lines)
}

/// The rows of a page.
async fn page(
    client: &mut Object,
    journal: &OpenJournal,
    selection: &Selection,
) -> Result<Vec<Row>> {
    let Some(question) = Question::of(&journal.blocks, &selection.filter) else {
        return Ok(Vec::new());
    };
    if let By::Occurred { after } = selection.by {
        return occurred(client, journal, &question, selection, after).await;
    }
    // If only the rows themselves remain to be checked, the search returns them.
    if question.words.is_empty() && selection.filter.scope.person_id().is_none() {
        found(client, journal, &question, selection).await
    } else {
        named(client, journal, &question, selection).await
    }
}

/// The rows that the search finds.
async fn found(
    client: &Object,
    journal: &OpenJournal,
    question: &Question,
    selection: &Selection,
) -> Result<Vec<Row>> {
    let Selection { filter, range, order, limit, .. } = selection;
    let search = async |range: Range<u64>| match narrowed(client, filter.filter(), &range).await? {
        Some(range) => search::rows(client, question, &range, *order, *limit, COLUMNS).await,
        None => Ok(Vec::new()),
    };
    let mut found = if *order == Order::Desc && range.end > journal.known() {
        // The known part and the current head are read together, since mostly there is nothing
        // newer.
        let known = range.start.max(1)..journal.known();
        let (older, head) = tokio::try_join!(search(known.clone()), journal.head(client))?;
        let mut newer = search(range.start.max(known.end)..range.end.min(head + 1)).await?;
        newer.extend(older);
        newer
    } else {
        search(journal.within(client, range).await?).await?
    };
    found.truncate(*limit);
    Ok(found)
}

/// The rows in the order in which they happened.
async fn occurred(
    client: &mut Object,
    journal: &OpenJournal,
    question: &Question,
    selection: &Selection,
    mut after: Option<Occurrence>,
) -> Result<Vec<Row>> {
    let Selection { filter, range, order, limit, .. } = selection;
    let range = journal.within(client, range).await?;
    if range.is_empty() || *limit == 0 {
        return Ok(Vec::new());
    }
    let viewer = filter.scope.person_id().is_some();
    // A viewer's rows are read with their rights, once they are found.
    let columns = if viewer { "e.seq" } else { COLUMNS };
    let order = *order;
    let timeline = Timeline { question, filter: filter.filter(), range, order, columns };
    if !viewer {
        let found = timeline.rows(client, after, *limit).await?;
        return Ok(found.into_iter().map(|(_, row)| row).collect());
    }
    let mut rows = Vec::new();
    while rows.len() < *limit {
        let wanted = limit - rows.len();
        let found = timeline.rows(client, after, wanted).await?;
        let positions: Vec<u64> = found.iter().map(|(place, _)| place.seq).collect();
        let direction = search::direction(order);
        let sql = format!(
            "SELECT {COLUMNS} FROM annals_events e WHERE e.seq = ANY ({})
             ORDER BY {MOMENT} {direction}, e.seq {direction}",
            array(&positions)
        );
        rows.extend(read(client, journal, filter, &sql).await?);
        // A page that is not full counts as the last one, so rows deleted meanwhile are replaced by
        // later ones.
        if found.len() < wanted {
            break;
        }
        after = found.last().map(|(place, _)| *place);
    }
    Ok(rows)
}

/// The rows at the positions that the search names, read with the viewer's rights if there is one.
async fn named(
    client: &mut Object,
    journal: &OpenJournal,
    question: &Question,
    selection: &Selection,
) -> Result<Vec<Row>> {
    let Selection { filter, range, order, limit, .. } = selection;
    let range = journal.within(client, range).await?;
    let mut left = narrowed(client, filter.filter(), &range).await?;
    let mut rows = Vec::new();
    while rows.len() < *limit
        && let Some(range) = left
    {
        let wanted = limit - rows.len();
        let found = search::positions(client, question, &range, *order, wanted).await?;
        let Some(last) = found.last() else {
            break;
        };
        // A page that is not full counts as the last one, so rows deleted meanwhile are replaced by
        // later ones.
        left = match order {
            _ if found.len() < wanted => None,
            Order::Desc => Some(range.start..*last),
            Order::Asc => Some(last + 1..range.end),
        };
        let direction = if *order == Order::Desc { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT {COLUMNS} FROM annals_events e WHERE e.seq = ANY ({}) ORDER BY e.seq {direction}",
            array(&found)
        );
        rows.extend(read(client, journal, filter, &sql).await?);
    }
    Ok(rows)
}

/// Reads with the viewer's rights, if there is one.
pub(super) async fn read(
    client: &mut Object,
    journal: &OpenJournal,
    filter: &Scoped,
    sql: &str,
) -> Result<Vec<Row>> {
    match filter.scope.person_id() {
        Some(person) => viewer::query_as(client, &journal.viewer_key, person, sql, &[]).await,
        None => client.query_typed(sql, &[]).await.map_err(failed),
    }
}
