//! `annals vacuum`.

use std::process::ExitCode;

use anyhow::Result;
use http::Method;
use serde_json::{Value, json};

use super::Context;
use super::client::Client;
use super::terminal::number;

/// Rewrites the tables from which people were erased or events deleted. Fails if some are in use.
pub(super) async fn run(context: Context) -> Result<ExitCode> {
    let client = Client::to_existing(&context).await?;
    let done = client.call::<Value>(Method::POST, "/operator/vacuum", None::<&Value>).await;
    client.close().await?;
    let done = done?;
    let count = |name: &str| done[name].as_u64().unwrap_or_default();
    if context.json {
        println!("{done}");
    } else {
        println!("{} tables rewritten", number(count("rewritten")));
        println!("{} empty parts of the journal dropped", number(count("dropped")));
        if count("waiting") > 0 {
            println!(
                "{} tables are in use and were not rewritten; try again",
                number(count("waiting"))
            );
        }
    }
    Ok(if done["waiting"] == json!(0) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
