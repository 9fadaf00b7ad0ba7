//! Entities: their use by day, and their latest names.

use std::ops::Range;

use jiff::civil::Date;
use rusqlite::{Connection, params};

use super::checkpoints;
use crate::error::Result;
use annals_store::{Checkpoint, EntityUse, Output, RollupChange, Uses};

pub(super) fn write(connection: &Connection, change: &RollupChange) -> Result<()> {
    let mut used = connection.prepare_cached(
        "INSERT INTO entity_days (day, kind, id, views, starts, completions, abandonments)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO UPDATE SET
           views = views + excluded.views,
           starts = starts + excluded.starts,
           completions = completions + excluded.completions,
           abandonments = abandonments + excluded.abandonments",
    )?;
    for ((day, kind, id), uses) in &change.entity_days {
        let Uses { views, starts, completions, abandonments } = uses;
        let day = day.to_string();
        used.execute(params![day, kind, id, views, starts, completions, abandonments])?;
    }
    let mut called = connection.prepare_cached(
        "INSERT INTO entities (kind, id, name, named, is_learning) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET
           name = iif(named IS NULL OR (excluded.named, excluded.name) > (named, name),
                      excluded.name, name),
           named = max(ifnull(named, excluded.named), ifnull(excluded.named, named)),
           is_learning = is_learning OR excluded.is_learning",
    )?;
    for ((kind, id), entity_use) in &change.entities {
        let (named, name) =
            entity_use.name.as_ref().map(|(at, name)| (at.as_micros(), name)).unzip();
        called.execute(params![kind, id, name, named, entity_use.is_learning])?;
    }
    Ok(())
}

/// The entities used in a span of days, of one type or of the types that people learn by.
pub(super) fn used(
    connection: &Connection,
    span: &Range<Date>,
    kind: Option<&str>,
) -> Result<(Checkpoint, Vec<EntityUse>)> {
    let snapshot = connection.unchecked_transaction()?;
    let checkpoint = checkpoints::checkpoint(&snapshot, Output::Rollups)?;
    let mut statement = snapshot.prepare_cached(
        "SELECT kind, id, sum(views), sum(starts), sum(completions), sum(abandonments),
                (SELECT name FROM entities WHERE entities.kind = d.kind AND entities.id = d.id)
         FROM entity_days AS d
         WHERE day >= ?1 AND day < ?2
           AND iif(?3 IS NULL, kind IN (SELECT kind FROM entities WHERE is_learning), kind = ?3)
         GROUP BY kind, id",
    )?;
    let mut rows = statement.query(params![span.start.to_string(), span.end.to_string(), kind])?;
    let mut entities = Vec::new();
    while let Some(row) = rows.next()? {
        let uses = Uses {
            views: row.get(2)?,
            starts: row.get(3)?,
            completions: row.get(4)?,
            abandonments: row.get(5)?,
        };
        entities.push(EntityUse { kind: row.get(0)?, id: row.get(1)?, name: row.get(6)?, uses });
    }
    Ok((checkpoint, entities))
}
