//! Frozen days: finds the days to freeze, keeps a copy of the journal's frozen days, and deletes the
//! people of older days.
//!
//! The copy is here so that one file answers a query; `sync_frozen_days` makes it again. Where both
//! the copy and the rollups have a count, the greater one holds: a rebuild finds fewer people than
//! the copy, and events that arrive late add to the rollups.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::civil::Date;
use rusqlite::{Connection, params};

use super::days::by_day;
use super::{pages, paths};
use crate::error::Result;
use crate::frozen::{count_of, day, raise_counts, raise_page};
use annals_store::catalog::Role;
use annals_store::{Activity, DayActivity, FrozenCount, FrozenDay, PageDay, RollupChange, Visitor};

/// Selects a count of a day.
type Figure = fn(&mut DayActivity) -> &mut u64;

/// Counts from ?1 to ?2, named as in a frozen day, and scores up to ?3. A frozen day keeps the
/// scores it had.
const COUNTED: &str = "
    SELECT what, day, events AS count FROM rollup_days WHERE day BETWEEN ?1 AND ?2
    UNION ALL SELECT 'people', day, count(*) FROM rollup_people
      WHERE day BETWEEN ?1 AND ?2 GROUP BY day
    UNION ALL SELECT 'sessions', day, count(*) FROM sessions
      WHERE day BETWEEN ?1 AND ?2 GROUP BY day
    UNION ALL SELECT 'score ' || score, day, people FROM risk_counts AS r
      WHERE day BETWEEN ?1 AND ?3 AND NOT EXISTS
        (SELECT 1 FROM frozen_days AS k WHERE k.day = r.day AND k.what GLOB 'score *')";

/// The days with a greater count than their frozen copy.
pub(super) fn days(connection: &Connection, through: Date, scores: Date) -> Result<Vec<Date>> {
    let sql = format!(
        "SELECT day FROM ({COUNTED}) AS c WHERE count > ifnull(
           (SELECT count FROM frozen_days AS k WHERE k.day = c.day AND k.what = c.what), 0)
         UNION SELECT d.day FROM page_days AS d LEFT JOIN frozen_pages AS k USING (day, page)
           WHERE d.day BETWEEN ?1 AND ?2 AND (d.views > ifnull(k.views, 0)
             OR d.entries > ifnull(k.entries, 0) OR d.bounces > ifnull(k.bounces, 0))
         UNION SELECT v.day FROM (
             SELECT page, day, sum(NOT anonymous) AS people, sum(anonymous) AS sessions FROM page_visitors
             WHERE day BETWEEN ?1 AND ?2 GROUP BY page, day
           ) AS v LEFT JOIN frozen_pages AS k USING (day, page)
           WHERE v.people > ifnull(k.people, 0) OR v.sessions > ifnull(k.sessions, 0)
         ORDER BY day"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(["", &through.to_string(), &scores.to_string()])?;
    let mut days = Vec::new();
    while let Some(row) = rows.next()? {
        days.push(day(row.get(0)?)?);
    }
    Ok(days)
}

/// The visitors of each page on a day.
pub(super) fn looks(
    connection: &Connection,
    day: Date,
) -> Result<BTreeMap<String, BTreeSet<Visitor>>> {
    let snapshot = connection.unchecked_transaction()?;
    let mut looks = BTreeMap::new();
    for (page, path) in pages_of(&snapshot, day)? {
        let sql = "SELECT anonymous, id FROM page_visitors WHERE page = ?1 AND day = ?2";
        let mut statement = snapshot.prepare_cached(sql)?;
        let visitors = statement.query_map(params![page, day.to_string()], |row| {
            let visitor = if row.get(0)? { Visitor::Session } else { Visitor::Person };
            Ok(visitor(row.get(1)?))
        })?;
        looks.insert(path, visitors.collect::<rusqlite::Result<_>>()?);
    }
    Ok(looks)
}

