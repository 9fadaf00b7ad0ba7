//! Pages by day, and their visitors.

use std::ops::Range;

use jiff::civil::Date;
use rusqlite::{Connection, params};

use super::checkpoints;
use super::paths::{known, number};
use crate::error::Result;
use crate::frozen::{self, day, histogram};
use annals_store::{Checkpoint, Output, Page, PageChange, PageDay, Pages, RollupChange, Visitor};

pub(super) fn write(connection: &Connection, change: &RollupChange) -> Result<()> {
    // Rows of a page follow each other, so each path is looked up once.
    let mut last: Option<(&str, i64)> = None;
    let mut page = |path| match last {
        Some((known, page)) if known == path => Ok(page),
        _ => number(connection, path).inspect(|page| last = Some((path, *page))),
    };
    for ((path, day), change) in &change.pages {
        write_day(connection, page(path)?, *day, change)?;
    }
    for (path, day, visitor) in &change.visitors {
        let (anonymous, id) = match visitor {
            Visitor::Person(id) => (false, id),
            Visitor::Session(id) => (true, id),
        };
        connection
            .prepare_cached(
                "INSERT OR IGNORE INTO page_visitors (page, day, anonymous, id)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![page(path)?, day.to_string(), anonymous, id])?;
    }
    Ok(())
}

fn write_day(connection: &Connection, page: i64, day: Date, change: &PageChange) -> Result<()> {
    let day = day.to_string();
    let mut times = on_day(connection, page, &day)?.unwrap_or_default();
    times.engaged.merge(&change.engaged);
    times.load.merge(&change.load);
    connection
        .prepare_cached(
            "INSERT INTO page_days (day, page, views, entries, bounces, engaged, load)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET
               views = views + excluded.views,
               entries = entries + excluded.entries,
               bounces = bounces + excluded.bounces,
               engaged = excluded.engaged,
               load = excluded.load",
        )?
        .execute(params![
            day,
            page,
            change.views,
            change.entries,
            change.bounces,
            times.engaged.to_bytes(),
            times.load.to_bytes(),
        ])?;
    Ok(())
}

/// Moves a day's counts from some paths to others, where they are added up.
pub(super) fn rename(
    connection: &mut Connection,
    day: Date,
    paths: &[(String, String)],
) -> Result<()> {
    let transaction = connection.transaction()?;
    let text = day.to_string();
    for (from, to) in paths {
        let (from, to) = (number(&transaction, from)?, number(&transaction, to)?);
        let Some(counted) = on_day(&transaction, from, &text)?.filter(|_| from != to) else {
            continue;
        };
        let change = PageChange {
            views: counted.views,
            entries: i64::try_from(counted.entries).unwrap_or(i64::MAX),
            bounces: i64::try_from(counted.bounces).unwrap_or(i64::MAX),
            engaged: counted.engaged,
            load: counted.load,
        };
        write_day(&transaction, to, day, &change)?;
        for sql in [
            "INSERT OR IGNORE INTO page_visitors (page, day, anonymous, id)
             SELECT ?3, day, anonymous, id FROM page_visitors WHERE page = ?1 AND day = ?2",
            "DELETE FROM page_visitors WHERE page = ?1 AND day = ?2 AND ?3 <> ?1",
            "DELETE FROM page_days WHERE page = ?1 AND day = ?2 AND ?3 <> ?1",
        ] {
            transaction.prepare_cached(sql)?.execute(params![from, text, to])?;
        }
    }
    Ok(transaction.commit()?)
}

/// The most viewed pages of a span of days, or one page.
pub(super) fn viewed(
    connection: &Connection,
    span: &Range<Date>,
    path: Option<&str>,
    limit: usize,
) -> Result<(Checkpoint, Pages)> {
    let snapshot = connection.unchecked_transaction()?;
    let checkpoint = checkpoints::checkpoint(&snapshot, Output::Rollups)?;
    let (total, paths) = most_viewed(&snapshot, span, path, limit)?;
    let pages = paths.into_iter().map(|(page, path)| in_span(&snapshot, span, page, path));
    Ok((checkpoint, Pages { total, pages: pages.collect::<Result<_>>()? }))
}

/// The number of pages in a span, and the most viewed ones with their numbers.
fn most_viewed(
    connection: &Connection,
    span: &Range<Date>,
    path: Option<&str>,
    limit: usize,
) -> Result<(u64, Vec<(i64, String)>)> {
    let only = match path {
        Some(path) => match known(connection, path)? {
            Some(page) => Some(page),
            None => return Ok((0, Vec::new())),
        },
        None => None,
    };
    let mut statement = connection.prepare_cached(
        "SELECT page, (SELECT path FROM page_paths AS p WHERE p.page = d.page) AS path,
                count(*) OVER ()
         FROM (
           SELECT page, max(views, ifnull((SELECT k.views FROM frozen_pages AS k
                    WHERE k.day = c.day AND k.page = c.page), 0)) AS views
           FROM page_days AS c WHERE day >= ?1 AND day < ?2
           UNION ALL SELECT page, views FROM frozen_pages AS k
           WHERE day >= ?1 AND day < ?2 AND NOT EXISTS
             (SELECT 1 FROM page_days AS c WHERE c.day = k.day AND c.page = k.page)
         ) AS d
         WHERE ?3 IS NULL OR page = ?3
         GROUP BY page ORDER BY sum(views) DESC, path LIMIT ?4",
    )?;
    let (from, to) = (span.start.to_string(), span.end.to_string());
    let mut rows = statement.query(params![from, to, only, limit])?;
    let (mut total, mut paths) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        paths.push((row.get(0)?, row.get(1)?));
        total = row.get(2)?;
    }
    Ok((total, paths))
}

