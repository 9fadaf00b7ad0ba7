//! `annals config print`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use super::Context;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Print all settings in use, as a configuration file
    Print,
}

pub(super) fn run(context: &Context, command: &Command) -> Result<ExitCode> {
    let Command::Print = command;
    if context.json {
        println!("{}", serde_json::to_string_pretty(&context.config)?);
    } else {
        print!("{}", toml::to_string_pretty(&context.config)?);
        if context.config.admin_key.is_some() {
            println!("# ANNALS_ADMIN_KEY is set");
        }
    }
    Ok(ExitCode::SUCCESS)
}
