//! `annals rebuild`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;
use http::Method;
use serde_json::{Value, json};

use super::Context;
use super::client::Client;
use super::terminal::progress;
use crate::follow::FOLLOWERS;

#[derive(Args)]
pub(super) struct Options {
    /// Follower whose output is rebuilt
    #[arg(value_parser = FOLLOWERS.map(|follower| follower.name))]
    name: String,
}

pub(super) async fn run(context: Context, options: Options) -> Result<ExitCode> {
    let client = Client::to_existing(&context).await?;
    let rebuilt = rebuild(&context, &client, &options.name).await;
    client.close().await?;
    rebuilt.map(|()| ExitCode::SUCCESS)
}

/// Drops the output and waits until it has caught up.
async fn rebuild(context: &Context, client: &Client, name: &str) -> Result<()> {
    let body = json!({ "name": name });
    client.call::<Value>(Method::POST, "/operator/rebuild", Some(&body)).await?;
    let mut bar = None;
    loop {
        let health: Value = client.call(Method::GET, "/api/v1/health", None::<&Value>).await?;
        let head = health["journal"]["positions"].as_u64().unwrap_or_default();
        let followers = health["followers"].as_array().into_iter().flatten();
        let Some(follower) = followers.into_iter().find(|follower| follower["name"] == name) else {
            bail!("the server does not know {name}; update the server");
        };
        if let Some(fault) = follower["fault"]["message"].as_str() {
            bail!("{fault}; the server will try again");
        }
        let lag = follower["lag"].as_u64().unwrap_or_default();
        let bar = bar.get_or_insert_with(|| progress(Some(head), "reading", context.json));
        bar.set_position(head.saturating_sub(lag));
        if lag == 0 {
            bar.finish_and_clear();
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    if context.json {
        println!("{}", json!({ "rebuilt": name }));
    } else {
        println!("{name} was rebuilt from the journal");
    }
    Ok(())
}
