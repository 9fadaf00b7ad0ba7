//! The limits of this disk, this database and this HTTP stack.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::post;
use axum::serve::ListenerExt as _;
use axum::{Json, Router};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;

use crate::event::{Metadata, learner, message};

/// Rows in one transaction, as many as the server commits at once when batches arrive.
const TRANSACTION: usize = 2_000;

/// The disk's own limit: the time of one durable write.
pub fn fsync(directory: &Path) -> Result<Duration> {
    let path = directory.join("fsync");
    let mut file = std::fs::File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let start = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    std::fs::remove_file(path)?;
    times.sort();
    Ok(times[times.len() / 2])
}

/// The database's limit: the same prepared rows in a table of the same shape with the same indexes,
/// equally durable. Returns rows a second.
pub fn raw_inserts(directory: &Path, rows: usize) -> Result<f64> {
    let directory = tempfile::TempDir::with_prefix_in("raw-", directory)?;
    let mut file = Connection::open(directory.path().join("raw.db"))?;
    file.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000;
         CREATE TABLE events (
           seq INTEGER PRIMARY KEY, id BLOB NOT NULL, created_at INTEGER NOT NULL,
           occurred_at INTEGER, kind INTEGER NOT NULL, severity INTEGER NOT NULL,
           actor_type INTEGER NOT NULL, actor INTEGER, subject INTEGER, account INTEGER,
           entity INTEGER, session INTEGER, points_before INTEGER, points_after INTEGER,
           points_delta INTEGER, message TEXT NOT NULL, metadata TEXT, context TEXT, salt BLOB,
           commitment BLOB, leaf BLOB NOT NULL, anonymised_at INTEGER
         ) STRICT;
         CREATE UNIQUE INDEX events_by_id ON events (id);
         CREATE INDEX events_by_time ON events (created_at + ifnull(occurred_at, 0));",
    )?;
    // The ids grow like the server's: a sequence number, then digits that look random.
    let id = |number: usize| {
        let chance = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (((number / 100) as u128) << 80 | u128::from(chance)).to_be_bytes()
    };
    let texts: Vec<_> =
        (0..rows).map(|row| (id(row), message(row), Metadata(row).to_string())).collect();
    let began = Instant::now();
    for (chunk, texts) in texts.chunks(TRANSACTION).enumerate() {
        let transaction = file.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO events (seq, id, created_at, kind, severity, actor_type, actor,
                   subject, entity, session, message, metadata, salt, leaf)
                 VALUES (?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?;
            for (offset, (id, message, metadata)) in texts.iter().enumerate() {
                let row = chunk * TRANSACTION + offset;
                insert.execute(params![
                    row + 1,
                    id,
                    1_790_000_000_000_000_u64 + row as u64,
                    row % 4,
                    learner(row),
                    learner(row),
                    row % 300,
                    row / 20 % 65_536,
                    message,
                    metadata,
                    id,
                    &id[..8],
                ])?;
            }
        }
        transaction.commit()?;
    }
    Ok(rows as f64 / began.elapsed().as_secs_f64())
}

/// The HTTP stack's limit: the same server library with the same layers reads the JSON and answers.
/// Serves until it is killed.
pub async fn parse_only() -> Result<()> {
    let answer = async |body: Bytes| match serde_json::from_slice::<Value>(&body) {
        Ok(value) => {
            let count = value.as_array().map_or(1, Vec::len);
            (StatusCode::CREATED, Json(json!({"accepted": count}))).into_response()
        }
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    };
    let router = Router::new().route("/api/v1/events", post(answer)).layer(
        ServiceBuilder::new()
            .layer(CatchPanicLayer::new())
            .layer(CompressionLayer::new())
            .layer(RequestDecompressionLayer::new()),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}/", listener.local_addr()?);
    let listener = listener.tap_io(|socket| {
        let _ = socket.set_nodelay(true);
    });
    axum::serve(listener, router).await?;
    Ok(())
}
