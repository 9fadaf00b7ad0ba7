//! Benchmarks: `make bench` prints each figure beside its limit.
//!
//! | file | measures |
//! |---|---|
//! | `writes.rs` | single posts and batches, durable, through the real server |
//! | `builds.rs` | single posts of two builds in turn |
//! | `limits.rs` | the limits of this disk, this database and this HTTP stack |
//! | `copy.rs` | the limit of PostgreSQL |
//! | `reading/` | lists, words, counts, streams and export |
//!
//! The real server runs beside the load, on the same machine and disk, from an empty journal.
//! Compare figures of one run only: machines and disks differ, and so do hours.

mod builds;
mod client;
mod copy;
mod event;
mod limits;
mod post;
mod postgres;
mod reading;
mod server;
mod writes;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, ValueEnum};

use server::Server;

/// Measures the throughput and latency of Annals.
#[derive(Parser)]
struct Arguments {
    /// Events to append in batches.
    #[arg(long, default_value_t = 1_000_000)]
    events: usize,
    /// Seconds for each load of single posts.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// The engine that keeps the journal.
    #[arg(long, default_value = "sqlite")]
    database: Engine,
    /// Measures only this part.
    #[arg(long)]
    only: Option<Part>,
    /// Measures only single posts, in turn with this other build of `annals`.
    #[arg(long, conflicts_with = "only")]
    beside: Option<PathBuf>,
    /// Serves as the limit of single posts: reads JSON, answers, records nothing.
    #[arg(long, hide = true)]
    parse_only: bool,
}

/// The engine that keeps the journal.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    Sqlite,
    /// A PostgreSQL server that is started for the run and removed after it.
    Postgres,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Writes,
    Reads,
    /// Lists only, idle and under load.
    Lists,
    /// Exports only.
    Exports,
}

fn main() -> Result<()> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    // The name distinguishes these threads from the server's.
    runtime.thread_name("load").enable_all().build()?.block_on(run(Arguments::parse()))
}

async fn run(arguments: Arguments) -> Result<()> {
    if arguments.parse_only {
        return limits::parse_only().await;
    }
    row("what", "measured", "beside its limit");
    if let Some(other) = &arguments.beside {
        return builds::compare(other, arguments.database, arguments.seconds).await;
    }
    if matches!(arguments.only, None | Some(Part::Writes)) {
        let server = Server::start(arguments.database).await?;
        row("server's memory, idle", &format!("{} MB", server.memory("VmRSS")? / 1_000), "");
        writes::singles(&server, arguments.seconds).await?;
        writes::batches(&server, arguments.events).await?;
        row("server's memory, peak", &format!("{} MB", server.memory("VmHWM")? / 1_000), "");
    }
    match arguments.only {
        None | Some(Part::Reads) => reading::measure(arguments.database, arguments.events).await?,
        Some(Part::Lists) => reading::lists(arguments.database, arguments.events).await?,
        Some(Part::Exports) => reading::exports(arguments.database, arguments.events).await?,
        Some(Part::Writes) => {}
    }
    Ok(())
}

/// Prints a line.
fn row(what: &str, measured: &str, limit: &str) {
    println!("{what:<46} {measured:>22}  {limit}");
}

/// A duration in milliseconds.
fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
