//! Removes the bytes of erased and deleted events from the database's files.
//!
//! ```text
//! erase, delete ── mark tables in annals_garbage ──► drop_empty ── drops empty partitions
//!                                                └─► vacuum ─┬── a partition: copied to a twin in slices,
//!                                                            │   which replaces it while the head is locked
//!                                                            └── a smaller table: rewritten at once
//! ```
//!
//! PostgreSQL leaves a changed or deleted row in its page, in every index and in the planner's
//! statistics; only rewriting the table removes it. A table that others use keeps its mark, and the
//! next run tries again.

use std::collections::BTreeSet;
use std::time::Duration;

use annals_event::Time;
use deadpool_postgres::{Object, Transaction};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::error::failed;
use super::numbers::{bound, whole};
use super::pools;
use super::rows;
use super::statement::run;
use super::target::Target;
use annals_store::person_data::{PERSON_COLUMNS, PersonColumn};
use annals_store::{Result, Vacuumed};

/// Positions copied at once; the pause between two slices lets others work.
const SLICE: u64 = 4_096;
const REST: Duration = Duration::from_millis(5);
/// The longest wait for each lock of an exchange, for appends and readers: longer than PostgreSQL
/// waits before it ends an autovacuum that is in the way. Then the number of attempts, and the
/// pause between two.
const PATIENCE: &str = "SET LOCAL lock_timeout = '1500ms'";
const TRIES: usize = 8;
const PAUSE: Duration = Duration::from_millis(500);
/// The lock that lets one process at a time vacuum.
const VACUUMING: i64 = 0x73_63_72_75_62;

/// Marks the partitions of these positions, whose rows are about to change while the head is
/// locked.
pub(super) async fn mark(
    transaction: &Transaction<'_>,
    positions: impl Iterator<Item = u64>,
) -> Result<()> {
    let positions: Vec<i64> = positions.map(bound).collect();
    run(transaction, "SELECT annals_mark_positions($1)", &[&positions]).await.map(drop)
}

/// Marks tables whose rows this transaction has changed. Not earlier, because rewriting a table
/// removes its mark while the table is locked.
pub(super) async fn mark_tables(transaction: &Transaction<'_>, names: &[&str]) -> Result<()> {
    run(transaction, "SELECT annals_mark($1)", &[&names]).await.map(drop)
}

/// Marks all tables of the directory.
pub(super) async fn mark_directory(transaction: &Transaction<'_>) -> Result<()> {
    let tables: BTreeSet<&str> = PERSON_COLUMNS.iter().map(PersonColumn::table).collect();
    mark_tables(transaction, &Vec::from_iter(tables)).await
}

/// The time since which the files hold erased data.
pub(super) async fn since(client: &Object) -> Result<Option<Time>> {
    let sql = "SELECT floor(extract(epoch FROM min(since)) * 1000000)::bigint FROM annals_garbage";
    let row = client.query_one(sql, &[]).await.map_err(failed)?;
    Ok(row.try_get::<_, Option<i64>>(0).map_err(failed)?.map(Time::from_micros))
}

/// Drops the empty partitions below the head. Returns their number.
pub(super) async fn drop_empty(client: &mut Client) -> Result<u64> {
    let sql = "SELECT c.relname::text, b.first, b.beyond FROM pg_inherits i
               JOIN pg_class c ON c.oid = i.inhrelid, annals_bounds(c.relname::text) b
               WHERE i.inhparent = 'annals_events'::regclass
                 AND b.beyond <= (SELECT h.seq FROM annals_journal_head h)
               ORDER BY b.first";
    let mut dropped = 0;
    for partition in client.query(sql, &[]).await.map_err(failed)? {
        let name: String = partition.try_get(0).map_err(failed)?;
        let (first, beyond) = (bound(whole(&partition, 1)?), bound(whole(&partition, 2)?));
        let sql = "SELECT EXISTS (SELECT FROM annals_events WHERE seq >= $1 AND seq < $2)";
        let row = client.query_one(sql, &[&first, &beyond]).await.map_err(failed)?;
        if row.try_get(0).map_err(failed)? {
            continue;
        }
        let gone = async {
            let transaction = client.transaction().await?;
            transaction.batch_execute(PATIENCE).await?;
            hold_head(&transaction).await?;
            let row = transaction.query_one("SELECT annals_drop_empty($1)", &[&name]).await?;
            transaction.commit().await?;
            row.try_get::<_, bool>(0)
        };
        dropped += u64::from(unless_in_use(gone.await)?.unwrap_or_default());
    }
    Ok(dropped)
}

/// Rewrites all marked tables. One process at a time does so, on a connection of its own.
pub(super) async fn vacuum(target: &Target) -> Result<Option<Vacuumed>> {
    let pool = pools::alone(target)?;
    let mut client = pools::get(&pool).await?;
    let sql = "SELECT pg_try_advisory_lock($1)";
    let row = client.query_one(sql, &[&VACUUMING]).await.map_err(failed)?;
    let done = if row.try_get(0).map_err(failed)? {
        let done = vacuum_over(&mut client).await.map(Some);
        // Closing the connection would unlock too, but at an unknown time.
        let _ = client.execute("SELECT pg_advisory_unlock($1)", &[&VACUUMING]).await;
        done
    } else {
        Ok(None)
    };
    pool.close();
    drop(Object::take(client));
    done
}

