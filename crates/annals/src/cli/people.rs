//! `annals people list | get | set | put | archive`.

use std::process::ExitCode;

use anyhow::{Result, bail};
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
    /// Add a person, or change what is named and nothing else
    Set(SetOptions),
    /// Add a person, or with --replace clear everything that is not named
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
    /// Replace somebody who is in the directory: what is not named is cleared, consent too
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    fields: Fields,
}

#[derive(Args)]
pub(super) struct SetOptions {
    /// The application's id of the person
    id: String,
    /// Kind: user or child; required of somebody who is not in the directory yet
    #[arg(long, value_parser = kind)]
    kind: Option<PersonKind>,
    #[command(flatten)]
    fields: Fields,
    /// Remove all guardians
    #[arg(long, conflicts_with = "guardians")]
    no_guardians: bool,
    /// Withdraw the consent
    #[arg(long, conflicts_with = "consent_by")]
    withdraw_consent: bool,
}

#[derive(Args)]
pub(super) struct Fields {
    /// Name
    #[arg(long)]
    name: Option<String>,
    /// A guardian's id; repeat it to name all of them
    #[arg(long = "guardian", value_name = "ID")]
    guardians: Vec<String>,
    /// IANA time zone, such as Europe/Stockholm
    #[arg(long)]
    timezone: Option<String>,
    /// Recording: full, essential or off [default for new people: full]
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
        Command::Put(_) | Command::Set(_) => Client::open(&context).await?,
        _ => Client::to_existing(&context).await?,
    };
    let done = match command {
        Command::List(options) => list(&context, &client, options).await,
        Command::Get { id } => show(&context, &client, Method::GET, &id, None).await,
        Command::Set(options) => set(&context, &client, options).await,
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

/// Changes what is named, in one request.
async fn set(context: &Context, client: &Client, options: SetOptions) -> Result<()> {
    let mut body = options.fields.body(context);
    if let Some(kind) = options.kind {
        body.insert("kind".to_owned(), kind.as_str().into());
    }
    if options.no_guardians {
        body.insert("guardians".to_owned(), json!([]));
    }
    if options.withdraw_consent {
        body.insert("consent".to_owned(), Value::Null);
    }
    if body.is_empty() {
        bail!("nothing to change: name a field, such as --name; see `annals people set --help`");
    }
    show(context, client, Method::PATCH, &options.id, Some(body.into())).await
}

/// Adds a person; replaces one only if that is asked for, because it clears what is not named.
async fn put(context: &Context, client: &Client, options: PutOptions) -> Result<()> {
    let id = &options.id;
    if !options.replace
        && client.call::<Value>(Method::GET, &path(id), None::<&Value>).await.is_ok()
    {
        bail!(
            "{} is in the directory already: `annals people set` changes what you name; \
             `annals people put --replace` clears everything else, consent and guardians too",
            printable(id)
        );
    }
    let mut body = options.fields.body(context);
    body.insert("kind".to_owned(), options.kind.as_str().into());
    show(context, client, Method::PUT, id, Some(body.into())).await
}

impl Fields {
    /// Returns the fields that are named.
    fn body(&self, context: &Context) -> Map<String, Value> {
        let mut body = Map::new();
        let collection = self.collection.map(Collection::as_str);
        for (field, text) in [
            ("name", self.name.as_deref()),
            ("timezone", self.timezone.as_deref()),
            ("collection", collection),
        ] {
            body.extend(text.map(|text| (field.to_owned(), text.into())));
        }
        if !self.guardians.is_empty() {
            body.insert("guardians".to_owned(), json!(self.guardians));
        }
        if let (Some(by), Some(version)) = (&self.consent_by, &self.consent_text) {
            let at = context.clock.now();
            body.insert("consent".to_owned(), json!({"by": by, "at": at, "text_version": version}));
        }
        body
    }
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
