//! `annals backup`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use http::Method;
use serde_json::{Value, json};

use super::Context;
use super::client::{Client, absolute};
use super::terminal::{number, progress};

#[derive(Args)]
pub(super) struct Options {
    /// File to write; it must not exist
    file: PathBuf,
}

pub(super) async fn run(context: Context, options: Options) -> Result<ExitCode> {
    let path = absolute(&options.file)?;
    let client = Client::to_existing(&context).await?;
    let bar = progress(None, "writing bytes", context.json);
    let watched = path.clone();
    let watch = {
        let bar = bar.clone();
        async move {
            loop {
                bar.set_position(std::fs::metadata(&watched).map_or(0, |file| file.len()));
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
        }
    };
    let body = json!({ "path": path });
    let made = tokio::select! {
        made = client.call::<Value>(Method::POST, "/operator/backup", Some(&body)) => made,
        () = watch => unreachable!("the progress watch never ends"),
    };
    bar.finish_and_clear();
    client.close().await?;
    let made = made?;
    if context.json {
        println!("{made}");
    } else {
        let bytes = number(made["bytes"].as_u64().unwrap_or_default());
        println!("{bytes} bytes in {}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}
