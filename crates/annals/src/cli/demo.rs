//! `annals demo`: a realistic record, and a server that shows it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use http::Method;
use serde_json::Value;

use super::client::Client;
use super::demo_data::{Examples, Size, definitions, load, people};
use super::import::{Bar, Progress, Quiet};
use super::terminal::number;
use super::{Context, ServeFlags, people as directory, serve};
use crate::app::App;
use crate::config::Database;

/// The demo's default directory, which never holds a real journal.
pub(super) const DATA_DIR: &str = "./demo-data";
/// The demo's default port: beside a server on its own.
pub(super) const PORT: u16 = 8788;
/// The setting that marks a journal as a demo, with the time when it was loaded.
const LOADED: &str = "demo_loaded_at";

/// The badges that the demo's children can earn.
const BADGES: &str = include_str!("../../../../examples/badges.toml");

#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    pub(super) flags: ServeFlags,
    /// Load only the last 30 days: quicker, a tenth of the events
    #[arg(long)]
    small: bool,
    /// Delete an earlier demo and load it again, ending now
    #[arg(long)]
    fresh: bool,
    /// Load, but do not serve
    #[arg(long)]
    load_only: bool,
    /// Read the example data from this directory instead of from the program itself
    #[arg(long, value_name = "DIR")]
    examples: Option<PathBuf>,
}

pub(super) async fn run(mut context: Context, options: Options) -> Result<ExitCode> {
    if !options.load_only {
        // Before minutes of loading.
        serve::check_port(context.config.listen).await?;
    }
    if options.fresh {
        delete_demo(&context).await?;
    }
    badge_rules(&mut context)?;
    let app = App::start(&context.config, context.clock.clone(), context.random.clone()).await?;
    let app = match app.services().store.setting(LOADED).await? {
        Some(loaded_at) => {
            eprintln!("Showing the demo loaded at {loaded_at}; --fresh loads it again.");
            app
        }
        None => fill(&context, app, &options).await?,
    };
    if options.load_only {
        app.stop().await?;
        return Ok(ExitCode::SUCCESS);
    }
    serve::serve(&context, app, true).await
}

/// Writes the example's badges beside the demo's data, where a reader can look at and change them.
fn badge_rules(context: &mut Context) -> Result<()> {
    let config = &mut context.config;
    if config.points.rules.is_some() {
        return Ok(());
    }
    let file = config.data_dir.join("badges.toml");
    if !file.exists() {
        std::fs::create_dir_all(&config.data_dir)
            .and_then(|()| std::fs::write(&file, BADGES))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    config.points.rules = Some(file);
    Ok(())
}

/// Removes an earlier demo, and nothing else.
async fn delete_demo(context: &Context) -> Result<()> {
    let Database::Sqlite(journal) = context.config.journal()? else {
        bail!("--fresh cannot delete a demo in PostgreSQL; drop and create the database instead");
    };
    if !journal.exists() {
        return Ok(());
    }
    let app = App::start(&context.config, context.clock.clone(), context.random.clone()).await?;
    let is_demo = app.services().store.setting(LOADED).await?.is_some();
    app.stop().await?;
    if !is_demo {
        bail!("{} is not a demo; nothing was deleted. Name another --data-dir", journal.display());
    }
    for suffix in ["", "-wal", "-shm"] {
        let file = PathBuf::from(format!("{}{suffix}", journal.display()));
        if file.exists() {
            std::fs::remove_file(&file)
                .with_context(|| format!("cannot remove {}", file.display()))?;
        }
    }
    Ok(())
}

async fn fill(context: &Context, app: App, options: &Options) -> Result<App> {
    let head = app.services().store.head().await?;
    if head.seq > 0 {
        bail!(
            "{} already contains events that are not a demo; name another --data-dir",
            context.config.data_dir.display()
        );
    }
    let progress: Arc<dyn Progress> =
        if context.json { Arc::new(Quiet) } else { Arc::new(Bar::new()) };
    let size = if options.small { Size::Small } else { Size::Full };
    let examples = options.examples.clone().map_or(Examples::Embedded, Examples::Dir);
    let mut client = Client::in_process(app);
    let now = context.clock.now();
    let temp_dir = context.config.data_dir.as_path();
    let started = std::time::Instant::now();
    for person in people() {
        let path = directory::path(person.id);
        client.call::<Value>(Method::PUT, &path, Some(&person)).await?;
    }
    for (path, body) in definitions() {
        client.call::<Value>(Method::PUT, &path, Some(&body)).await?;
    }
    let summary = load(examples, now, size, temp_dir, &mut client, progress).await?;
    let Client::InProcess { app, .. } = client else { bail!("the demo loads in this process") };
    app.services().store.put_setting(LOADED, &now.to_string()).await?;
    let took = Duration::from_secs(started.elapsed().as_secs());
    eprintln!("Loaded {} events in {took:?}.", number(summary.accepted));
    Ok(*app)
}
