//! Error groups: their counts by day, and the people affected.

use std::collections::BTreeMap;
use std::ops::Range;

use annals_event::{Time, Uuid};
use jiff::civil::Date;
use rusqlite::{Connection, Row, params};

use super::super::frozen::day;
use super::checkpoints;
use crate::error::Result;
use annals_store::{Checkpoint, ErrorGroup, ErrorGroups, Output, Sighting, WhichGroups};

/// The newest events to keep, for each group and in all.
const LATEST: usize = 10;
/// The most error types to count apart.
const KINDS: usize = 100;

pub(super) fn add(connection: &Connection, sightings: &[Sighting]) -> Result<()> {
    for seen in sightings {
        let at = seen.at.as_micros();
        connection
            .prepare_cached(
                "INSERT INTO error_groups (id, kind, place, words, first, last)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5)
                 ON CONFLICT DO UPDATE SET
                   words = iif(excluded.last >= last, excluded.words, words),
                   first = min(first, excluded.first),
                   last = max(last, excluded.last)",
            )?
            .execute(params![seen.group, seen.kind, seen.place, seen.words, at])?;
        let day = seen.day.to_string();
        connection
            .prepare_cached(
                "INSERT INTO error_days (day, id, events) VALUES (?1, ?2, 1)
                 ON CONFLICT DO UPDATE SET events = events + 1",
            )?
            .execute([&day, &seen.group])?;
        if let Some(person) = &seen.person {
            connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO error_people (id, day, subject) VALUES (?1, ?2, ?3)",
                )?
                .execute([&seen.group, &day, person])?;
        }
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO error_events (id, position, day, event)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![seen.group, seen.position, day, seen.event.as_bytes()])?;
        connection
            .prepare_cached(
                "DELETE FROM error_events WHERE id = ?1 AND position <=
                   (SELECT position FROM error_events WHERE id = ?1
                    ORDER BY position DESC LIMIT 1 OFFSET ?2)",
            )?
            .execute(params![seen.group, LATEST])?;
    }
    Ok(())
}

/// Reads the error groups of a span at one moment.
pub(super) fn groups(
    connection: &Connection,
    span: &Range<Date>,
    which: &WhichGroups,
) -> Result<(Checkpoint, ErrorGroups)> {
    let snapshot = connection.unchecked_transaction()?;
    let place = checkpoints::checkpoint(&snapshot, Output::Rollups)?;
    let span = [span.start.to_string(), span.end.to_string()];
    let ids = match which {
        WhichGroups::One(id) => vec![id.clone()],
        WhichGroups::Most(limit) => most(&snapshot, &span, *limit)?,
    };
    let groups = ids.iter().map(|id| group(&snapshot, &span, id));
    let groups = groups.filter_map(Result::transpose).collect::<Result<_>>()?;
    let (events, total) = snapshot
        .prepare_cached(
            "SELECT ifnull(sum(events), 0), count(DISTINCT id) FROM error_days
             WHERE day >= ?1 AND day < ?2",
        )?
        .query_row([&span[0], &span[1]], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let kinds = all(
        &snapshot,
        "SELECT kind, sum(events) FROM error_days JOIN error_groups USING (id)
         WHERE day >= ?1 AND day < ?2 GROUP BY kind ORDER BY 2 DESC, 1 LIMIT ?3",
        params![span[0], span[1], KINDS],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let latest = all(
        &snapshot,
        "SELECT event FROM error_events WHERE day >= ?1 AND day < ?2
         ORDER BY position DESC LIMIT ?3",
        params![span[0], span[1], LATEST],
        id,
    )?;
    Ok((place, ErrorGroups { events, total, kinds, groups, latest }))
}

fn most(connection: &Connection, span: &[String; 2], limit: usize) -> Result<Vec<String>> {
    all(
        connection,
        "SELECT id FROM error_days JOIN error_groups USING (id)
         WHERE day >= ?1 AND day < ?2 GROUP BY id
         ORDER BY sum(events) DESC, max(last) DESC, id LIMIT ?3",
        params![span[0], span[1], limit],
        |row| Ok(row.get(0)?),
    )
}

fn group(connection: &Connection, span: &[String; 2], group: &str) -> Result<Option<ErrorGroup>> {
    let found = all(
        connection,
        "SELECT kind, place, words, first, last FROM error_groups WHERE id = ?1",
        [group],
        |row| {
            Ok(ErrorGroup {
                id: group.to_owned(),
                kind: row.get(0)?,
                place: row.get(1)?,
                words: row.get(2)?,
                first: Time::from_micros(row.get(3)?),
                last: Time::from_micros(row.get(4)?),
                events: 0,
                people: 0,
                days: BTreeMap::new(),
                latest: Vec::new(),
            })
        },
    )?;
    let Some(mut found) = found.into_iter().next() else { return Ok(None) };
    let days = all(
        connection,
        "SELECT day, events FROM error_days WHERE day >= ?1 AND day < ?2 AND id = ?3",
        params![span[0], span[1], group],
        |row| Ok((day(row.get(0)?)?, row.get::<_, u64>(1)?)),
    )?;
    found.days = days.into_iter().collect();
    found.events = found.days.values().sum();
    found.people = connection
        .prepare_cached(
            "SELECT count(DISTINCT subject) FROM error_people
             WHERE id = ?3 AND day >= ?1 AND day < ?2",
        )?
        .query_row(params![span[0], span[1], group], |row| row.get(0))?;
    found.latest = all(
        connection,
        "SELECT event FROM error_events WHERE id = ?1 ORDER BY position DESC",
        [group],
        id,
    )?;
    Ok(Some(found))
}

fn id(row: &Row<'_>) -> Result<Uuid> {
    Ok(Uuid::from_bytes(row.get(0)?))
}

/// Collects every row of a query.
fn all<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}
