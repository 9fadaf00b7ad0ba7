//! `annals people list | get | put | archive`.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Map, Value, json};

use super::Context;
use super::client::{Client, with_query};
use super::terminal::printable;
use crate::store::{Collection, PersonKind};

#[derive(Subcommand)]
pub(super) enum Command {
    /// List the people in the directory, without archived ones
    List(ListOptions),
    /// Show a person, even an archived one
    Get {
        /// The application's id of the person
        id: String,
    },
    /// Add or replace a person
    Put(PutOptions),
    /// Archive a person: their events stay, and lists omit them
    Archive {
        /// The application's id of the person
        id: String,
    },
}

#[derive(Args)]
pub(super) struct ListOptions {
    /// Only people of this kind: user or child
    #[arg(long, value_parser = kind)]
    kind: Option<PersonKind>,
    /// Only people with all of these words in name or id
    #[arg(long, short)]
    q: Option<String>,
}

#[derive(Args)]
pub(super) struct PutOptions {
    /// The application's id of the person
    id: String,
    /// Kind: user or child
    #[arg(long, value_parser = kind)]
    kind: PersonKind,
    /// Name
    #[arg(long)]
    name: Option<String>,
    /// A guardian's id; may be repeated
    #[arg(long = "guardian", value_name = "ID")]
    guardians: Vec<String>,
    /// IANA time zone, such as Europe/Stockholm
    #[arg(long)]
    timezone: Option<String>,
    /// Recording: full, essential or off [default: full]
    #[arg(long, value_parser = collection)]
    collection: Option<Collection>,
    /// Id of the person who gives consent now
    #[arg(long, value_name = "ID", requires = "consent_text")]
    consent_by: Option<String>,
    /// Version of the consent text they saw
    #[arg(long, value_name = "VERSION", requires = "consent_by")]
    consent_text: Option<String>,
}

fn kind(name: &str) -> Result<PersonKind, String> {
    PersonKind::from_name(name).ok_or_else(|| "must be user or child".to_owned())
}

fn collection(name: &str) -> Result<Collection, String> {
    Collection::from_name(name).ok_or_else(|| "must be full, essential or off".to_owned())
}

pub(super) async fn run(context: Context, command: Command) -> Result<ExitCode> {
    let client = match &command {
        Command::Put(_) => Client::open(&context).await?,
        _ => Client::to_existing(&context).await?,
    };
    let done = match command {
        Command::List(options) => list(&context, &client, options).await,
        Command::Get { id } => show(&context, &client, Method::GET, &id, None).await,
        Command::Put(options) => put(&context, &client, options).await,
        Command::Archive { id } => show(&context, &client, Method::DELETE, &id, None).await,
    };
    client.close().await?;
    done.map(|()| ExitCode::SUCCESS)
}

/// Lists page by page; as JSON, one person a line.
async fn list(context: &Context, client: &Client, options: ListOptions) -> Result<()> {
    let mut pairs = vec![("limit".to_owned(), "500".to_owned())];
    pairs.extend(options.kind.map(|kind| ("kind".to_owned(), kind.as_str().to_owned())));
    pairs.extend(options.q.map(|q| ("q".to_owned(), q)));
    let mut cursor: Option<String> = None;
    loop {
        let mut asked = pairs.clone();
        asked.extend(cursor.map(|cursor| ("cursor".to_owned(), cursor)));
        let path = with_query("/api/v1/people", &asked);
        let page: Value = client.call(Method::GET, &path, None::<&Value>).await?;
        page["people"].as_array().into_iter().flatten().for_each(|one| print(context, one));
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return Ok(());
        }
    }
}

async fn put(context: &Context, client: &Client, options: PutOptions) -> Result<()> {
    let mut body = Map::new();
    body.insert("kind".to_owned(), options.kind.as_str().into());
    body.insert("name".to_owned(), json!(options.name));
    body.insert("guardians".to_owned(), json!(options.guardians));
    body.insert("timezone".to_owned(), json!(options.timezone));
    if let Some(collection) = options.collection {
        body.insert("collection".to_owned(), collection.as_str().into());
    }
    if let (Some(by), Some(version)) = (options.consent_by, options.consent_text) {
        let at = context.clock.now();
        body.insert("consent".to_owned(), json!({"by": by, "at": at, "text_version": version}));
    }
    show(context, client, Method::PUT, &options.id, Some(body.into())).await
}

/// Requests one person and prints the answer.
async fn show(
    context: &Context,
    client: &Client,
    method: Method,
    id: &str,
    body: Option<Value>,
) -> Result<()> {
    let person: Value = client.call(method, &path(id), body.as_ref()).await?;
    print(context, &person);
    Ok(())
}

/// Returns the path of a person. Every byte of the id is escaped.
pub(super) fn path(id: &str) -> String {
    use std::fmt::Write as _;
    id.bytes().fold("/api/v1/people/".to_owned(), |mut path, byte| {
        // Writing to a string cannot fail.
        let _ = write!(path, "%{byte:02X}");
        path
    })
}

fn print(context: &Context, person: &Value) {
    if context.json {
        println!("{person}");
        return;
    }
    let text = |name: &str| printable(person[name].as_str().unwrap_or_default());
    let guardians: Vec<String> = person["guardians"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|guardian| printable(guardian.as_str().unwrap_or_default()))
        .collect();
    let care = guardians.join(", ");
    let archived = if person["archived_at"].is_string() { "archived" } else { "" };
    println!(
        "{:<24} {:<6} {:<10} {:<24} {care} {archived}",
        text("id"),
        text("kind"),
        text("collection"),
        text("name")
    );
}
