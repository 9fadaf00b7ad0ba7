//! Frozen days in the journal.

use std::collections::BTreeMap;

use deadpool_postgres::{Object, Transaction};
use jiff::civil::Date;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::error::failed;
use super::numbers::{bound, whole};
use super::statement::run;
use annals_store::{FrozenCount, FrozenDay, Histogram, PageDay, Result, StoreError};

/// A page's figures, in the order in which [`page`] reads them.
const PAGE: &str = "views, people, sessions, entries, bounces, engaged, load";

/// Saves a frozen day; counts only ever grow.
pub(super) async fn close(client: &mut Object, closed: &FrozenDay) -> Result<()> {
    let transaction = client.transaction().await.map_err(failed)?;
    let day = closed.day.to_string();
    let (what, counts): (Vec<String>, Vec<i64>) =
        closed.counts.iter().map(|(what, count)| (what.encode(), bound(*count))).unzip();
    let sql = "INSERT INTO annals_frozen_days AS d (day, what, count)
               SELECT $1::text, * FROM unnest($2::text[], $3::bigint[])
               ON CONFLICT (day, what) DO UPDATE SET count = excluded.count
                 WHERE d.count < excluded.count";
    run(&transaction, sql, &[&day, &what, &counts]).await?;
    if !closed.pages.is_empty() {
        raise_pages(&transaction, &day, &closed.pages).await?;
    }
    transaction.commit().await.map_err(failed)
}

/// Raises a day's page figures. The lock makes another server wait, and then read what was written
/// here.
async fn raise_pages(
    transaction: &Transaction<'_>,
    day: &str,
    pages: &BTreeMap<String, PageDay>,
) -> Result<()> {
    let lock = "LOCK TABLE annals_frozen_pages IN SHARE ROW EXCLUSIVE MODE";
    transaction.batch_execute(lock).await.map_err(failed)?;
    let paths: Vec<&str> = pages.keys().map(String::as_str).collect();
    let sql =
        format!("SELECT path, {PAGE} FROM annals_frozen_pages WHERE day = $1 AND path = ANY ($2)");
    let mut known = BTreeMap::new();
    for row in transaction.query(&sql, &[&day, &paths]).await.map_err(failed)? {
        known.insert(row.try_get::<_, String>(0).map_err(failed)?, page(&row, 1)?);
    }
    let mut numbers: [Vec<i64>; 5] = Default::default();
    let mut times: [Vec<Vec<u8>>; 2] = Default::default();
    for (path, page) in pages {
        let mut raised = known.remove(path).unwrap_or_default();
        raised.raise(page);
        let all = [raised.views, raised.people, raised.sessions, raised.entries, raised.bounces];
        numbers.iter_mut().zip(all).for_each(|(column, number)| column.push(bound(number)));
        let all = [raised.engaged, raised.load];
        times.iter_mut().zip(all).for_each(|(column, times)| column.push(times.to_bytes()));
    }
    let sql = format!(
        "INSERT INTO annals_frozen_pages (day, path, {PAGE})
         SELECT $1::text, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[],
           $6::bigint[], $7::bigint[], $8::bytea[], $9::bytea[])
         ON CONFLICT (day, path) DO UPDATE SET views = excluded.views, people = excluded.people,
           sessions = excluded.sessions, entries = excluded.entries, bounces = excluded.bounces,
           engaged = excluded.engaged, load = excluded.load"
    );
    let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&day, &paths];
    parameters.extend(numbers.iter().map(|column| column as &(dyn ToSql + Sync)));
    parameters.extend(times.iter().map(|column| column as &(dyn ToSql + Sync)));
    run(transaction, &sql, &parameters).await.map(drop)
}

/// A page of frozen days after one, in order.
pub(super) async fn days(
    client: &Object,
    after: Option<Date>,
    limit: usize,
) -> Result<Vec<FrozenDay>> {
    let sql = "SELECT day FROM annals_frozen_days WHERE day > $1
               UNION SELECT day FROM annals_frozen_pages WHERE day > $1 ORDER BY day LIMIT $2";
    let after = after.map(|day| day.to_string()).unwrap_or_default();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut days = BTreeMap::new();
    for row in client.query(sql, &[&after, &limit]).await.map_err(failed)? {
        let text: String = row.try_get(0).map_err(failed)?;
        let wrong = |_| StoreError::Damaged(format!("`{text}` is no day"));
        let day = FrozenDay::new(text.parse().map_err(wrong)?);
        days.insert(text, day);
    }
    let texts: Vec<String> = days.keys().cloned().collect();
    let sql = "SELECT day, what, count FROM annals_frozen_days WHERE day = ANY ($1)";
    for row in client.query(sql, &[&texts]).await.map_err(failed)? {
        if let Some(day) = days.get_mut(row.try_get::<_, &str>(0).map_err(failed)?) {
            let what = FrozenCount::decode(row.try_get(1).map_err(failed)?);
            day.counts.insert(what, whole(&row, 2)?);
        }
    }
    let sql = format!("SELECT day, path, {PAGE} FROM annals_frozen_pages WHERE day = ANY ($1)");
    for row in client.query(&sql, &[&texts]).await.map_err(failed)? {
        if let Some(day) = days.get_mut(row.try_get::<_, &str>(0).map_err(failed)?) {
            day.pages.insert(row.try_get(1).map_err(failed)?, page(&row, 2)?);
        }
    }
    Ok(days.into_values().collect())
}

/// The page's figures, from this column on.
fn page(row: &Row, from: usize) -> Result<PageDay> {
    let times = |column: usize| {
        let bytes: &[u8] = row.try_get(column).map_err(failed)?;
        let damaged = || StoreError::Damaged("a page's times are no histogram".to_owned());
        Histogram::from_bytes(bytes).ok_or_else(damaged)
    };
    Ok(PageDay {
        views: whole(row, from)?,
        people: whole(row, from + 1)?,
        sessions: whole(row, from + 2)?,
        entries: whole(row, from + 3)?,
        bounces: whole(row, from + 4)?,
        engaged: times(from + 5)?,
        load: times(from + 6)?,
    })
}