/// The counts of a day.
pub(super) fn day_to_freeze(connection: &Connection, day: Date) -> Result<FrozenDay> {
    let snapshot = connection.unchecked_transaction()?;
    let text = day.to_string();
    let mut statement = snapshot.prepare_cached(COUNTED)?;
    let counts = statement.query_map([&text; 3], |row| Ok((count_of(row)?, row.get(2)?)))?;
    let counts = counts.collect::<rusqlite::Result<_>>()?;
    let mut pages = BTreeMap::new();
    for (page, path) in pages_of(&snapshot, day)? {
        let counted = pages::on_day(&snapshot, page, &text)?.unwrap_or_default();
        let sql = "SELECT ifnull(sum(NOT anonymous), 0), ifnull(sum(anonymous), 0)
                   FROM page_visitors WHERE page = ?1 AND day = ?2";
        let (people, sessions) = snapshot
            .prepare_cached(sql)?
            .query_row(params![page, text], |row| Ok((row.get(0)?, row.get(1)?)))?;
        pages.insert(path, PageDay { people, sessions, ..counted });
    }
    Ok(FrozenDay { day, counts, pages })
}

fn pages_of(connection: &Connection, day: Date) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT page, path FROM page_days JOIN page_paths USING (page) WHERE day = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let pages = statement.query_map([day.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(pages.collect::<rusqlite::Result<_>>()?)
}

/// Saves frozen days in the copy; counts only ever grow.
pub(super) fn keep(connection: &mut Connection, days: &[FrozenDay]) -> Result<()> {
    let transaction = connection.transaction()?;
    for frozen in days {
        let day = frozen.day.to_string();
        raise_counts(&transaction, "frozen_days", &day, frozen)?;
        for (path, page) in &frozen.pages {
            let number = paths::number(&transaction, path)?;
            raise_page(&transaction, ("frozen_pages", "page", number), &day, page)?;
        }
    }
    Ok(transaction.commit()?)
}

/// Deletes the people of the days before this one.
pub(super) fn age(connection: &mut Connection, before: Date) -> Result<()> {
    let transaction = connection.transaction()?;
    let before = before.to_string();
    for sql in [
        "DELETE FROM page_visitors WHERE day < ?1",
        "DELETE FROM rollup_people WHERE day < ?1",
        "DELETE FROM sessions WHERE day < ?1",
        // People who were active again are still known.
        "DELETE FROM active_spans WHERE last < ?1",
        "DELETE FROM risk_scores WHERE day < ?1",
        "DELETE FROM error_people WHERE day < ?1",
        "DELETE FROM error_events WHERE day < ?1",
        // A group's message is that of its last event.
        "UPDATE error_groups SET words = '' WHERE words <> ''
           AND id NOT IN (SELECT id FROM error_days WHERE day >= ?1)",
    ] {
        transaction.execute(sql, [&before])?;
    }
    paths::forget_unused(&transaction)?;
    Ok(transaction.commit()?)
}

/// The last frozen day without people: nothing about people can be counted again up to it.
pub(super) fn last(connection: &Connection) -> Result<Option<Date>> {
    let sql = "SELECT max(day) FROM frozen_days WHERE what = ?1";
    let last: Option<String> = connection
        .prepare_cached(sql)?
        .query_row([FrozenCount::Finalised.encode()], |row| row.get(0))?;
    last.map(day).transpose()
}

/// Adds the frozen days' counts where they are greater.
pub(super) fn add(
    connection: &Connection,
    span: &Range<Date>,
    activity: &mut Activity,
) -> Result<()> {
    let events = |role: &str| FrozenCount::Events(role.to_owned());
    let counts: [(FrozenCount, Figure); 5] = [
        (events(RollupChange::ALL), |day| &mut day.events),
        (events(Role::Complete.as_str()), |day| &mut day.completions),
        (events(Role::Error.as_str()), |day| &mut day.errors),
        (FrozenCount::People, |day| &mut day.active_users),
        (FrozenCount::Sessions, |day| &mut day.sessions),
    ];
    for (what, of) in counts {
        let sql = "SELECT day, count FROM frozen_days WHERE what = ?1 AND day >= ?2 AND day < ?3";
        by_day(connection, sql, &what.encode(), span, |day, count| {
            let known = of(activity.days.entry(day).or_default());
            *known = count.max(*known);
        })?;
    }
    Ok(())
}
