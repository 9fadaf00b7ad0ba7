//! What Annals claims, measured: `make bench` prints it, each figure beside its limit.
//!
//! | file | measures |
//! |---|---|
//! | `writes.rs` | single posts and batches, durable, through the real server |
//! | `limits.rs` | what this disk, this database and this HTTP stack could do at most |
//! | `reads.rs` | lists and export |
//!
//! The real server runs beside the load, on the same machine and disk, from an empty journal.
//! Figures are to be compared within one run: machines and disks differ, and so do hours.

mod client;
mod event;
mod limits;
mod post;
mod reads;
mod server;
mod writes;

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
    /// Only a part of it.
    #[arg(long)]
    only: Option<Part>,
    /// Serves as the limit of single posts: reads JSON, answers, records nothing.
    #[arg(long, hide = true)]
    parse_only: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Writes,
    Reads,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.parse_only {
        return limits::parse_only().await;
    }
    let server = Server::start("annals").await?;
    println!("{:<46} {:>22}  beside its limit", "what", "measured");
    row("server's memory, idle", &format!("{} MB", server.memory("VmRSS")? / 1_000), "");
    if arguments.only != Some(Part::Reads) {
        writes::singles(&server, arguments.seconds).await?;
    }
    writes::batches(&server, arguments.events).await?;
    if arguments.only != Some(Part::Writes) {
        reads::measure(&server).await?;
    }
    row("server's memory, peak", &format!("{} MB", server.memory("VmHWM")? / 1_000), "");
    Ok(())
}

/// Prints a line.
fn row(what: &str, measured: &str, limit: &str) {
    println!("{what:<46} {measured:>22}  {limit}");
}
