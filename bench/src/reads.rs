//! Reads: first pages of lists, and the export of everything.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::client::Connection;
use crate::row;
use crate::server::Server;

/// Prints what reads came to.
pub async fn measure(server: &Server) -> Result<()> {
    for (name, query) in [
        ("list, first page", "limit=50"),
        ("list, category=quest", "limit=50&category=quest"),
        ("list, one word", "limit=50&q=volcano"),
    ] {
        let (p50, p99) = lists(server, query).await?;
        row(name, &format!("p50 {:.2} ms, p99 {:.2} ms", millis(p50), millis(p99)), "");
    }
    let total = server.count().await?;
    let (start, cpu) = (Instant::now(), server.cpu()?);
    let exported = server.connect().await?.get("/api/v1/events/export?format=ndjson").await?.len();
    let seconds = start.elapsed().as_secs_f64();
    let each = server.cpu()?.saturating_sub(cpu).as_secs_f64() * 1e6 / total as f64;
    row(
        "export, NDJSON",
        &format!("{:.0} events/s, {each:.1} µs", total as f64 / seconds),
        &format!("{:.0} MB/s", exported as f64 / seconds / 1e6),
    );
    Ok(())
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// The median and 99th percentile of a list's first page.
async fn lists(server: &Server, query: &str) -> Result<(Duration, Duration)> {
    let mut connection: Connection = server.connect().await?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let start = Instant::now();
        connection.get(&format!("/api/v1/events?{query}")).await?;
        times.push(start.elapsed());
    }
    times.sort();
    Ok((times[times.len() / 2], times[times.len() * 99 / 100]))
}
