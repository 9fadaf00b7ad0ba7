//! `annals key create | list | revoke`.

use std::process::ExitCode;

use annals_event::Time;
use anyhow::Result;
use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};

use super::Context;
use super::client::Client;
use super::terminal::printable;
use super::when::When;
use crate::store::Role;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Create a key; its secret is printed once
    Create(CreateOptions),
    /// List all keys, including revoked and expired ones
    List,
    /// Revoke a key at once
    Revoke {
        /// The key's id, as `annals key list` shows it
        id: String,
    },
}

#[derive(Args)]
pub(super) struct CreateOptions {
    /// Role: admin, auditor, service or ingest
    #[arg(long, value_parser = role)]
    role: Role,
    /// Name, such as the program or machine that uses the key
    #[arg(long)]
    name: String,
    /// Origin of a web page that may use an ingest key, such as `https://shop.example`; may be
    /// repeated
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    /// Expiry: after 12h, 90d, 2w, or on 2027-01-01 or 2027-01-01T09:30:00Z [default: never]
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    expires: Option<When>,
}

fn role(name: &str) -> Result<Role, String> {
    let known = Role::from_name(name).filter(|role| Role::OF_KEYS.contains(role));
    known.ok_or_else(|| "must be admin, auditor, service or ingest".to_owned())
}

pub(super) async fn run(context: Context, command: Command) -> Result<ExitCode> {
    let client = match &command {
        Command::Create(_) => Client::open(&context).await?,
        Command::List | Command::Revoke { .. } => Client::to_existing(&context).await?,
    };
    let done = match command {
        Command::Create(options) => create(&context, &client, options).await,
        Command::List => list(&context, &client).await,
        Command::Revoke { id } => revoke(&context, &client, &id).await,
    };
    client.close().await?;
    done.map(|()| ExitCode::SUCCESS)
}

async fn create(context: &Context, client: &Client, options: CreateOptions) -> Result<()> {
    let expires_at = options.expires.map(|when| when.after(context.clock.now()));
    let body = json!({
        "role": options.role.as_str(), "name": options.name, "expires_at": expires_at,
        "origins": options.origins,
    });
    let created: Value = client.call(Method::POST, "/api/v1/keys", Some(&body)).await?;
    if context.json {
        println!("{created}");
    } else {
        println!("{}", created["secret"].as_str().unwrap_or_default());
        eprintln!("Save it now: it is not stored and will not be shown again.");
    }
    Ok(())
}

async fn list(context: &Context, client: &Client) -> Result<()> {
    let list: Value = client.call(Method::GET, "/api/v1/keys", None::<&Value>).await?;
    if context.json {
        println!("{list}");
        return Ok(());
    }
    println!(
        "{:<21} {:<8} {:<8} {:<20} {:<20} NAME",
        "ID", "ROLE", "STATUS", "EXPIRES", "LAST USED"
    );
    for key in list["keys"].as_array().into_iter().flatten() {
        let text = |name: &str| key[name].as_str().unwrap_or_default();
        let or_never = |name: &str| match text(name) {
            "" => "never".to_owned(),
            // To the second: the rest says nothing to a reader.
            time => format!("{:.19}Z", time),
        };
        println!(
            "{:<21} {:<8} {:<8} {:<20} {:<20} {}",
            text("id"),
            text("role"),
            status(text("revoked_at"), text("expires_at"), context.clock.now()),
            or_never("expires_at"),
            or_never("last_used_at"),
            printable(text("name"))
        );
    }
    Ok(())
}

fn status(revoked_at: &str, expires_at: &str, now: Time) -> &'static str {
    if !revoked_at.is_empty() {
        "revoked"
    } else if expires_at.parse::<Time>().is_ok_and(|end| end <= now) {
        "expired"
    } else {
        "active"
    }
}

async fn revoke(context: &Context, client: &Client, id: &str) -> Result<()> {
    let id: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
    let path = format!("/api/v1/keys/{id}");
    let key: Value = client.call(Method::DELETE, &path, None::<&Value>).await?;
    if context.json {
        println!("{key}");
    } else {
        println!("revoked {}", printable(key["name"].as_str().unwrap_or_default()));
    }
    Ok(())
}
