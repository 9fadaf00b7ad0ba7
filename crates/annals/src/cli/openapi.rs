//! `annals openapi`.

use std::process::ExitCode;

use anyhow::Result;

pub(super) fn run() -> Result<ExitCode> {
    println!("{}", crate::http::openapi().to_pretty_json()?);
    Ok(ExitCode::SUCCESS)
}
