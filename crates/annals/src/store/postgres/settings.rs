//! Settings, what changed, who does which work, and whether anything can be written at all.

use std::time::Duration;

use deadpool_postgres::Object;

use super::super::Result;
use super::error::failed;

pub(super) async fn get(client: &Object, name: &str) -> Result<Option<String>> {
    let sql = "SELECT value FROM annals_settings WHERE name = $1";
    let statement = client.prepare_cached(sql).await.map_err(failed)?;
    let row = client.query_opt(&statement, &[&name]).await.map_err(failed)?;
    row.map(|row| row.try_get(0).map_err(failed)).transpose()
}

pub(super) async fn put(client: &Object, name: &str, value: &str) -> Result<()> {
    let sql = "INSERT INTO annals_settings (name, value) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    let statement = client.prepare_cached(sql).await.map_err(failed)?;
    client.execute(&statement, &[&name, &value]).await.map_err(failed)?;
    Ok(())
}

pub(super) async fn changes(client: &Object) -> Result<u64> {
    let statement =
        client.prepare_cached("SELECT version FROM annals_changes").await.map_err(failed)?;
    let row = client.query_one(&statement, &[]).await.map_err(failed)?;
    Ok(row.try_get::<_, i64>(0).map_err(failed)?.unsigned_abs())
}

/// Takes a lease, if nobody holds it. By the database's clock: servers' clocks differ.
pub(super) async fn lease(client: &Object, work: &str, period: Duration) -> Result<bool> {
    let sql = "INSERT INTO annals_leases AS l (name, until)
               VALUES ($1, clock_timestamp() + $2 * interval '1 second')
               ON CONFLICT (name) DO UPDATE SET until = excluded.until
                 WHERE l.until <= clock_timestamp()";
    let statement = client.prepare_cached(sql).await.map_err(failed)?;
    let taken = client.execute(&statement, &[&work, &period.as_secs_f64()]).await;
    Ok(taken.map_err(failed)? == 1)
}

/// Writes and syncs a value that nobody reads. A full disk, a replica or a lock shows here.
pub(super) async fn probe(client: &Object) -> Result<()> {
    let sql = "UPDATE annals_probe SET tries = tries + 1";
    client.execute(sql, &[]).await.map_err(failed)?;
    Ok(())
}
