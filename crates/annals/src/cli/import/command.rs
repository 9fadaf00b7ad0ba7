//! The `annals import` command.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use http::Method;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::{Bar, Options, Progress, Quiet, ShiftTo, Summary, run, tinydb};
use crate::cli::Context;
use crate::cli::client::Client;
use crate::cli::terminal::{number, printable};

/// `annals import`.
#[derive(Args)]
pub(in crate::cli) struct Command {
    /// NDJSON, CSV, a web log or, with --from tinydb, a TinyDB file; may be gzipped
    file: PathBuf,
    /// Format of another application's file: tinydb, a log of tracking events (children's points)
    #[arg(long, value_name = "APPLICATION", conflicts_with = "mapping")]
    from: Option<From>,
    /// IANA time zone of times without one [default: the configuration's timezone]
    #[arg(long, value_name = "ZONE", requires = "from", value_parser = zone)]
    timezone: Option<TimeZone>,
    /// Add children that are not in the directory, with the users of their events as guardians
    #[arg(long, requires = "from")]
    create_children: bool,
    /// Mapping file that describes the rows, or a built-in mapping: oulad-clicks,
    /// oulad-assessments, web-log [default: the rows are events in Annals' own format]
    #[arg(long, short, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Move all times by one span, so that the latest event is at this moment: now, or a time
    #[arg(long, value_name = "TIME", value_parser = shift_to)]
    shift_to: Option<ShiftTo>,
    /// Stop at the first invalid row
    #[arg(long)]
    strict: bool,
}

/// The application that wrote the file.
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

/// Imports a file. The exit code is 1 if some rows could not be imported.
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
    let due = match &summary {
        Ok(summary) if summary.accepted > 0 => due(&client).await,
        _ => None,
    };
    client.close().await?;
    let mut summary = summary?;
    summary.notes.extend(due);
    if context.json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        print(&summary);
    }
    let complete = summary.bad_rows + summary.rejected + summary.kept_out == 0;
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Returns a note on the events that the next retention run would change: an import brings in old
/// ones, and nobody can undo that run. `None` if there are none, or the key may not ask.
async fn due(client: &Client) -> Option<String> {
    const DRY_RUN: &str = "/api/v1/settings/retention/run?dry_run=true";
    let due: Value = client.call(Method::POST, DRY_RUN, None::<&Value>).await.ok()?;
    let count = |name: &str| due[name].as_u64().unwrap_or_default();
    let (anonymised, deleted) = (count("anonymised"), count("deleted"));
    (anonymised + deleted > 0).then(|| {
        format!(
            "Retention: in this journal {} events are old enough to be anonymised and {} to be \
             deleted by the next run. See `annals retention run --dry-run`; to keep them longer, \
             change the days under Settings, Retention.",
            number(anonymised),
            number(deleted)
        )
    })
}

fn print(summary: &Summary) {
    println!("{} rows", number(summary.rows));
    for (count, what) in [
        (summary.accepted, "accepted"),
        (summary.duplicates, "there already"),
        (summary.resumed_after, "sent by an earlier run"),
        (summary.skipped, "skipped by the mapping"),
        (summary.dropped, "dropped: recording is off or consent is missing"),
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
