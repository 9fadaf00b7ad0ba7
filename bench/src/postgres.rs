//! A PostgreSQL server for the run, as durable as in production.

use std::time::Duration;

use annals_throwaway_postgres::{Cluster, Durability};
use anyhow::{Context as _, Result};
use tokio_postgres::{Client, NoTls};

const DATABASE: &str = "annals";

/// Starts a server with an empty database and the memory settings of a production server. The
/// settings for durability keep their defaults.
pub fn start() -> Result<Cluster> {
    // A quarter of the memory is where PostgreSQL's manual starts.
    let buffers = format!("shared_buffers={}kB", memory()? / 4);
    let cluster = Cluster::start(Durability::Real, &[&buffers, "max_wal_size=8GB"]);
    cluster.psql("postgres", &format!("CREATE DATABASE {DATABASE}"));
    Ok(cluster)
}

/// The machine's memory, in kB.
fn memory() -> Result<u64> {
    let meminfo = std::fs::read_to_string("/proc/meminfo")?;
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:")?.strip_suffix("kB"));
    total.context("the machine's memory is unknown")?.trim().parse().context("/proc/meminfo")
}

/// The URL of the database.
pub fn url(cluster: &Cluster) -> String {
    cluster.url("postgres", DATABASE)
}

/// Connects beside the server, as a role without row-level security.
pub async fn connect(cluster: &Cluster) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(&url(cluster), NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Vacuums, analyzes and checkpoints now, as PostgreSQL would by itself within minutes.
pub async fn settled(cluster: &Cluster) -> Result<()> {
    let client = connect(cluster).await?;
    client.batch_execute("VACUUM (ANALYZE)").await?;
    client.batch_execute("CHECKPOINT").await?;
    let workers = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'";
    while client.query_one(workers, &[]).await?.get::<_, i64>(0) > 0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

/// Bytes of all the journal's tables, partitions and indexes included.
pub fn journal_bytes(cluster: &Cluster) -> Result<u64> {
    sum(cluster, "pg_total_relation_size")
}

/// Bytes of the journal's indexes.
pub fn index_bytes(cluster: &Cluster) -> Result<u64> {
    sum(cluster, "pg_indexes_size")
}

fn sum(cluster: &Cluster, size: &str) -> Result<u64> {
    let sql = format!(
        "SELECT sum({size}(oid)) FROM pg_class
         WHERE relnamespace = 'annals'::regnamespace AND relkind = 'r'"
    );
    cluster.psql(DATABASE, &sql).parse().context("the sizes cannot be read")
}
