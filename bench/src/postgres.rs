//! A PostgreSQL server of the run's own, as durable as in earnest.

use std::time::Duration;

use annals_throwaway_postgres::{Cluster, Durability};
use anyhow::{Context as _, Result};
use tokio_postgres::{Client, NoTls};

const DATABASE: &str = "annals";

/// Starts one with an empty database, and with what whoever runs it in earnest sets first. What makes a
/// commit durable stays as it comes.
pub fn start() -> Result<Cluster> {
    // What PostgreSQL's manual names for a start.
    let buffers = format!("shared_buffers={}kB", memory()? / 4);
    let cluster = Cluster::start(Durability::Real, &[&buffers, "max_wal_size=8GB"]);
    cluster.psql("postgres", &format!("CREATE DATABASE {DATABASE}"));
    Ok(cluster)
}

/// The machine's memory, in kB.
fn memory() -> Result<u64> {
    let told = std::fs::read_to_string("/proc/meminfo")?;
    let total = told.lines().find_map(|line| line.strip_prefix("MemTotal:")?.strip_suffix("kB"));
    total.context("the machine's memory is not told")?.trim().parse().context("/proc/meminfo")
}

/// Where the database is.
pub fn url(cluster: &Cluster) -> String {
    cluster.url("postgres", DATABASE)
}

/// A connection beside the server's, which no row-level security holds for.
pub async fn connect(cluster: &Cluster) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(&url(cluster), NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Has it do now what it would do by itself within minutes of many events: see to every row that was
/// written, and write all pages to the disk.
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

/// Bytes of all that is the journal's, partitions and indexes as well.
pub fn journal_bytes(cluster: &Cluster) -> Result<u64> {
    sum(cluster, "pg_total_relation_size")
}

/// Bytes of its indexes.
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
