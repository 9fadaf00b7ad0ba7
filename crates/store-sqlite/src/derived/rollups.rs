//! Counts by day, and by person and day.

use std::ops::Range;

use jiff::civil::Date;
use rusqlite::{Connection, params};

use super::days::by_day;
use super::{checkpoints, entities, errors, frozen, pages, scores, sessions};
use crate::error::Result;
use crate::frozen::day;
use annals_store::catalog::Role;
use annals_store::{Activity, Checkpoint, DayActivity, Output, PersonDay, RollupChange, Step};

pub(super) fn add(connection: &mut Connection, step: &Step, change: &RollupChange) -> Result<()> {
    let transaction = connection.transaction()?;
    checkpoints::advance(&transaction, Output::Rollups, step)?;
    for ((day, what), events) in &change.days {
        transaction
            .prepare_cached(
                "INSERT INTO rollup_days (what, day, events) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET events = events + excluded.events",
            )?
            .execute(params![what, day.to_string(), events])?;
    }
    write_people(&transaction, change)?;
    sessions::write(&transaction, &change.sessions)?;
    errors::add(&transaction, &change.errors)?;
    scores::touch(&transaction, change)?;
    entities::write(&transaction, change)?;
    pages::write(&transaction, change)?;
    Ok(transaction.commit()?)
}

/// Writes a change's rows; each statement is prepared once for all of them.
fn write_people(connection: &Connection, change: &RollupChange) -> Result<()> {
    let mut did = connection.prepare_cached(
        "INSERT INTO rollup_people (day, subject, events, logins, started, completed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET
           events = events + excluded.events,
           logins = logins + excluded.logins,
           started = started + excluded.started,
           completed = completed + excluded.completed",
    )?;
    for ((day, subject), person_activity) in &change.people {
        let PersonDay { events, logins, started, completed } = person_activity;
        did.execute(params![day.to_string(), subject, events, logins, started, completed])?;
    }
    let mut lived = connection.prepare_cached(
        "INSERT INTO active_spans (subject, first, last, learned) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET
           first = min(first, excluded.first),
           last = max(last, excluded.last),
           learned = max(ifnull(learned, excluded.learned), ifnull(excluded.learned, learned))
         WHERE first > excluded.first OR last < excluded.last
           OR (excluded.learned IS NOT NULL AND ifnull(learned, '') < excluded.learned)",
    )?;
    for (subject, active_span) in &change.active_spans {
        lived.execute(params![
            subject,
            active_span.first.to_string(),
            active_span.last.to_string(),
            active_span.learned.map(|day| day.to_string()),
        ])?;
    }
    Ok(())
}

/// Reads all spans in one transaction, since they belong together.
pub(super) fn activity(
    connection: &Connection,
    spans: &[Range<Date>],
) -> Result<(Checkpoint, Vec<Activity>)> {
    let snapshot = connection.unchecked_transaction()?;
    let checkpoint = checkpoints::checkpoint(&snapshot, Output::Rollups)?;
    let spans = spans.iter().map(|span| in_span(&snapshot, span)).collect::<Result<_>>()?;
    Ok((checkpoint, spans))
}

fn in_span(connection: &Connection, span: &Range<Date>) -> Result<Activity> {
    let mut activity = Activity::default();
    let counts = |what: &str, set: fn(&mut DayActivity, u64)| (what.to_owned(), set);
    for (what, set) in [
        counts(RollupChange::ALL, |day, events| day.events = events),
        counts(Role::Complete.as_str(), |day, events| day.completions = events),
        counts(Role::Error.as_str(), |day, events| day.errors = events),
    ] {
        let sql = "SELECT day, events FROM rollup_days WHERE what = ?1 AND day >= ?2 AND day < ?3";
        by_day(connection, sql, &what, span, |day, events| {
            set(activity.days.entry(day).or_default(), events);
        })?;
    }
    let sql = "SELECT day, count(*) FROM rollup_people
               WHERE day >= ?1 AND day < ?2 GROUP BY day";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([span.start.to_string(), span.end.to_string()])?;
    while let Some(row) = rows.next()? {
        activity.days.entry(day(row.get(0)?)?).or_default().active_users = row.get(1)?;
    }
    sessions::by_day(connection, span, |day, sessions| {
        activity.days.entry(day).or_default().sessions = sessions;
    })?;
    let sql = "SELECT count(DISTINCT subject) FROM rollup_people
               WHERE day >= ?1 AND day < ?2";
    frozen::add(connection, span, &mut activity)?;
    // On frozen days, people who came on several days are no longer recognised.
    let most = activity.days.values().map(|day| day.active_users).max().unwrap_or_default();
    let known: u64 = connection
        .prepare_cached(sql)?
        .query_row([span.start.to_string(), span.end.to_string()], |row| row.get(0))?;
    activity.active_users = known.max(most);
    Ok(activity)
}
