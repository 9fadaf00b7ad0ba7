//! Reading: a list, one event and its proof, counts.

use annals_event::{Event, Uuid};
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;
use std::collections::BTreeMap;

use super::Http;
use super::body::PathId;
use super::error::{Problem, Result};
use super::parameters::{NoParameters, Parameters};
use crate::access::{Caller, Permission};
use crate::query::list::{self, EventPage, ListRequest};
use crate::query::proof::{self, Proof};

/// List events
///
/// Lists events in pages, newest first: in the order in which they were recorded, or with
/// `by=occurred` in the order in which they happened. For the next page, pass `next_cursor` as
/// `cursor` with the same filter, `order` and `by`. Pages never shift, even if events are appended
/// meanwhile, late ones included.
#[utoipa::path(
    get, path = "/api/v1/events", operation_id = "list_events", tag = "Journal", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(
        super::openapi::FilterParameters,
        ("limit" = Option<u32>, Query, description = "Events a page, 1 to 500; 50 unless given", minimum = 1, maximum = 500),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("order" = Option<String>, Query, description = "`desc` (newest first, the default) or `asc`"),
        ("by" = Option<String>, Query, description = "What the order goes by: `recorded` (the journal's order, the default) or `occurred` (when it happened; of events of one moment, the journal's order)"),
    ),
    responses(
        (status = 200, description = "A page", body = EventPage),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The cursor was given before a restore", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list(
    State(http): State<Http>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<impl IntoResponse> {
    caller.may(Permission::ReadEvents)?;
    let mut parameters = Parameters::read(query.as_deref());
    let (order, by) = (parameters.order()?, parameters.by()?);
    let limit = parameters.limit()?;
    let cursor = parameters.take("cursor")?;
    let filter = caller.scope(&http.catalog).over(parameters.filter()?);
    let request = ListRequest { filter, by, order, limit, cursor };
    let page = list::list(&*http.store, &http.cursors, request).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], page.into_json()))
}

/// Get one event
#[utoipa::path(
    get, path = "/api/v1/events/{id}", operation_id = "get_event", tag = "Journal", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(("id" = Uuid, Path, description = "The event's id")),
    responses(
        (status = 200, description = "The event", body = Event),
        (status = 404, description = "There is no such event", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<Json<Event>> {
    let mut event = find(&http, &caller, &id).await?;
    event.cursor = http.cursors.event(event.seq);
    Ok(Json(event))
}

/// Prove one event
///
/// Returns the event's digest, and the verdict of `annals verify` on it: whether it is the event
/// that was written.
#[utoipa::path(
    get, path = "/api/v1/events/{id}/proof", operation_id = "prove_event", tag = "Journal", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(("id" = Uuid, Path, description = "The event's id")),
    responses(
        (status = 200, description = "The digest and the verdict", body = Proof),
        (status = 404, description = "There is no such event", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn prove(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<Json<Proof>> {
    let event = find(&http, &caller, &id).await?;
    Ok(Json(proof::prove(&*http.store, &event).await?))
}

/// Returns the event with this id, if the caller may read it.
async fn find(http: &Http, caller: &Caller, id: &str) -> Result<Event> {
    caller.may(Permission::ReadEvents)?;
    let id: Uuid = id
        .parse()
        .map_err(|_| Problem::bad_request("invalid_id", "The id of an event is a UUID."))?;
    let found = http.store.find(id, caller.scope(&http.catalog)).await?;
    found.ok_or_else(|| Problem::not_found("There is no event with this id."))
}

/// Numbers of events that match a filter.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Stats {
    /// Number of all these events.
    total: u64,
    /// Number of events by category.
    categories: BTreeMap<String, u64>,
    /// Number of events by severity.
    severities: BTreeMap<String, u64>,
    /// Number of events by action, for the 100 most frequent ones; absent unless `by=action` is
    /// given.
    #[serde(skip_serializing_if = "Option::is_none")]
    actions: Option<BTreeMap<String, u64>>,
}

/// Maximum number of actions counted: more than a person looks through.
const COUNTED_ACTIONS: usize = 100;

/// Count events
///
/// Counts the events that match a filter, by category and severity; by action, too, with
/// `by=action`.
#[utoipa::path(
    get, path = "/api/v1/stats", operation_id = "count_events", tag = "Journal", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(
        super::openapi::FilterParameters,
        ("by" = Option<String>, Query, description = "`action`: counts the actions as well"),
    ),
    responses(
        (status = 200, description = "The counts", body = Stats),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn stats(
    State(http): State<Http>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Stats>> {
    caller.may(Permission::ReadEvents)?;
    let mut parameters = Parameters::read(query.as_deref());
    let by_action = match parameters.take("by")?.as_deref() {
        None => false,
        Some("action") => true,
        Some(_) => return Err(Problem::parameter("by", "must be `action`")),
    };
    let filter = caller.scope(&http.catalog).over(parameters.filter()?);
    let range = 1..http.store.head().await?.seq + 1;
    let actions = if by_action {
        let store = &http.store;
        Some(store.action_counts(filter.clone(), range.clone(), COUNTED_ACTIONS).await?)
    } else {
        None
    };
    let counts = http.store.counts(filter, range).await?;
    Ok(Json(Stats {
        total: counts.total,
        categories: counts.categories.into_iter().collect(),
        severities: counts.severities.into_iter().collect(),
        actions: actions.map(|actions| actions.into_iter().collect()),
    }))
}
