//! The command itself: options in, a summary out.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use jiff::tz::TimeZone;

use super::{Bar, Options, Progress, Quiet, ShiftTo, Summary, run, tinydb};
use crate::cli::Context;
use crate::cli::client::Client;
use crate::cli::terminal::{number, printable};

/// `annals import`.
#[derive(Args)]
pub(in crate::cli) struct Command {
    /// NDJSON, CSV, a web log or, with --from tinydb, a TinyDB file; also gzipped
    file: PathBuf,
    /// Another application's own file: tinydb, a log of tracking events (points of children)
    #[arg(long, value_name = "APPLICATION", conflicts_with = "mapping")]
    from: Option<From>,
    /// The IANA time zone of times that name none [default: the configuration's timezone]
    #[arg(long, value_name = "ZONE", requires = "from", value_parser = zone)]
    timezone: Option<TimeZone>,
    /// Add children whom the directory does not know, with the users of their events as guardians
    #[arg(long, requires = "from")]
    create_children: bool,
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

/// Whose file it is.
#[derive(Clone, Copy, clap::ValueEnum)]
enum From {
    /// `{"tracking_events": {"1": {…}}}`, `{"_default": …}` or a list of tracking events.
    Tinydb,
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| "must be an IANA time zone such as Europe/Stockholm".to_owned())
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
    let summary = match command.from {
        None => run(&options, &*context.random, &mut client, progress).await,
        Some(From::Tinydb) => {
            let zone = command.timezone.map_or_else(|| zone(&context.config.timezone), Ok);
            let zone = zone.map_err(anyhow::Error::msg)?;
            let ask = tinydb::Ask { zone, create_children: command.create_children };
            tinydb::import(&options, ask, &mut client, progress).await
        }
    };
    client.close().await?;
    let summary = summary?;
    if context.json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        print(&summary);
    }
    let whole = summary.bad_rows + summary.rejected + summary.kept_out == 0;
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
        (summary.kept_out, "LEFT OUT"),
        (summary.warnings, "warnings"),
    ] {
        if count > 0 {
            println!("{:>12} {what}", number(count));
        }
    }
    for note in &summary.notes {
        println!("{}", printable(note));
    }
    for fault in &summary.faults {
        println!("{}", printable(&fault.to_string()));
    }
}
