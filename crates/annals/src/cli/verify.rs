//! `annals verify`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::terminal::{number, printable, progress};
use super::{Context, verify_export};
use crate::app::open_existing;
use crate::journal::verify::{Report, verify};

#[derive(Args)]
pub(super) struct Options {
    /// Check this bundle of exported events instead of the journal
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    /// Compare the bundle with the journal too
    #[arg(long, requires = "export")]
    with_journal: bool,
}

pub(super) async fn run(context: Context, options: Options) -> Result<ExitCode> {
    if let Some(path) = &options.export {
        return verify_export::run(&context, path, options.with_journal).await;
    }
    let store = open_existing(&context.config).await?;
    let head = store.head().await?.seq;
    let bar = progress(Some(head), "verifying", context.json);
    let report = verify(&*store, |done, _| bar.set_position(done)).await?;
    bar.finish_and_clear();
    store.close().await;
    if context.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print(&report);
    }
    Ok(if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(report: &Report) {
    println!("{} positions", number(report.positions));
    for (count, what) in [
        (report.verified, "verified"),
        (report.anonymised, "anonymised"),
        (report.deleted, "deleted, with a tombstone"),
        (report.missing, "MISSING"),
        (report.mismatched, "MISMATCH"),
        (report.broken_tiles, "BROKEN TILES"),
        (report.miscounted, "MISCOUNTED"),
    ] {
        if count > 0 {
            println!("{:>12} {what}", number(count));
        }
    }
    for (reason, count) in &report.reasons {
        println!("{:>12} deleted: {}", number(*count), printable(reason));
    }
    if report.residues_verified > 0 {
        println!("{:>12} anonymised, and unchanged since", number(report.residues_verified));
    }
    for fault in &report.faults {
        if fault.first == fault.last {
            println!("position {}: {}", fault.first, fault.what);
        } else {
            println!("positions {}–{}: {}", fault.first, fault.last, fault.what);
        }
    }
    println!(
        "{}",
        if report.holds() { "The journal is intact." } else { "The journal is NOT intact." }
    );
}
