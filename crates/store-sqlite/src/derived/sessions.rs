//! Sessions.

use std::collections::BTreeMap;
use std::ops::Range;

use annals_event::Time;
use jiff::civil::Date;
use rusqlite::{Connection, params};

use super::super::frozen::day;
use super::paths;
use crate::error::Result;
use annals_store::{Session, SessionEntry};

pub(super) fn of(connection: &Connection, session_ids: &[String]) -> Result<Vec<Session>> {
    let mut sessions = Vec::new();
    for session_id in session_ids {
        let mut statement = connection.prepare_cached(
            "SELECT ordinal, subject, started, day, last, ended, path, entered,
                    page_views, actions, engaged_ms
             FROM sessions LEFT JOIN page_paths ON page = entry
             WHERE session_id = ?1 ORDER BY ordinal",
        )?;
        let mut rows = statement.query([session_id])?;
        while let Some(row) = rows.next()? {
            let (path, entered): (Option<String>, Option<i64>) = (row.get(6)?, row.get(7)?);
            let entry = path.zip(entered);
            sessions.push(Session {
                session_id: session_id.clone(),
                ordinal: row.get(0)?,
                subject: row.get(1)?,
                started: Time::from_micros(row.get(2)?),
                day: day(row.get(3)?)?,
                last: Time::from_micros(row.get(4)?),
                ended: row.get(5)?,
                entry: entry.map(|(path, at)| SessionEntry { path, at: Time::from_micros(at) }),
                page_views: row.get(8)?,
                actions: row.get(9)?,
                engaged_ms: row.get(10)?,
            });
        }
    }
    Ok(sessions)
}

pub(super) fn write(
    connection: &Connection,
    sessions: &BTreeMap<(String, u32), Option<Session>>,
) -> Result<()> {
    let mut written = connection.prepare_cached(
        "INSERT OR REPLACE INTO sessions
           (session_id, ordinal, subject, started, day, last, ended,
            entry, entered, page_views, actions, engaged_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    for ((session_id, ordinal), session) in sessions {
        let Some(session) = session else {
            connection
                .prepare_cached("DELETE FROM sessions WHERE session_id = ?1 AND ordinal = ?2")?
                .execute(params![session_id, ordinal])?;
            continue;
        };
        let entry = session.entry.as_ref();
        let page = entry.map(|entry| paths::number(connection, &entry.path)).transpose()?;
        written.execute(params![
            session_id,
            ordinal,
            session.subject,
            session.started.as_micros(),
            session.day.to_string(),
            session.last.as_micros(),
            session.ended,
            page,
            entry.map(|entry| entry.at.as_micros()),
            session.page_views,
            session.actions,
            session.engaged_ms,
        ])?;
    }
    Ok(())
}

/// The number of sessions that began on each day of a span.
pub(super) fn by_day(
    connection: &Connection,
    span: &Range<Date>,
    mut each: impl FnMut(Date, u64),
) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT day, count(*) FROM sessions WHERE day >= ?1 AND day < ?2 GROUP BY day",
    )?;
    let mut rows = statement.query([span.start.to_string(), span.end.to_string()])?;
    while let Some(row) = rows.next()? {
        each(day(row.get(0)?)?, row.get(1)?);
    }
    Ok(())
}
