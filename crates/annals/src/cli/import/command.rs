//! The command itself: options in, a summary out.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;

use super::{Bar, Options, Progress, Quiet, ShiftTo, Summary, run};
use crate::cli::Context;
use crate::cli::client::Client;
use crate::cli::terminal::{number, printable};

/// `annals import`.
#[derive(Args)]
pub(in crate::cli) struct Command {
    /// NDJSON, CSV or a web log, also gzipped
    file: PathBuf,
    /// The file that says what the rows mean, or the name of a built-in one: oulad-clicks,
    /// oulad-assessments, web-log [default: the rows are events in Annals' own words]
    #[arg(long, short, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Move all times by one span, so that the latest event falls on this moment: now, or a time
    #[arg(long, value_name = "TIME", value_parser = shift_to)]
    shift_to: Option<ShiftTo>,
    /// Stop at the first row that is wrong
    #[arg(long)]
    strict: bool,
}

fn shift_to(text: &str) -> Result<ShiftTo, String> {
    if text == "now" {
        return Ok(ShiftTo::Now);
    }
    text.parse().map(ShiftTo::Time).map_err(|error| format!("`now`, or {error}"))
}

/// Imports. Rows that could not be imported make the exit code 1.
pub(in crate::cli) async fn execute(context: Context, command: Command) -> Result<ExitCode> {
    let mut client = Client::open(&context).await?;
    let options = Options {
        mapping: command.mapping,
        shift_to: command.shift_to,
        strict: command.strict,
        ..Options::new(command.file, &context.config.data_dir, context.clock.now())
    };
    let progress: Arc<dyn Progress> =
        if context.json { Arc::new(Quiet) } else { Arc::new(Bar::new()) };
    let summary = run(&options, &*context.random, &mut client, progress).await;
    client.close().await?;
    let summary = summary?;
    if context.json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        print(&summary);
    }
    let whole = summary.bad_rows == 0 && summary.rejected == 0;
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(summary: &Summary) {
    println!("{} rows", number(summary.rows));
    for (count, what) in [
        (summary.accepted, "accepted"),
        (summary.duplicates, "there already"),
        (summary.resumed_after, "sent by an earlier run"),
        (summary.skipped, "left out by the mapping"),
        (summary.dropped, "not recorded at present"),
        (summary.rejected, "REJECTED"),
        (summary.bad_rows, "WRONG"),
    ] {
        if count > 0 {
            println!("{:>12} {what}", number(count));
        }
    }
    for fault in &summary.faults {
        println!("line {}: {}", fault.line, printable(&fault.error));
    }
}
