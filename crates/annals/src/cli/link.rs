//! `annals link`.

use std::process::ExitCode;

use anyhow::{Result, bail};
use http::Method;
use serde_json::{Value, json};

use super::Context;
use super::client::Client;

pub(super) async fn run(context: Context) -> Result<ExitCode> {
    let client = Client::open(&context).await?;
    if matches!(client, Client::InProcess { .. }) {
        client.close().await?;
        bail!("no server runs on this data directory; start one with `annals serve`");
    }
    let link: Value = client.call(Method::POST, "/api/v1/sign-in-links", None::<&Value>).await?;
    let url = link["url"].as_str().unwrap_or_default();
    if context.json {
        println!("{}", json!({ "url": url }));
    } else {
        println!("{url}");
        let proxy = match context.config.public_url {
            Some(_) => "",
            None => " Behind a proxy, set `public_url` to the proxy's address.",
        };
        eprintln!("Works once, within ten minutes.{proxy}");
    }
    client.close().await?;
    Ok(ExitCode::SUCCESS)
}
