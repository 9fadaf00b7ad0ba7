//! Counts: full spans and tiles by their sums, the rest by the rows that the search finds, counted
//! with the caller's rights.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use annals_event::Severity;
use deadpool_postgres::Object;
use tokio_postgres::Row;

use super::error::failed;
use super::journal::OpenJournal;
use super::list_index::read;
use super::numbers::whole;
use super::parameters::Parameters;
use super::question::{OfMany, Question, possible};
use super::search::{Part, Parts, SearchPurpose, array, matching};
use super::spans::{Cover, narrowed};
use annals_store::{Counts, Order, Result, Scoped};

/// The most pieces of a range to search one by one.
const PIECES: usize = 8;

/// Counts the matches of a range, part by part and grouped by `columns`. The same group may come
/// more than once.
async fn grouped(
    client: &mut Object,
    journal: &OpenJournal,
    filter: &Scoped,
    range: &Range<u64>,
    columns: &str,
    mut add: impl FnMut(&Row, u64) -> Result<()>,
) -> Result<()> {
    let Some(filter) = &possible(filter) else {
        return Ok(());
    };
    let shared = columns.split(',').count();
    let range = journal.within(client, range).await?;
    let Some(range) = narrowed(client, filter.filter(), &range).await? else {
        return Ok(());
    };
    let mut left = vec![range.clone()];
    if let Some(OfMany { kinds, sets }) = OfMany::of(&journal.blocks, filter) {
        let cover = Cover::of(client, filter.filter(), &sets, &range).await?;
        // Many pieces are searched faster as one.
        if sets.is_empty() || cover.rows.len() <= PIECES {
            for row in &cover.sums(client, &kinds, columns).await? {
                add(row, whole(row, shared)?)?;
            }
            left = cover.rows;
        }
        if sets.is_empty() {
            let question = Question::of_rows(filter);
            for row in &of_part(client, &question, &Part::Each(left), columns).await? {
                add(row, whole(row, shared)?)?;
            }
            return Ok(());
        }
    }
    let Some(question) = Question::of(&journal.blocks, filter) else {
        return Ok(());
    };
    let Some(sets) = question.all_sets(client).await? else {
        return Ok(());
    };
    for range in left {
        let mut parts = Parts::new(&question, &sets, &range, Order::Asc, SearchPurpose::All);
        while let Some(part) = parts.next(client, usize::MAX).await? {
            for row in &of_each(client, journal, filter, &question, &part, columns).await? {
                add(row, whole(row, shared)?)?;
            }
        }
    }
    Ok(())
}

/// Counts a part's matches with the caller's rights.
async fn of_each(
    client: &mut Object,
    journal: &OpenJournal,
    filter: &Scoped,
    question: &Question,
    part: &Part<'_>,
    columns: &str,
) -> Result<Vec<Row>> {
    let (words, all) = (!question.words.is_empty(), usize::MAX);
    // A person's rows are counted with that person's rights.
    if filter.scope.person_id().is_some() {
        let found = matching(client, question, part, Order::Asc, all, "seq").await?.rows;
        let found: Vec<u64> = found.iter().map(|row| whole(row, 0)).collect::<Result<_>>()?;
        let sql = format!(
            "SELECT {columns}, count(*) FROM annals_events WHERE seq = ANY ({})
             GROUP BY {columns}",
            array(&found)
        );
        read(client, journal, filter, &sql).await
    } else if words {
        // Only this program can match words, so possible rows are counted here.
        let each = format!("{columns}, 1::bigint");
        Ok(matching(client, question, part, Order::Asc, all, &each).await?.rows)
    } else {
        of_part(client, question, part, columns).await
    }
}

/// Counts a part's matches by group.
async fn of_part(
    client: &Object,
    question: &Question,
    part: &Part<'_>,
    columns: &str,
) -> Result<Vec<Row>> {
    let mut asked = Parameters::of(&question.condition.parameters);
    let source = part.source(question, Order::Asc, &mut asked);
    asked.ask(client, &format!("SELECT {columns}, count(*) {source} GROUP BY {columns}")).await
}

/// The number of matches, by category and severity.
pub(super) async fn counts(
    client: &mut Object,
    journal: &OpenJournal,
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

/// The number of matches by action: the most frequent first, those of equal frequency by name.
pub(super) async fn action_counts(
    client: &mut Object,
    journal: &OpenJournal,
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
