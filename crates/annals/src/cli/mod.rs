//! The command line: one file per subcommand.
//!
//! `serve` and `demo` run the server. Commands that write (`key`, `people`, `retention`, `link`,
//! `import`, `backup`, `rebuild`, `vacuum`) use the running server's local socket or, if no server
//! runs, the same API in this process ([`client`]). Commands that read the file itself (`tail`,
//! `verify`) open it read-only beside the server.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage.

mod backup;
mod client;
mod config;
mod copy;
mod demo;
pub mod demo_data;
mod export;
mod file;
mod health;
pub mod import;
mod key;
mod link;
mod migrate;
mod openapi;
mod people;
mod rebuild;
mod restore;
mod retention;
mod serve;
mod shell;
mod tail;
mod terminal;
mod vacuum;
mod verify;
mod verify_export;
mod when;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use serde::Serialize;

use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ConfigError, parse_listen, unknown_variables};
use crate::id::{Random, SystemRandom};
use crate::{blocking, log};

/// A self-hosted, privacy-first record of activity in an application.
#[derive(Parser)]
#[command(name = "annals", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

/// Settings that every subcommand accepts.
#[derive(Args)]
struct Settings {
    /// Configuration file [default: annals.toml, if it exists]
    #[arg(long, global = true, env = "ANNALS_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
    /// Print results as JSON, without progress bars
    #[arg(long, global = true)]
    json: bool,
}

/// Flags that are configuration keys too. Absent ones leave the configuration as it is.
#[derive(Args, Serialize)]
struct Flags {
    /// Data directory, which contains the journal [default: ./annals-data]
    #[arg(long, global = true, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data_dir: Option<PathBuf>,
    /// Database: sqlite:PATH or postgres://USER@HOST/DATABASE [default: journal.db in the data
    /// directory]
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    /// Log level: error, warn, info, debug, trace [default: info]
    #[arg(long, global = true, value_name = "LEVEL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
}

/// Flags of the commands that start a server.
#[derive(Args, Serialize)]
struct ServeFlags {
    /// Port or address to listen on: 8787, localhost:8787, or :8787 for every address
    /// [default: 127.0.0.1:8787]
    #[arg(long, value_name = "ADDRESS", value_parser = parse_listen)]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
    /// Path under which everything is served [default: /]
    #[arg(long, value_name = "PATH")]
    #[serde(skip_serializing_if = "Option::is_none")]
    base_path: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server
    Serve(serve::Options),
    /// Load a realistic school-and-family record and serve it
    Demo(demo::Options),
    /// Import events from a file: NDJSON, CSV or a web log
    Import(import::command::Command),
    /// Export the events that match a filter to a file
    Export(export::Options),
    /// Print new events as they are recorded
    Tail(tail::Options),
    /// Create, list and revoke keys
    #[command(subcommand)]
    Key(key::Command),
    /// Manage the directory of people and guardians
    #[command(subcommand)]
    People(people::Command),
    /// Anonymise and delete what is due by the retention settings
    #[command(subcommand)]
    Retention(retention::Command),
    /// Create a link that signs an admin in to the dashboard once
    Link,
    /// Check that the journal, or an exported bundle, was not changed
    Verify(verify::Options),
    /// Back up the journal to a new file, even while the server runs
    Backup(backup::Options),
    /// Replace the journal with a backup
    Restore(restore::Options),
    /// Copy the full journal from SQLite to PostgreSQL, or back
    Copy(copy::Options),
    /// Update the journal's schema as its owner, and exit
    Migrate,
    /// Drop a follower's output and rebuild it from the journal
    Rebuild(rebuild::Options),
    /// Remove erased and deleted bytes from the database's files
    Vacuum,
    /// Show the configuration in use
    #[command(subcommand)]
    Config(config::Command),
    /// Ask a server whether events can be written: exit code 0, or 1 with the reason
    Health(health::Options),
    /// Print the OpenAPI document
    Openapi,
    /// Print a script that completes commands in a shell
    Completions(shell::CompletionsOptions),
    /// Print the man page, or write one for each command
    Man(shell::ManOptions),
}

