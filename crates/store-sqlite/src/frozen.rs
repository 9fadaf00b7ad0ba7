//! Frozen days in the journal.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, TransactionBehavior, params};

use crate::error::Result;
use annals_store::{FrozenCount, FrozenDay, Histogram, PageDay, StoreError};

/// A page's figures, in the order in which [`page`] reads them.
pub(super) const PAGE: &str = "views, people, sessions, entries, bounces, engaged, load";

/// Saves a frozen day; counts only ever grow.
pub(super) fn close(connection: &mut Connection, frozen: &FrozenDay) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let day = frozen.day.to_string();
    raise_counts(&transaction, "annals_frozen_days", &day, frozen)?;
    for (path, page) in &frozen.pages {
        raise_page(&transaction, ("annals_frozen_pages", "path", path), &day, page)?;
    }
    Ok(transaction.commit()?)
}

/// Raises a day's counts in a table.
pub(super) fn raise_counts(
    connection: &Connection,
    table: &str,
    day: &str,
    frozen: &FrozenDay,
) -> Result<()> {
    let sql = format!(
        "INSERT INTO {table} (day, what, count) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET count = excluded.count WHERE count < excluded.count"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    for (what, count) in &frozen.counts {
        statement.execute(params![day, what.encode(), count])?;
    }
    Ok(())
}

/// Raises a page's figures of a day in a table, where `column` holds the page.
pub(super) fn raise_page(
    connection: &Connection,
    (table, column, name): (&str, &str, impl ToSql),
    day: &str,
    page: &PageDay,
) -> Result<()> {
    let sql = format!("SELECT {PAGE} FROM {table} WHERE day = ?1 AND {column} = ?2");
    let known = connection
        .prepare_cached(&sql)?
        .query_row(params![day, name], |row| Ok(self::page(row, 0)))
        .optional()?
        .transpose()?;
    let mut raised = known.clone().unwrap_or_default();
    raised.raise(page);
    if known.as_ref() == Some(&raised) {
        return Ok(());
    }
    let sql = format!(
        "INSERT OR REPLACE INTO {table} (day, {column}, {PAGE})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    );
    connection.prepare_cached(&sql)?.execute(params![
        day,
        name,
        raised.views,
        raised.people,
        raised.sessions,
        raised.entries,
        raised.bounces,
        raised.engaged.to_bytes(),
        raised.load.to_bytes(),
    ])?;
    Ok(())
}

/// A page of frozen days after one, in order.
pub(super) fn days(
    connection: &Connection,
    after: Option<Date>,
    limit: usize,
) -> Result<Vec<FrozenDay>> {
    let snapshot = connection.unchecked_transaction()?;
    let mut statement = snapshot.prepare_cached(
        "SELECT day FROM annals_frozen_days WHERE day > ?1
         UNION SELECT day FROM annals_frozen_pages WHERE day > ?1 ORDER BY day LIMIT ?2",
    )?;
    let after = after.map(|day| day.to_string()).unwrap_or_default();
    let days = statement.query_map(params![after, limit], |row| row.get(0))?;
    let days = days.collect::<rusqlite::Result<Vec<String>>>()?;
    days.into_iter().map(|day| one(&snapshot, day)).collect()
}

fn one(connection: &Connection, text: String) -> Result<FrozenDay> {
    let sql = "SELECT what, count FROM annals_frozen_days WHERE day = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let counts = statement.query_map([&text], |row| Ok((count_of(row)?, row.get(1)?)))?;
    let counts = counts.collect::<rusqlite::Result<_>>()?;
    let sql = format!("SELECT path, {PAGE} FROM annals_frozen_pages WHERE day = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([&text])?;
    let mut pages = BTreeMap::new();
    while let Some(row) = rows.next()? {
        pages.insert(row.get(0)?, page(row, 1)?);
    }
    Ok(FrozenDay { day: day(text)?, counts, pages })
}

/// Parses a row's first column.
pub(super) fn count_of(row: &Row<'_>) -> rusqlite::Result<FrozenCount> {
    Ok(FrozenCount::decode(row.get_ref(0)?.as_str()?))
}

/// The page's figures, from this column on.
pub(super) fn page(row: &Row<'_>, from: usize) -> Result<PageDay> {
    Ok(PageDay {
        views: row.get(from)?,
        people: row.get(from + 1)?,
        sessions: row.get(from + 2)?,
        entries: row.get(from + 3)?,
        bounces: row.get(from + 4)?,
        engaged: histogram(row, from + 5)?,
        load: histogram(row, from + 6)?,
    })
}

/// The histogram in a column.
pub(super) fn histogram(row: &Row<'_>, column: usize) -> Result<Histogram> {
    let bytes: Vec<u8> = row.get(column)?;
    let damaged = || StoreError::Damaged("a page's times are no histogram".to_owned());
    Ok(Histogram::from_bytes(&bytes).ok_or_else(damaged)?)
}

/// The day in a column.
pub(super) fn day(text: String) -> Result<Date> {
    let wrong = |_| StoreError::Damaged(format!("`{text}` is no day"));
    Ok(text.parse().map_err(wrong)?)
}
