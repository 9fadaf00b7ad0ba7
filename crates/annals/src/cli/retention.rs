//! `annals retention run`.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use http::Method;
use serde_json::Value;

use super::Context;
use super::client::{Client, with_query};
use super::terminal::{number, printable, progress};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Anonymise and delete what is due, as the server does every night
    Run(Options),
}

#[derive(Args)]
pub(super) struct Options {
    /// Only show what would be anonymised or deleted
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(context: Context, command: Command) -> Result<ExitCode> {
    let Command::Run(options) = command;
    let client = Client::to_existing(&context).await?;
    let done = run_and_wait(&context, &client, &options).await;
    client.close().await?;
    let outcome = done?;
    if context.json {
        println!("{outcome}");
    } else {
        print(&outcome);
    }
    Ok(ExitCode::SUCCESS)
}

/// Starts a run and waits until it has ended.
async fn run_and_wait(context: &Context, client: &Client, options: &Options) -> Result<Value> {
    const PATH: &str = "/api/v1/settings/retention/run";
    let dry_run = ("dry_run".to_owned(), options.dry_run.to_string());
    let answer: Value =
        client.call(Method::POST, &with_query(PATH, &[dry_run]), None::<&Value>).await?;
    if answer["at"].is_string() {
        return Ok(answer);
    }
    let before = answer["last"]["finished_at"].clone();
    let bar = progress(answer["running"]["of"].as_u64(), "reading the journal", context.json);
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut runs: Value = client.call(Method::GET, PATH, None::<&Value>).await?;
        if runs["running"].is_object() {
            bar.set_position(runs["running"]["done"].as_u64().unwrap_or_default());
            continue;
        }
        bar.finish_and_clear();
        if runs["last"]["finished_at"] == before {
            bail!("the run was interrupted; see the server's log. The server will continue it");
        }
        return Ok(runs["last"].take());
    }
}

fn print(outcome: &Value) {
    let count = |of: &Value, name: &str| of[name].as_u64().unwrap_or_default();
    let would = if outcome["dry_run"] == true { "would be " } else { "" };
    println!("{} events {would}anonymised", number(count(outcome, "anonymised")));
    println!("{} events {would}deleted", number(count(outcome, "deleted")));
    for (name, what) in [
        ("held", "events are due, but a hold keeps them"),
        (
            "damaged",
            "events are due, but were changed since they were written: run `annals verify`",
        ),
    ] {
        if count(outcome, name) > 0 {
            println!("{} {what}", number(count(outcome, name)));
        }
    }
    let mut classes: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for kind in outcome["kinds"].as_array().into_iter().flatten() {
        classes.entry(kind["class"].as_str().unwrap_or_default()).or_default().push(kind);
    }
    for (class, kinds) in classes {
        println!("{class}");
        for kind in kinds {
            let [anonymised, deleted, held] =
                ["anonymised", "deleted", "held"].map(|name| number(count(kind, name)));
            let category = printable(kind["category"].as_str().unwrap_or_default());
            println!("  {category}: {anonymised} anonymised, {deleted} deleted, {held} held");
        }
    }
}
