//! What Annals claims, measured: `make bench` prints it, each figure beside its limit.
//!
//! | file | measures |
//! |---|---|
//! | `writes.rs` | single posts and batches, durable, through the real server |
//! | `builds.rs` | single posts of two builds in turn |
//! | `limits.rs` | what this disk, this database and this HTTP stack could do at most |
//! | `copy.rs` | what PostgreSQL could do at most |
//! | `reading/` | lists, words, counts, streams and export |
//!
//! The real server runs beside the load, on the same machine and disk, from an empty journal.
//! Figures are to be compared within one run: machines and disks differ, and so do hours.

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

/// Measures what Annals claims.
#[derive(Parser)]
struct Arguments {
    /// Events to bring into the journal in batches.
    #[arg(long, default_value_t = 1_000_000)]
    events: usize,
    /// Seconds that each load of single posts runs.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// What the journal is in.
    #[arg(long, default_value = "sqlite")]
    database: Engine,
    /// Only a part of it.
    #[arg(long)]
    only: Option<Part>,
    /// Another build of `annals`: only single posts, its own and those of the build beside this program in
    /// turn.
    #[arg(long, conflicts_with = "only")]
    beside: Option<PathBuf>,
    /// Serves as the limit of single posts: reads JSON, answers, records nothing.
    #[arg(long, hide = true)]
    parse_only: bool,
}

/// What the journal is in.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    Sqlite,
    /// A server that is started for it and goes with it.
    Postgres,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Writes,
    Reads,
    /// Of reading, lists alone, idle and under load.
    Lists,
    /// Of reading, exports alone.
    Exports,
}

fn main() -> Result<()> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    // Told apart from the server's by whoever looks at threads.
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

/// In milliseconds.
fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
