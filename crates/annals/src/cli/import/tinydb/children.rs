//! The children of a log: who they are, and whether the file may still set their balances.

use std::collections::{BTreeMap, HashSet};

use annals_event::Uuid;
use anyhow::{Context as _, Result, bail};
use axum::body::Body;
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Converted, Numbers, in_order};
use crate::cli::client::{Client, request, success, with_query};
use crate::cli::import::summary::Summary;
use crate::cli::people::path;
use crate::query::tracking::MAX_OFFSET;

/// Number of events a page.
const PAGE: usize = 500;
/// Number of guardians that the directory accepts for one child.
const GUARDIANS: usize = 20;

/// Looks every child up in the directory, and adds missing ones if that is asked for.
pub(super) async fn look_up(
    client: &Client,
    rows: &[Converted],
    create: bool,
    summary: &mut Summary,
) -> Result<()> {
    for (child, guardians) in families(rows) {
        match person(client, child).await? {
            Some(person) if person["kind"] == "child" => {}
            Some(_) => summary.warn(format!(
                "`{child}` is in the directory, but not as a child: its points are not shown"
            )),
            None if create => {
                let new = json!({ "kind": "child", "guardians": guardians });
                client.call::<Value>(Method::PUT, &path(child), Some(&new)).await?;
                let care = guardians.join(", ");
                summary.notes.push(format!("added the child `{child}`, guardians: {care}"));
            }
            None => summary.warn(format!(
                "the child `{child}` is not in the directory: its points are not shown; \
                 --create-children adds it"
            )),
        }
    }
    Ok(())
}

/// Returns the children and the accounts that their events belong to, the latest first.
fn families(rows: &[Converted]) -> BTreeMap<&str, Vec<&str>> {
    let mut families: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in in_order(rows).into_iter().rev() {
        let guardians = families.entry(&row.child).or_default();
        if let Some(account) = row.account.as_deref()
            && account != row.child
            && guardians.len() < GUARDIANS
            && !guardians.contains(&account)
        {
            guardians.push(account);
        }
    }
    families
}

async fn person(client: &Client, id: &str) -> Result<Option<Value>> {
    let asked = request(Method::GET, &path(id), "application/json", Body::empty())?;
    let response = client.send(asked).await?;
    if response.status() == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    let bytes = success(response).await?.into_body().collect().await?.to_bytes();
    serde_json::from_slice(&bytes).context("the server's answer cannot be read")
}

/// Returns rows that would overwrite a balance: new rows of children who have points events that
/// are not in the file.
pub(super) async fn kept_out(
    client: &Client,
    rows: &[Converted],
    summary: &mut Summary,
) -> Result<Numbers> {
    let mut by_child: BTreeMap<&str, Vec<(u64, Uuid)>> = BTreeMap::new();
    for (number, row) in (0..).zip(rows) {
        by_child.entry(&row.child).or_default().push((number, row.id));
    }
    let mut out = Numbers::new();
    for (child, rows) in by_child {
        let recorded = recorded(client, child).await?;
        let ours: HashSet<Uuid> = rows.iter().map(|(_, id)| *id).collect();
        if recorded.is_subset(&ours) {
            continue;
        }
        let before = out.len();
        out.extend(rows.iter().filter(|(_, id)| !recorded.contains(id)).map(|(number, _)| *number));
        let new = out.len() - before;
        if new > 0 {
            summary.warn(format!(
                "`{child}` has points events that are not in the file: {new} of its rows are left \
                 out, so that its balance stays as it is"
            ));
        }
    }
    summary.kept_out = out.len() as u64;
    Ok(out)
}

#[derive(Deserialize)]
struct Page {
    tracking_events: Vec<Tracked>,
    total: usize,
}

#[derive(Deserialize)]
struct Tracked {
    id: Uuid,
}

/// Returns the ids of a child's points events.
async fn recorded(client: &Client, child: &str) -> Result<HashSet<Uuid>> {
    let mut ids = HashSet::new();
    let mut offset = 0;
    loop {
        let pairs =
            [("child_id", child), ("limit", &PAGE.to_string()), ("offset", &offset.to_string())]
                .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let path = with_query("/admin/tracking", &pairs);
        let page: Page = client.call(Method::GET, &path, None::<&Value>).await?;
        ids.extend(page.tracking_events.iter().map(|event| event.id));
        offset += PAGE;
        if offset >= page.total {
            return Ok(ids);
        }
        if offset > MAX_OFFSET {
            bail!(
                "`{child}` has more than {MAX_OFFSET} points events; a log of that size cannot be imported"
            );
        }
    }
}
