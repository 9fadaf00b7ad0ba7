//! Counts: whole spans and tiles by what they hold, the rest by the rows that the search finds, counted
//! as whoever asks may.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use annals_event::Severity;
use deadpool_postgres::Object;
use tokio_postgres::Row;

use super::super::predicate::Predicate;
use super::super::{Counts, Order, Result, Scoped};
use super::error::failed;
use super::list_index::{asked, read, typed};
use super::open::Journal;
use super::question::{Question, of_kinds_alone, possible};
use super::rows::whole;
use super::search::{Part, Parts, array, matching};
use super::spans::Cover;

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
    let Some(filter) = &possible(filter) else {
        return Ok(());
    };
    let shared = columns.split(',').count();
    if let Some(condition) = of_kinds_alone(filter) {
        let range = journal.within(client, range).await?;
        for row in &by_kind(client, filter, &condition, &range, columns).await? {
            add(row, whole(row, shared)?)?;
        }
        return Ok(());
    }
    let Some((question, range)) = asked(client, journal, filter, range).await? else {
        return Ok(());
    };
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
            of_part(client, &question, &part, columns).await?
        };
        for row in &rows {
            add(row, whole(row, shared)?)?;
        }
    }
    Ok(())
}

/// What rows of a part come to that match.
async fn of_part(
    client: &Object,
    question: &Question,
    part: &Part,
    columns: &str,
) -> Result<Vec<Row>> {
    let source = part.source(question, Order::Asc);
    let sql = format!("SELECT {columns}, count(*) {source} GROUP BY {columns}");
    client.query_typed(&sql, &typed(&question.condition.parameters)).await.map_err(failed)
}

/// The same of a question about kinds and a period, and about anybody.
async fn by_kind(
    client: &Object,
    filter: &Scoped,
    condition: &Predicate,
    range: &Range<u64>,
    columns: &str,
) -> Result<Vec<Row>> {
    if range.is_empty() {
        return Ok(Vec::new());
    }
    let cover = Cover::of(client, filter.filter(), range).await?;
    let mut counted = cover.sums(client, condition, columns).await?;
    if !cover.rows.is_empty() {
        let part = Part::Each(cover.rows);
        counted.extend(of_part(client, &Question::of_rows(filter), &part, columns).await?);
    }
    Ok(counted)
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
