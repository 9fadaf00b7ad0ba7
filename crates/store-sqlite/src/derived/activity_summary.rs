//! Each person's activity in a span of days: a handful of queries for everybody, not some for each.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::ToSpan as _;
use jiff::civil::Date;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::super::frozen::day;
use super::checkpoints;
use crate::error::{Failure, Result};
use annals_store::{ActiveSpan, ActivitySummary, Checkpoint, Output, PersonActivity, StoreError};

type People = BTreeMap<String, PersonActivity>;

/// Reads all spans in one transaction, since they belong together.
pub(super) fn of(
    connection: &Connection,
    spans: &[Range<Date>],
    person: Option<&str>,
) -> Result<(Checkpoint, Vec<ActivitySummary>)> {
    let snapshot = connection.unchecked_transaction()?;
    let checkpoint = checkpoints::checkpoint(&snapshot, Output::Rollups)?;
    let sql = "SELECT EXISTS (SELECT 1 FROM rollup_people WHERE logins > 0)";
    let logins_known = snapshot.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    let active_spans = active_spans(&snapshot, person)?;
    let mut summaries = Vec::with_capacity(spans.len());
    for span in spans {
        let mut people = active_spans.clone();
        days(&snapshot, span, person, &mut people)?;
        sessions(&snapshot, span, person, &mut people)?;
        summaries.push(ActivitySummary { logins_known, people });
    }
    Ok((checkpoint, summaries))
}

/// Everybody ever active, with no activity yet.
fn active_spans(connection: &Connection, person: Option<&str>) -> Result<People> {
    let mut statement = connection.prepare_cached(
        "SELECT subject, first, last, learned FROM active_spans WHERE ?1 IS NULL OR subject = ?1",
    )?;
    let mut rows = statement.query([person])?;
    let mut people = People::new();
    while let Some(row) = rows.next()? {
        let learned: Option<String> = row.get(3)?;
        let active_span = ActiveSpan {
            first: day(row.get(1)?)?,
            last: day(row.get(2)?)?,
            learned: learned.map(day).transpose()?,
        };
        let person_activity = PersonActivity {
            active_span,
            last: None,
            streak: 0,
            logins: 0,
            started: 0,
            completed: 0,
            sessions: 0,
            session_micros: 0,
        };
        people.insert(row.get(0)?, person_activity);
    }
    Ok(people)
}

/// Adds each person's activity by day, their last active day, and their streak.
fn days(
    connection: &Connection,
    span: &Range<Date>,
    person: Option<&str>,
    people: &mut People,
) -> Result<()> {
    let last_day = before(span.end);
    let mut statement = connection.prepare_cached(
        "SELECT day, subject, logins, started, completed FROM rollup_people
         WHERE day >= ?1 AND day < ?2 AND (?3 IS NULL OR subject = ?3)
         ORDER BY day DESC",
    )?;
    let mut rows =
        statement.query(params![span.start.to_string(), span.end.to_string(), person])?;
    // The day of the current rows, parsed once for all its people.
    let mut now = (String::new(), last_day);
    while let Some(row) = rows.next()? {
        let text = text(row, 0)?;
        if now.0 != text {
            now = (text.to_owned(), day(text.to_owned())?);
        }
        let Some(person_activity) = people.get_mut(self::text(row, 1)?) else { continue };
        person_activity.logins += row.get::<_, u64>(2)?;
        person_activity.started += row.get::<_, u64>(3)?;
        person_activity.completed += row.get::<_, u64>(4)?;
        let last = *person_activity.last.get_or_insert(now.1);
        let running = last >= before(last_day) && person_activity.streak == since(now.1, last);
        person_activity.streak += u32::from(running);
    }
    for (id, person_activity) in people.iter_mut() {
        let active_span = person_activity.active_span;
        if person_activity.last.is_none() && active_span.first < span.end {
            let mut last = active_span.last;
            if last >= span.end {
                // They came back later, so their days show how long they were away before.
                last = before(span.start);
                while last > active_span.first && !was_active(connection, last, id)? {
                    last = before(last);
                }
            }
            person_activity.last = Some(last);
            person_activity.streak = u32::from(last >= before(last_day));
        }
        let Some(last) = person_activity.last.filter(|_| person_activity.streak > 0) else {
            continue;
        };
        let mut earlier = last.saturating_sub(i64::from(person_activity.streak).days());
        if earlier < span.start {
            while earlier >= active_span.first && was_active(connection, earlier, id)? {
                person_activity.streak += 1;
                earlier = before(earlier);
            }
        }
    }
    Ok(())
}

fn was_active(connection: &Connection, day: Date, person: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM rollup_people WHERE day = ?1 AND subject = ?2";
    let found: Option<i64> = connection
        .prepare_cached(sql)?
        .query_row(params![day.to_string(), person], |row| row.get(0))
        .optional()?;
    Ok(found.is_some())
}

fn sessions(
    connection: &Connection,
    span: &Range<Date>,
    person: Option<&str>,
    people: &mut People,
) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT subject, count(*), sum(last - started) FROM sessions
         WHERE day >= ?1 AND day < ?2 AND subject IS NOT NULL AND (?3 IS NULL OR subject = ?3)
         GROUP BY subject",
    )?;
    let mut rows =
        statement.query(params![span.start.to_string(), span.end.to_string(), person])?;
    while let Some(row) = rows.next()? {
        if let Some(person_activity) = people.get_mut(text(row, 0)?) {
            (person_activity.sessions, person_activity.session_micros) = (row.get(1)?, row.get(2)?);
        }
    }
    Ok(())
}

/// A column's text without a copy, since there are as many rows as days of people.
fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str> {
    match row.get_ref(column)? {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).map_err(|_| damaged()),
        _ => Err(damaged()),
    }
}

fn damaged() -> Failure {
    Failure(StoreError::Damaged("a roll-up's key is no text".to_owned()))
}

fn before(day: Date) -> Date {
    day.saturating_sub(1.days())
}

/// The number of days from one day to a later one.
fn since(day: Date, last: Date) -> u32 {
    u32::try_from((last - day).get_days()).unwrap_or(0)
}
