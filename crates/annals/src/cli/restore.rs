//! `annals restore`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::json;

use super::Context;
use super::terminal::progress;
use crate::access::Caller;
use crate::app::App;
use crate::config::Database;
use crate::data_dir::DataDir;
use crate::journal::verify::verify;
use crate::service::{act, details};
use crate::store::Journal as _;
use crate::store::sqlite::{SqliteStore, restore};

#[derive(Args)]
pub(super) struct Options {
    /// Backup file
    file: PathBuf,
    /// Replace the existing journal, which is kept beside the new one
    #[arg(long)]
    replace: bool,
}

pub(super) async fn run(context: Context, options: Options) -> Result<ExitCode> {
    let Database::Sqlite(journal) = context.config.journal()? else {
        bail!("restore a journal in PostgreSQL with PostgreSQL's own tools; see docs/postgres.md");
    };
    let backup = SqliteStore::open_read_only(&options.file)
        .with_context(|| format!("{} cannot be restored", options.file.display()))?;
    let head = backup.head().await?.seq;
    let bar = progress(Some(head), "verifying", context.json);
    let report = verify(&backup, |done, _| bar.set_position(done)).await?;
    bar.finish_and_clear();
    backup.close().await;
    if !report.holds() {
        bail!("the backup failed verification; `annals verify --database sqlite:FILE` shows where");
    }
    let replaced = {
        let _hold = DataDir::new(&context.config.data_dir).hold().context("nothing was changed")?;
        if journal.exists() && !options.replace {
            bail!(
                "there is a journal at {} already; use --replace to move it aside",
                journal.display()
            );
        }
        let stamp = context.clock.now().as_micros() / 1_000_000;
        restore(&options.file, &journal, &stamp.to_string())?.1
    };
    // The restore is the first new event of the restored journal.
    let app = App::start(&context.config, context.clock.clone(), context.random.clone()).await?;
    let act =
        annals_event::Draft { metadata: details([("events", head.into())]), ..act("restored") };
    let recorded = app.services().audit(&Caller::operator().actor(), act).await;
    app.stop().await?;
    recorded?;
    if context.json {
        println!("{}", json!({ "events": head, "replaced": replaced }));
    } else {
        println!("restored {head} events into {}", journal.display());
        if let Some(replaced) = replaced {
            println!("the previous journal was moved to {}", replaced.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}
