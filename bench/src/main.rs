//! What Annals claims, measured: `make bench` prints it.
//!
//! The real server runs beside the load, on the same machine and disk, from an empty journal.
//! Figures are to be compared within one run: machines and disks differ, and so do hours.

mod client;
mod reading;
mod server;

use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;

use client::Connection;
use server::Server;

/// How long each load runs.
const LOAD: Duration = Duration::from_secs(8);
/// Events in a batch.
const BATCH: usize = 500;

#[tokio::main]
async fn main() -> Result<()> {
    // Reading alone, for those who work on it.
    if std::env::args().nth(1).as_deref() == Some("reading") {
        return reading::run().await;
    }
    let server = Server::start().await?;
    println!("{:<44} {:>14}", "what", "measured");
    let sync = fsync(&server)?;
    row("one write and fsync of 4 KiB, median", &format!("{:.2} ms", millis(sync)));
    for connections in [1, 64, 256] {
        let rate = singles(&server, connections).await?;
        row(&format!("durable single posts, {connections} connections"), &format!("{rate:.0}/s"));
    }
    let rate = batches(&server).await?;
    row(&format!("durable batches of {BATCH}, 4 connections"), &format!("{rate:.0} events/s"));
    let total = server.count().await?;
    row("events in the journal now", &total.to_string());
    row(
        "bytes per event, the journal's file",
        &format!("{:.0}", server.bytes()? as f64 / total as f64),
    );
    for (name, query) in [
        ("list, first page", "limit=50"),
        ("list, category=quest", "limit=50&category=quest"),
        ("list, one word", "limit=50&q=volcano"),
    ] {
        let (p50, p99) = lists(&server, query).await?;
        row(name, &format!("p50 {:.2} ms, p99 {:.2} ms", millis(p50), millis(p99)));
    }
    let start = Instant::now();
    let exported = server.connect().await?.get("/api/v1/events/export?format=ndjson").await?.len();
    let seconds = start.elapsed().as_secs_f64();
    let rate = total as f64 / seconds;
    row(
        "export, NDJSON",
        &format!("{rate:.0} events/s, {:.0} MB/s", exported as f64 / seconds / 1e6),
    );
    row("server's memory, peak", &format!("{} MB", server.peak_memory()? / 1_000));
    drop(server);
    reading::run().await
}

fn row(what: &str, measured: &str) {
    println!("{what:<44} {measured:>14}");
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// The disk's own limit: what one durable write costs here.
fn fsync(server: &Server) -> Result<Duration> {
    let mut file = std::fs::File::create(server.data_dir().join("fsync"))?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let start = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    times.sort();
    Ok(times[times.len() / 2])
}

/// Single events, each waited for; answers events a second.
async fn singles(server: &Server, connections: usize) -> Result<f64> {
    let until = Instant::now() + LOAD;
    let mut tasks = Vec::new();
    for number in 0..connections {
        let mut connection = server.connect().await?;
        tasks.push(tokio::spawn(async move {
            let mut sent = 0;
            while Instant::now() < until {
                connection.post(event(number * 1_000_000 + sent)).await?;
                sent += 1;
            }
            anyhow::Ok(sent)
        }));
    }
    Ok(sum(tasks).await? as f64 / LOAD.as_secs_f64())
}

/// Batches on a few connections; answers events a second.
async fn batches(server: &Server) -> Result<f64> {
    let until = Instant::now() + LOAD;
    let mut tasks = Vec::new();
    for number in 0..4 {
        let mut connection = server.connect().await?;
        tasks.push(tokio::spawn(async move {
            let mut sent = 0;
            while Instant::now() < until {
                let events: Vec<String> =
                    (0..BATCH).map(|offset| event(number * 1_000_000 + sent + offset)).collect();
                connection.post(format!("[{}]", events.join(","))).await?;
                sent += BATCH;
            }
            anyhow::Ok(sent)
        }));
    }
    Ok(sum(tasks).await? as f64 / LOAD.as_secs_f64())
}

async fn sum(tasks: Vec<tokio::task::JoinHandle<Result<usize>>>) -> Result<usize> {
    let mut sum = 0;
    for task in tasks {
        sum += task.await??;
    }
    Ok(sum)
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

/// An event as applications send it: about 110 bytes of metadata.
fn event(number: usize) -> String {
    const KINDS: [(&str, &str); 4] = [
        ("quest", "quest_started"),
        ("quest", "quest_completed"),
        ("navigation", "page_view"),
        ("badge", "badge_viewed"),
    ];
    let (category, action) = KINDS[number % KINDS.len()];
    let learner = number % 5_000;
    let thing = number % 300;
    format!(
        r#"{{"category":"{category}","action":"{action}","actor":{{"type":"user","id":"learner-{learner}","name":"Learner {learner}"}},"entity":{{"type":"quest","id":"quest-{thing}","name":"Volcano {thing}"}},"session_id":"visit-{}","metadata":{{"pillar":"science","xp":{},"course":"volcanoes-and-earthquakes","attempt":{},"device_hint":"tablet in the library"}}}}"#,
        number / 20,
        number % 90,
        number % 7,
    )
}
