//! `annals copy`.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::json;

use super::Context;
use super::terminal::{number, progress};
use crate::app;
use crate::config::{Database, DatabaseUrl};
use crate::journal::copy::{copy, differing_tile};
use crate::journal::verify::verify;

#[derive(Args)]
pub(super) struct Options {
    /// Journal to read: sqlite:PATH or postgres://USER@HOST/DATABASE; stop its server first
    #[arg(long, value_name = "URL")]
    from: String,
    /// Target: a new file, an empty database, or an earlier copy to continue
    #[arg(long, value_name = "URL")]
    to: String,
}

fn database(flag: &str, url: String) -> Result<Database> {
    DatabaseUrl::from(url).parse().map_err(|problem| anyhow::anyhow!("--{flag} {problem}"))
}

pub(super) async fn run(context: Context, options: Options) -> Result<ExitCode> {
    let (from, to) = (database("from", options.from)?, database("to", options.to)?);
    if from == to {
        bail!("--from and --to are the same journal; name another --to");
    }
    if let Database::Sqlite(file) = &from
        && !file.exists()
    {
        bail!("there is no journal at {from}; check --from");
    }
    let seed = app::seed(&*context.clock, &*context.random);
    let source = match &from {
        // Opened for writing, so that no server can write to it meanwhile.
        Database::Sqlite(_) => app::open_at(&from, &context.config, seed).await,
        Database::Postgres(_) => app::open_existing_at(&from, &context.config).await,
    };
    let source = source.with_context(|| format!("cannot read {from}"))?;
    let seed = app::seed_of(&*source, &*context.random).await?;
    let target = app::open_at(&to, &context.config, seed).await;
    let target = target.with_context(|| format!("cannot write {to}"))?;
    if target.identity() != source.identity() {
        bail!("{to} contains another journal; name a new file or an empty database");
    }
    let bar = progress(Some(source.head().await?.seq), "copying", context.json);
    let copied = copy(&*source, &*target, |done, _| bar.set_position(done)).await?;
    bar.finish_and_clear();
    let bar = progress(Some(copied), "verifying", context.json);
    let report = verify(&*target, |done, _| bar.set_position(done)).await?;
    bar.finish_and_clear();
    let differing = differing_tile(&*source, &*target).await?;
    source.close().await;
    target.close().await;
    if context.json {
        let holds = report.holds() && differing.is_none();
        println!("{}", json!({ "positions": copied, "holds": holds }));
    } else {
        println!("{} positions copied to {to}", number(copied));
    }
    if let Some(tile) = differing {
        bail!("tile {tile} of the copy differs from the source; copy again into an empty database");
    }
    if !report.holds() {
        bail!(
            "the copy failed verification; run `annals verify` on the source to see whether it is intact"
        );
    }
    Ok(ExitCode::SUCCESS)
}
