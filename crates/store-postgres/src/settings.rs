//! Settings, jobs' checkpoints, change counters, leases, and a test whether anything can be written.

use std::sync::atomic::Ordering;
use std::time::Duration;

use annals_event::Uuid;
use deadpool_postgres::{Object, Transaction};

use super::error::failed;
use super::journal::OpenJournal;
use annals_store::{ERASING, Result, StoreError};

pub(super) async fn get(client: &Object, name: &str) -> Result<Option<String>> {
    one(client, "SELECT value FROM annals_settings WHERE name = $1", name).await
}

pub(super) async fn checkpoint(client: &Object, name: &str) -> Result<Option<String>> {
    one(client, "SELECT value FROM annals_checkpoints WHERE name = $1", name).await
}

async fn one(client: &Object, sql: &str, name: &str) -> Result<Option<String>> {
    let statement = client.prepare_cached(sql).await.map_err(failed)?;
    let row = client.query_opt(&statement, &[&name]).await.map_err(failed)?;
    row.map(|row| row.try_get(0).map_err(failed)).transpose()
}

/// Writes a setting over its old value.
const PUT: &str = "INSERT INTO annals_settings (name, value) VALUES ($1, $2)
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// Writes a checkpoint over its old value.
pub(super) const PUT_CHECKPOINT: &str =
    "INSERT INTO annals_checkpoints (name, value) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value";

pub(super) async fn put(client: &Object, name: &str, value: &str) -> Result<()> {
    let statement = client.prepare_cached(PUT).await.map_err(failed)?;
    client.execute(&statement, &[&name, &value]).await.map_err(failed)?;
    Ok(())
}

pub(super) async fn put_checkpoint(client: &Object, name: &str, value: &str) -> Result<()> {
    let statement = client.prepare_cached(PUT_CHECKPOINT).await.map_err(failed)?;
    client.execute(&statement, &[&name, &value]).await.map_err(failed)?;
    Ok(())
}

pub(super) async fn clear_checkpoint(client: &Object, name: &str) -> Result<()> {
    let sql = "DELETE FROM annals_checkpoints WHERE name = $1";
    client.execute(sql, &[&name]).await.map_err(failed)?;
    Ok(())
}

pub(super) async fn all(client: &Object) -> Result<Vec<(String, String)>> {
    every(client, "SELECT name, value FROM annals_settings ORDER BY name").await
}

pub(super) async fn checkpoints(client: &Object) -> Result<Vec<(String, String)>> {
    every(client, "SELECT name, value FROM annals_checkpoints ORDER BY name").await
}

async fn every(client: &Object, sql: &str) -> Result<Vec<(String, String)>> {
    let rows = client.query(sql, &[]).await.map_err(failed)?;
    let read = |row: &tokio_postgres::Row| {
        Ok((row.try_get(0).map_err(failed)?, row.try_get(1).map_err(failed)?))
    };
    rows.iter().map(read).collect()
}

/// Reads the version of the configuration. Forgets recent events if other servers have rewritten or
/// deleted some.
pub(super) async fn config_version(client: &Object, journal: &OpenJournal) -> Result<u64> {
    let sql = "SELECT version, rewritten + deleted FROM annals_changes";
    let statement = client.prepare_cached(sql).await.map_err(failed)?;
    let row = client.query_one(&statement, &[]).await.map_err(failed)?;
    let gone = row.try_get(1).map_err(failed)?;
    if journal.gone.swap(gone, Ordering::Relaxed) != gone {
        journal.recent.forget();
    }
    Ok(row.try_get::<_, i64>(0).map_err(failed)?.unsigned_abs())
}

/// The number of rewritten events.
pub(super) async fn rewritten(client: &Object) -> Result<u64> {
    let statement =
        client.prepare_cached("SELECT rewritten FROM annals_changes").await.map_err(failed)?;
    let row = client.query_one(&statement, &[]).await.map_err(failed)?;
    Ok(row.try_get::<_, i64>(0).map_err(failed)?.unsigned_abs())
}

/// Acquires or renews a lease, unless another server holds it. The database's clock decides, since
/// servers' clocks differ.
pub(super) async fn lease(
    client: &Object,
    holder: Uuid,
    work: &str,
    period: Duration,
) -> Result<bool> {
    let sql = "INSERT INTO annals_leases AS l (name, until, holder)
               VALUES ($1, clock_timestamp() + $2 * interval '1 second', $3)
               ON CONFLICT (name) DO UPDATE SET until = excluded.until, holder = excluded.holder
                 WHERE l.until <= clock_timestamp() OR l.holder = excluded.holder";
    let statement = client.prepare_cached(sql).await.map_err(failed)?;
    let taken = client.execute(&statement, &[&work, &period.as_secs_f64(), &holder]).await;
    Ok(taken.map_err(failed)? == 1)
}

/// Fails if another server is erasing, and keeps others from beginning until the transaction ends:
/// events read here could be rewritten by them.
pub(super) async fn expect_turn(transaction: &Transaction<'_>, holder: Uuid) -> Result<()> {
    let sql = "SELECT holder FROM annals_leases
               WHERE name = $1 AND until > clock_timestamp() FOR SHARE";
    let statement = transaction.prepare_cached(sql).await.map_err(failed)?;
    let row = transaction.query_opt(&statement, &[&ERASING]).await.map_err(failed)?;
    match row.map(|row| row.try_get::<_, Uuid>(0)).transpose().map_err(failed)? {
        Some(other) if other != holder => {
            Err(StoreError::Unavailable("another server has begun an erasure".to_owned()))
        }
        _ => Ok(()),
    }
}

/// Releases a lease before it expires.
pub(super) async fn release(client: &Object, holder: Uuid, work: &str) -> Result<()> {
    let sql = "DELETE FROM annals_leases WHERE name = $1 AND holder = $2";
    client.execute(sql, &[&work, &holder]).await.map_err(failed)?;
    Ok(())
}

/// Writes and syncs a value that nobody reads. Fails on a full disk, a replica or a lock.
pub(super) async fn probe(client: &Object) -> Result<()> {
    let sql = "UPDATE annals_probe SET tries = tries + 1";
    client.execute(sql, &[]).await.map_err(failed)?;
    Ok(())
}
