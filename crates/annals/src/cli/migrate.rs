//! `annals migrate`.

use std::process::ExitCode;

use anyhow::{Context as _, Result};

use super::Context;
use crate::app;

/// Updates the journal's schema and ends. A server does this itself, unless its login must not own
/// the tables; then an owner runs this command.
pub(super) async fn run(context: Context) -> Result<ExitCode> {
    let journal = context.config.journal()?;
    let seed = app::seed(&*context.clock, &*context.random);
    let migrated = app::migrate(&journal, &context.config, seed).await;
    migrated.with_context(|| format!("cannot update the schema of {journal}"))?;
    if !context.json {
        println!("{journal} is up to date");
    }
    Ok(ExitCode::SUCCESS)
}