async fn vacuum_over(client: &mut Client) -> Result<Vacuumed> {
    let mut vacuumed = Vacuumed { dropped: drop_empty(client).await?, ..Vacuumed::default() };
    let sql = "SELECT name, changes FROM annals_garbage ORDER BY since, name";
    for marked in client.query(sql, &[]).await.map_err(failed)? {
        let name: String = marked.try_get(0).map_err(failed)?;
        let done = if name.starts_with("annals_events") {
            renew(client, &name, marked.try_get(1).map_err(failed)?).await
        } else {
            rewrite(client, &name).await
        };
        // A failure must not keep the other tables from being rewritten.
        let done = done.unwrap_or_else(|error| {
            tracing::warn!(table = name, %error, "a table could not be rewritten");
            false
        });
        *(if done { &mut vacuumed.rewritten } else { &mut vacuumed.waiting }) += 1;
    }
    Ok(vacuumed)
}

/// Rewrites a smaller table, which is locked meanwhile. Returns whether it succeeded.
async fn rewrite(client: &mut Client, name: &str) -> Result<bool> {
    for _ in 0..TRIES {
        let done = async {
            let transaction = client.transaction().await?;
            transaction.batch_execute(PATIENCE).await?;
            transaction.execute("SELECT annals_rewrite($1)", &[&name]).await?;
            transaction.commit().await
        };
        if unless_in_use(done.await)?.is_some() {
            return Ok(true);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(false)
}

/// Rewrites a partition as a twin that then takes its place; reading and appending go on meanwhile.
/// Returns whether it succeeded: others may use it without a pause, or change rows that were
/// copied.
async fn renew(client: &mut Client, name: &str, changes: i64) -> Result<bool> {
    let sql = "SELECT first, beyond FROM annals_make_twin($1)";
    let row = client.query_one(sql, &[&name]).await.map_err(failed)?;
    if row.try_get::<_, Option<i64>>(0).map_err(failed)?.is_none() {
        let sql = "DELETE FROM annals_garbage WHERE name = $1";
        client.execute(sql, &[&name]).await.map_err(failed)?;
        return Ok(true);
    }
    let (mut at, beyond) = (whole(&row, 0)?, whole(&row, 1)?);
    for _ in 0..TRIES {
        loop {
            let end = beyond.min(rows::head(client, false).await?.seq + 1);
            // The rest is copied while the head is locked.
            if end.saturating_sub(at) < SLICE / 8 {
                break;
            }
            let next = end.min(at + SLICE);
            client.execute(COPY, &[&bound(at), &bound(next)]).await.map_err(failed)?;
            at = next;
            tokio::time::sleep(REST).await;
        }
        match unless_in_use(exchange(client, name, changes, at).await)? {
            Some(done) => return Ok(done),
            None => tokio::time::sleep(PAUSE).await,
        }
    }
    Ok(false)
}

const COPY: &str = "INSERT INTO annals_events_twin
                    SELECT * FROM annals_events e WHERE e.seq >= $1 AND e.seq < $2 ORDER BY e.seq";

/// Copies the rest and replaces the partition by its twin, unless its rows were changed.
async fn exchange(
    client: &mut Client,
    name: &str,
    changes: i64,
    at: u64,
) -> std::result::Result<bool, tokio_postgres::Error> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(PATIENCE).await?;
    hold_head(&transaction).await?;
    let sql = "SELECT FROM annals_garbage WHERE name = $1 AND changes = $2";
    if transaction.query_opt(sql, &[&name, &changes]).await?.is_none() {
        return Ok(false);
    }
    let sql = "SELECT beyond FROM annals_bounds($1)";
    let beyond: i64 = transaction.query_one(sql, &[&name]).await?.try_get(0)?;
    transaction.execute(COPY, &[&bound(at), &beyond]).await?;
    transaction.execute("SELECT annals_put_twin($1)", &[&name]).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Keeps others from appending, deleting and anonymising until the transaction ends.
async fn hold_head(
    transaction: &tokio_postgres::Transaction<'_>,
) -> std::result::Result<(), tokio_postgres::Error> {
    let sql = "SELECT FROM annals_journal_head FOR UPDATE";
    transaction.execute(sql, &[]).await.map(drop)
}

/// The result; `None` if others used the table for too long.
fn unless_in_use<T>(done: std::result::Result<T, tokio_postgres::Error>) -> Result<Option<T>> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(error)
            if error.code().is_some_and(|code| {
                [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED].contains(code)
            }) =>
        {
            Ok(None)
        }
        Err(error) => Err(failed(error)),
    }
}
