//! `annals migrate`.

use std::process::ExitCode;

use anyhow::{Context as _, Result};

use super::Context;
use crate::app;

/// Brings the journal's schema up to date and ends. A server does so itself where it may; where
/// its login must not own the tables, an owner's does it with this.
pub(super) async fn run(context: Context) -> Result<ExitCode> {
    let journal = context.config.journal()?;
    let seed = app::seed(&*context.clock, &*context.random);
    let migrated = app::migrate(&journal, &context.config, seed).await;
    migrated.with_context(|| format!("cannot bring {journal} up to date"))?;
    if !context.json {
        println!("{journal} is up to date");
    }
    Ok(ExitCode::SUCCESS)
}
