//! A PostgreSQL server of the run's own, as durable as in earnest.

use std::time::Duration;

use annals_throwaway_postgres::{Cluster, Durability};
use anyhow::{Context as _, Result};
use tokio_postgres::{Client, NoTls};

const DATABASE: &str = "annals";

/// What whoever runs it in earnest sets first. What makes a commit durable stays as it comes.
const SETTINGS: [&str; 2] = ["shared_buffers=1GB", "max_wal_size=8GB"];

/// Starts one with an empty database.
pub fn start() -> Cluster {
    let cluster = Cluster::start(Durability::Real, &SETTINGS);
    cluster.psql("postgres", &format!("CREATE DATABASE {DATABASE}"));
    cluster
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
