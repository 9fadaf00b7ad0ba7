//! Sessions.

use std::collections::BTreeMap;
use std::ops::Range;

use annals_event::Time;
use jiff::civil::Date;
use rusqlite::{Connection, params};

use super::super::super::{Result, Session};
use super::rollups::day;

pub(super) fn of(connection: &Connection, visits: &[String]) -> Result<Vec<Session>> {
    let mut sessions = Vec::new();
    for visit in visits {
        let mut statement = connection.prepare_cached(
            "SELECT ordinal, subject, started, day, last, ended FROM sessions
             WHERE session_id = ?1 ORDER BY ordinal",
        )?;
        let mut rows = statement.query([visit])?;
        while let Some(row) = rows.next()? {
            sessions.push(Session {
                session_id: visit.clone(),
                ordinal: row.get(0)?,
                subject: row.get(1)?,
                started: Time::from_micros(row.get(2)?),
                day: day(row.get(3)?)?,
                last: Time::from_micros(row.get(4)?),
                ended: row.get(5)?,
            });
        }
    }
    Ok(sessions)
}

pub(super) fn write(
    connection: &Connection,
    sessions: &BTreeMap<(String, u32), Option<Session>>,
) -> Result<()> {
    for ((session_id, ordinal), session) in sessions {
        let Some(session) = session else {
            connection
                .prepare_cached("DELETE FROM sessions WHERE session_id = ?1 AND ordinal = ?2")?
                .execute(params![session_id, ordinal])?;
            continue;
        };
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO sessions
                   (session_id, ordinal, subject, started, day, last, ended)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                session_id,
                ordinal,
                session.subject,
                session.started.as_micros(),
                session.day.to_string(),
                session.last.as_micros(),
                session.ended,
            ])?;
    }
    Ok(())
}

/// How many began on each day of a span.
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
