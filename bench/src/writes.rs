//! Durable writes: single posts and batches, each beside its limit.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::copy;
use crate::event::event;
use crate::limits;
use crate::post::Poster;
use crate::row;
use crate::server::Server;

/// Events in a batch.
pub const BATCH: usize = 500;
/// Connections that send batches.
const SENDERS: usize = 4;

/// A load and its cost.
pub struct Load {
    pub events: usize,
    pub took: Duration,
    /// The server's CPU time meanwhile.
    pub cpu: Duration,
}

impl Load {
    pub fn rate(&self) -> f64 {
        self.events as f64 / self.took.as_secs_f64()
    }

    /// The rate, and the server's CPU time for one event.
    fn describe(&self) -> String {
        let each = self.cpu.as_secs_f64() * 1e6 / self.events as f64;
        format!("{:.0}/s, {each:.1} µs", self.rate())
    }
}

/// Measures single events, each awaited, beside the same HTTP stack when it only reads the JSON and
/// answers.
pub async fn singles(server: &Server, seconds: u64) -> Result<()> {
    let sync = limits::fsync(&server.disk())?;
    row("one write and fsync of 4 KiB, median", &format!("{:.2} ms", sync.as_secs_f64() * 1e3), "");
    let limit = Server::parse_only().await?;
    for connections in [1, 64, 256] {
        let durable = posts(server, connections, seconds).await?;
        let parsed = posts(&limit, connections, seconds.div_ceil(2)).await?;
        let share = 100.0 * durable.rate() / parsed.rate();
        row(
            &format!("durable single posts, {connections} connections"),
            &durable.describe(),
            &format!("parse only: {}; {share:.0} %", parsed.describe()),
        );
    }
    Ok(())
}

/// Posts single events on this many connections.
pub async fn posts(server: &Server, connections: usize, seconds: u64) -> Result<Load> {
    let mut posters = Vec::new();
    for _ in 0..connections {
        posters.push(server.poster().await?);
    }
    let (began, cpu) = (Instant::now(), server.cpu()?);
    let until = began + Duration::from_secs(seconds);
    let tasks = posters.into_iter().enumerate().map(|(number, mut poster)| {
        tokio::spawn(async move {
            let mut sent = 0;
            while Instant::now() < until {
                poster.post(|out| event(out, number * 1_000_000 + sent)).await?;
                sent += 1;
            }
            anyhow::Ok(sent)
        })
    });
    let events = sum(tasks.collect()).await?;
    Ok(Load { events, took: began.elapsed(), cpu: server.cpu()?.saturating_sub(cpu) })
}

/// Appends batches until the journal has this many more events, in ten parts that show whether it
/// slows down as it grows. The limit beside it is the same rows written straight to the database.
pub async fn batches(server: &Server, events: usize) -> Result<()> {
    let compared = events.min(200_000);
    let all = fill(server, events).await?;
    server.settled().await?;
    let (limit, rate) = match server.cluster() {
        None => ("raw inserts", limits::raw_inserts(server.data_dir(), compared)?),
        Some(cluster) => ("COPY", copy::again(cluster, compared).await?),
    };
    row(
        &format!("durable batches of {BATCH}, {SENDERS} connections"),
        &all.describe(),
        &format!("{limit}: {rate:.0}/s; {:.0} %", 100.0 * all.rate() / rate),
    );
    let total = server.count().await?;
    row("events in the journal now", &total.to_string(), "");
    let each = server.journal_bytes()? as f64 / total as f64;
    row("bytes per event, the journal", &format!("{each:.0}"), "");
    Ok(())
}

async fn fill(server: &Server, events: usize) -> Result<Load> {
    let mut posters: Vec<Poster> = Vec::new();
    for _ in 0..SENDERS {
        posters.push(server.poster().await?);
    }
    let mut all = Load { events: 0, took: Duration::ZERO, cpu: Duration::ZERO };
    for part in 0..10 {
        let (began, cpu) = (Instant::now(), server.cpu()?);
        let batches = events.div_ceil(10 * BATCH * SENDERS);
        let tasks = posters.drain(..).enumerate().map(|(sender, mut poster)| {
            tokio::spawn(async move {
                for batch in 0..batches {
                    let first = ((part * batches + batch) * SENDERS + sender) * BATCH;
                    poster.post_all(first..first + BATCH, event).await?;
                }
                anyhow::Ok(poster)
            })
        });
        let tasks: Vec<_> = tasks.collect();
        for task in tasks {
            posters.push(task.await??);
        }
        let load = Load {
            events: batches * SENDERS * BATCH,
            took: began.elapsed(),
            cpu: server.cpu()?.saturating_sub(cpu),
        };
        row(&format!("  batches, part {} of 10", part + 1), &load.describe(), "");
        all.events += load.events;
        all.took += load.took;
        all.cpu += load.cpu;
    }
    Ok(all)
}

async fn sum(tasks: Vec<tokio::task::JoinHandle<Result<usize>>>) -> Result<usize> {
    let mut sum = 0;
    for task in tasks {
        sum += task.await??;
    }
    Ok(sum)
}
