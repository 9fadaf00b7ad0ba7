//! `annals tail`.

use std::process::ExitCode;

use annals_event::Event;
use anyhow::Result;
use clap::Args;
use futures::StreamExt as _;

use super::Context;
use super::client::filter_pair;
use super::terminal::printable;
use crate::app::open_existing;
use crate::filter::Filter;
use crate::journal::{Cursors, polled_head, tail};
use crate::store::Scope;

#[derive(Args)]
pub(super) struct Options {
    /// Filter as in the API: category=quest, severity=!info, q=words
    #[arg(long = "filter", short, value_name = "NAME=VALUE", value_parser = filter_pair)]
    filters: Vec<(String, String)>,
    /// Start after this cursor [default: with new events]
    // A cursor may begin with a hyphen.
    #[arg(long, value_name = "CURSOR", allow_hyphen_values = true)]
    after: Option<String>,
    /// Start with the last N positions
    #[arg(long, short = 'n', value_name = "N", conflicts_with = "after")]
    last: Option<u64>,
}

pub(super) async fn run(context: Context, options: Options) -> Result<ExitCode> {
    let pairs = options.filters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let filter = Filter::parse(pairs).map_err(|errors| {
        let faults: Vec<_> =
            errors.iter().map(|e| format!("`{}` {}", e.field, e.message)).collect();
        anyhow::anyhow!(faults.join("; "))
    })?;
    let filter = Scope::everything().over(filter);
    let store = open_existing(&context.config).await?;
    let cursors = Cursors::new(&store.identity());
    let head = store.head().await?.seq;
    let after = match (&options.after, options.last) {
        (Some(cursor), _) => cursors.open_event(cursor)?,
        (None, Some(last)) => head.saturating_sub(last),
        (None, None) => head,
    };
    let mut pages = Box::pin(tail(store.clone(), polled_head(store, head), after, filter));
    while let Some(page) = pages.next().await {
        for event in page?.events {
            print(&event, context.json)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print(event: &Event, json: bool) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string(event)?);
        return Ok(());
    }
    let points = event
        .points
        .map(|points| format!("  {} → {} ({:+})", points.before, points.after, points.delta));
    println!(
        "{:.19}Z  {:<8} {:<32} {}{}",
        event.occurred_at.to_string(),
        event.severity.as_str(),
        format!("{}/{}", event.category, event.action),
        printable(&event.message),
        points.unwrap_or_default()
    );
    Ok(())
}
