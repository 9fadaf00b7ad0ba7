//! Days that are about nobody any more: what was counted stays, who it was does not.

use std::ops::Range;

use jiff::civil::Date;
use rusqlite::Connection;

use super::super::super::{Activity, DayActivity, Page, Result, RollupChange};
use super::rollups::{by_day, day};
use crate::catalog::Role;

/// Where a count belongs.
type Figure = fn(&mut DayActivity) -> &mut u64;

/// Closes the days before this one. What was closed before is never made less: a day may have been
/// read out of the journal again since, where its people are no more.
pub(super) fn age(connection: &mut Connection, before: Date) -> Result<()> {
    let transaction = connection.transaction()?;
    let before = before.to_string();
    for counts in [
        "SELECT what, day, events FROM rollup_days WHERE day < ?1",
        "SELECT 'people', day, count(*) FROM rollup_people WHERE day < ?1 GROUP BY day",
        "SELECT 'sessions', day, count(*) FROM sessions WHERE day < ?1 GROUP BY day",
    ] {
        let sql = format!(
            "INSERT INTO closed_days (what, day, count) {counts}
             ON CONFLICT DO UPDATE SET count = max(count, excluded.count)"
        );
        transaction.execute(&sql, [&before])?;
    }
    transaction.execute(
        "INSERT INTO closed_pages (day, path, people, visits)
         SELECT day, path, sum(NOT visit), sum(visit) FROM page_visitors JOIN page_paths USING (page)
         WHERE day < ?1 GROUP BY day, path
         ON CONFLICT DO UPDATE SET
           people = max(people, excluded.people), visits = max(visits, excluded.visits)",
        [&before],
    )?;
    for sql in [
        "DELETE FROM page_visitors WHERE day < ?1",
        "DELETE FROM rollup_people WHERE day < ?1",
        "DELETE FROM sessions WHERE day < ?1",
        // Whoever came back since is still known.
        "DELETE FROM lives WHERE last < ?1",
        "DELETE FROM risk_scores WHERE day < ?1",
        "DELETE FROM error_people WHERE day < ?1",
        "DELETE FROM error_events WHERE day < ?1",
        // The words are those of a group's last event.
        "UPDATE error_groups SET words = '' WHERE words <> ''
           AND id NOT IN (SELECT id FROM error_days WHERE day >= ?1)",
    ] {
        transaction.execute(sql, [&before])?;
    }
    Ok(transaction.commit()?)
}

/// The last closed day: nothing about people can be counted anew up to it.
pub(super) fn last(connection: &Connection) -> Result<Option<Date>> {
    let sql = "SELECT max(day) FROM closed_days WHERE what = 'people'";
    let last: Option<String> = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    last.map(day).transpose()
}

/// How many looked at a page on the closed days of a span. Over all of them at least as many did as on
/// the busiest: who came again is not known any more.
pub(super) fn add_looks(
    connection: &Connection,
    span: &Range<Date>,
    page: &mut Page,
) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT day, people, visits FROM closed_pages
         WHERE path = ?1 AND day >= ?2 AND day < ?3",
    )?;
    let (from, to) = (span.start.to_string(), span.end.to_string());
    let mut rows = statement.query([&page.path, &from, &to])?;
    while let Some(row) = rows.next()? {
        let (people, visits) = (row.get(1)?, row.get(2)?);
        let told = page.days.entry(day(row.get(0)?)?).or_default();
        told.people = told.people.max(people);
        told.visits = told.visits.max(visits);
        page.people = page.people.max(people);
        page.visits = page.visits.max(visits);
    }
    Ok(())
}

/// Puts in what closed days were, where no more of it is known.
pub(super) fn add(
    connection: &Connection,
    span: &Range<Date>,
    activity: &mut Activity,
) -> Result<()> {
    let counts: [(&str, Figure); 5] = [
        (RollupChange::ALL, |day| &mut day.events),
        (Role::Complete.as_str(), |day| &mut day.completions),
        (Role::Error.as_str(), |day| &mut day.errors),
        ("people", |day| &mut day.active_users),
        ("sessions", |day| &mut day.sessions),
    ];
    for (what, of) in counts {
        let sql = "SELECT day, count FROM closed_days WHERE what = ?1 AND day >= ?2 AND day < ?3";
        by_day(connection, sql, what, span, |day, count| {
            let known = of(activity.days.entry(day).or_default());
            *known = count.max(*known);
        })?;
    }
    Ok(())
}
