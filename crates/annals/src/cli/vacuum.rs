//! `annals vacuum`.

use std::process::ExitCode;

use anyhow::Result;
use http::Method;
use serde_json::{Value, json};

use super::Context;
use super::client::Client;
use super::terminal::number;

/// Has tables written anew that people were erased from, or events deleted. Fails where some wait.
pub(super) async fn run(context: Context) -> Result<ExitCode> {
    let client = Client::to_existing(&context).await?;
    let done = client.call::<Value>(Method::POST, "/operator/vacuum", None::<&Value>).await;
    client.close().await?;
    let done = done?;
    let count = |name: &str| done[name].as_u64().unwrap_or_default();
    if context.json {
        println!("{done}");
    } else {
        println!("{} tables written anew", number(count("rewritten")));
        println!(
            "{} parts of the journal dropped: nothing stood in them",
            number(count("dropped"))
        );
        if count("waiting") > 0 {
            println!("{} tables wait: they are in use; try again", number(count("waiting")));
        }
    }
    Ok(if done["waiting"] == json!(0) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
