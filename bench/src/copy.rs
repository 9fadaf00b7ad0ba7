//! PostgreSQL's limit: the same rows by `COPY`.

use annals_throwaway_postgres::Cluster;
use anyhow::Result;
use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt as _, TryStreamExt as _};
use std::pin::pin;
use std::time::Instant;
use tokio_postgres::{Client, Transaction};

use crate::postgres;

/// One of the server's transactions, as `COPY` reads it.
struct Commit {
    events: Bytes,
    /// Its rows of the list index.
    blocks: Bytes,
}

/// Copies the journal's last rows into tables of the same shape with the same indexes, one
/// transaction for each of the server's. Returns rows a second.
pub async fn again(cluster: &Cluster, rows: usize) -> Result<f64> {
    let mut client = postgres::connect(cluster).await?;
    let made = "CREATE SCHEMA copied;
        CREATE TABLE copied.events (LIKE annals.annals_events_from_0 INCLUDING ALL);
        CREATE TABLE copied.blocks (LIKE annals.annals_list_index INCLUDING ALL);
        ALTER INDEX copied.blocks_keys_idx SET (fastupdate = off);";
    client.batch_execute(made).await?;
    let sql = "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
               WHERE attrelid = 'copied.events'::regclass AND attnum > 0 AND attgenerated = ''";
    let columns: String = client.query_one(sql, &[]).await?.try_get(0)?;
    // All events of one call have the same `created_at`.
    let sql = "SELECT min(seq), max(seq) FROM annals.annals_events
               WHERE seq > (SELECT max(seq) FROM annals.annals_events) - $1
               GROUP BY created_at ORDER BY 1";
    let mut commits = Vec::new();
    for range in client.query(sql, &[&i64::try_from(rows)?]).await? {
        let (first, last): (i64, i64) = (range.try_get(0)?, range.try_get(1)?);
        let events = format!(
            "SELECT {columns} FROM annals.annals_events WHERE seq BETWEEN {first} AND {last}
             ORDER BY seq"
        );
        // A block is written when its 64th event is.
        let blocks = format!(
            "SELECT block, keys FROM annals.annals_list_index
             WHERE (block + 1) * 64 BETWEEN {first} AND {last} ORDER BY block"
        );
        commits.push(Commit {
            events: out(&client, &events).await?,
            blocks: out(&client, &blocks).await?,
        });
    }
    let began = Instant::now();
    for commit in commits {
        let transaction = client.transaction().await?;
        into(&transaction, &format!("copied.events ({columns})"), commit.events).await?;
        into(&transaction, "copied.blocks (block, keys)", commit.blocks).await?;
        transaction.commit().await?;
    }
    let took = began.elapsed().as_secs_f64();
    let copied: i64 = client.query_one("SELECT count(*) FROM copied.events", &[]).await?.get(0);
    client.batch_execute("DROP SCHEMA copied CASCADE").await?;
    Ok(copied as f64 / took)
}

async fn out(client: &Client, select: &str) -> Result<Bytes> {
    let rows = client.copy_out(&format!("COPY ({select}) TO STDOUT (FORMAT binary)")).await?;
    let mut bytes = BytesMut::new();
    let mut rows = pin!(rows);
    while let Some(part) = rows.try_next().await? {
        bytes.extend_from_slice(&part);
    }
    Ok(bytes.freeze())
}

async fn into(transaction: &Transaction<'_>, table: &str, rows: Bytes) -> Result<()> {
    let sink = transaction.copy_in(&format!("COPY {table} FROM STDIN (FORMAT binary)")).await?;
    let mut sink = pin!(sink);
    sink.send(rows).await?;
    sink.finish().await?;
    Ok(())
}