/// The context of every subcommand.
struct Context {
    config: Config,
    json: bool,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::from_arg_matches(&program().get_matches()).unwrap_or_else(|error| error.exit());
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("annals: {}", render_chain(&error));
            // An invalid setting is wrong usage, wherever it was given.
            if error.is::<ConfigError>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

/// The command line. `annals demo` has other defaults than the rest, and its help says so.
fn program() -> clap::Command {
    let program = Cli::command();
    let data_dir =
        program.get_arguments().find(|argument| argument.get_id() == "data_dir").cloned();
    program.mut_subcommand("demo", |demo| {
        let help = "Data directory of the demo [default: ./demo-data]";
        let demo = demo.args(data_dir.map(|argument| argument.help(help)));
        let listen = "Port or address to listen on: 8788, localhost:8788, or :8788 for every address \
                      [default: 127.0.0.1:8788]";
        demo.mut_arg("listen", |argument| argument.help(listen))
    })
}

/// Renders an error and its causes on one line, without causes that the error quotes already.
fn render_chain(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |text, cause| {
        if text.is_empty() {
            cause
        } else if text.contains(&cause) {
            text
        } else {
            format!("{text}: {cause}")
        }
    })
}

fn run(cli: Cli) -> Result<ExitCode> {
    match &cli.command {
        // They describe the program alone, whatever the configuration says.
        Command::Completions(options) => return Ok(shell::completions(program(), options)),
        Command::Man(options) => return shell::man(program(), options),
        _ => {}
    }
    let flags = merged(&cli.settings.flags, &cli.command)?;
    let mut defaults = Config::default();
    if matches!(cli.command, Command::Demo(_)) {
        defaults.listen.set_port(demo::PORT);
    }
    let config = defaults.overridden(cli.settings.config.as_deref(), flags)?;
    log::start(&config.log, config.log_format).map_err(|error| {
        let problem = format!("cannot be `{}`: {error}", config.log);
        ConfigError::Value { key: "log", problem }
    })?;
    warn_of_unknown_variables();
    let context = Context {
        config,
        json: cli.settings.json,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
    };
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.enable_all().on_thread_start(blocking::mark_thread).build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(options) => serve::run(context, options).await,
            Command::Demo(options) => demo::run(context, options).await,
            Command::Import(command) => import::command::execute(context, command).await,
            Command::Export(options) => export::run(context, options).await,
            Command::Tail(options) => tail::run(context, options).await,
            Command::Key(command) => key::run(context, command).await,
            Command::People(command) => people::run(context, command).await,
            Command::Retention(command) => retention::run(context, command).await,
            Command::Link => link::run(context).await,
            Command::Verify(options) => verify::run(context, options).await,
            Command::Backup(options) => backup::run(context, options).await,
            Command::Restore(options) => restore::run(context, options).await,
            Command::Copy(options) => copy::run(context, options).await,
            Command::Migrate => migrate::run(context).await,
            Command::Rebuild(options) => rebuild::run(context, options).await,
            Command::Vacuum => vacuum::run(context).await,
            Command::Config(command) => config::run(&context, &command),
            Command::Health(options) => health::run(context, options).await,
            Command::Openapi | Command::Completions(_) | Command::Man(_) => openapi::run(),
        }
    })
}

/// Names the variables that look like settings and are none, in one line.
fn warn_of_unknown_variables() {
    let unknown: Vec<String> = unknown_variables().iter().map(ToString::to_string).collect();
    if !unknown.is_empty() {
        tracing::warn!(
            variables = unknown.join(", "),
            "environment variables that are no settings are ignored"
        );
    }
}

/// Returns the given flags as configuration.
fn merged(flags: &Flags, command: &Command) -> Result<serde_json::Value> {
    let mut merged = serde_json::Map::new();
    let serve = match command {
        Command::Demo(options) => {
            merged.insert("data_dir".to_owned(), demo::DATA_DIR.into());
            Some(&options.flags)
        }
        Command::Serve(options) => Some(&options.flags),
        _ => None,
    };
    for flags in [Some(serde_json::to_value(flags)?), serve.map(serde_json::to_value).transpose()?]
    {
        merged.extend(
            flags.as_ref().and_then(|flags| flags.as_object()).cloned().unwrap_or_default(),
        );
    }
    Ok(merged.into())
}