fn in_span(connection: &Connection, span: &Range<Date>, page: i64, path: String) -> Result<Page> {
    let mut found = Page { path, ..Page::default() };
    let mut date = span.start;
    while date < span.end {
        if let Some(counted) = on_day(connection, page, &date.to_string())? {
            found.days.insert(date, counted);
        }
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    let (from, to) = (span.start.to_string(), span.end.to_string());
    let mut statement = connection.prepare_cached(
        "SELECT day, anonymous, count(*) FROM page_visitors
         WHERE page = ?1 AND day >= ?2 AND day < ?3 GROUP BY day, anonymous",
    )?;
    let mut rows = statement.query(params![page, from, to])?;
    while let Some(row) = rows.next()? {
        let page_day = found.days.entry(day(row.get(0)?)?).or_default();
        *(if row.get(1)? { &mut page_day.sessions } else { &mut page_day.people }) = row.get(2)?;
    }
    let mut statement = connection.prepare_cached(
        "SELECT anonymous, count(DISTINCT id) FROM page_visitors
         WHERE page = ?1 AND day >= ?2 AND day < ?3 GROUP BY anonymous",
    )?;
    let mut rows = statement.query(params![page, from, to])?;
    while let Some(row) = rows.next()? {
        *(if row.get(0)? { &mut found.sessions } else { &mut found.people }) = row.get(1)?;
    }
    add_frozen(connection, span, page, &mut found)?;
    Ok(found)
}

/// A page's figures of a day, without its visitors.
pub(super) fn on_day(connection: &Connection, page: i64, day: &str) -> Result<Option<PageDay>> {
    let mut statement = connection.prepare_cached(
        "SELECT views, max(entries, 0), max(bounces, 0), engaged, load FROM page_days
         WHERE day = ?1 AND page = ?2",
    )?;
    let mut rows = statement.query(params![day, page])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(PageDay {
        views: row.get(0)?,
        entries: row.get(1)?,
        bounces: row.get(2)?,
        engaged: histogram(row, 3)?,
        load: histogram(row, 4)?,
        ..PageDay::default()
    }))
}

/// Adds a page's figures of the frozen days of a span. The span has at least as many people as its
/// busiest day, since returning people are no longer recognised.
fn add_frozen(
    connection: &Connection,
    span: &Range<Date>,
    number: i64,
    found: &mut Page,
) -> Result<()> {
    let columns = frozen::PAGE;
    let sql = format!(
        "SELECT day, {columns} FROM frozen_pages WHERE day >= ?1 AND day < ?2 AND page = ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows =
        statement.query(params![span.start.to_string(), span.end.to_string(), number])?;
    while let Some(row) = rows.next()? {
        let frozen = frozen::page(row, 1)?;
        found.people = found.people.max(frozen.people);
        found.sessions = found.sessions.max(frozen.sessions);
        found.days.entry(day(row.get(0)?)?).or_default().raise(&frozen);
    }
    Ok(())
}
