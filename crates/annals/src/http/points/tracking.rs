//! The points events of a child or an account, in pages by number.

use axum::Json;
use axum::extract::{RawQuery, State};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::Http;
use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use crate::access::{Caller, Permission};
use crate::filter::moment;
use crate::query::tracking::{MAX_OFFSET, TrackingEvent, TrackingFilter, tracking};

/// A page of points events, newest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct TrackingPage {
    /// The events on this page.
    tracking_events: Vec<TrackingEvent>,
    /// Number of all matching events.
    total: u64,
    /// Number of events on this page.
    count: usize,
    /// Maximum number of events on a page.
    limit: usize,
    /// Number of matching events before this page.
    offset: usize,
}

/// List points events
///
/// Lists points events, newest first, also those of archived children and of erased users'
/// accounts. For the latter, `user_id` is null.
#[utoipa::path(
    get, path = "/admin/tracking", operation_id = "list_tracking_events", tag = "Points", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(
        ("child_id" = Option<String>, Query, description = "Of this child; needed unless `user_id` is given"),
        ("user_id" = Option<String>, Query, description = "Of this user account; admins only"),
        ("entity_type" = Option<crate::store::LedgerEntity>, Query, description = "About this"),
        ("action" = Option<crate::store::LedgerAction>, Query, description = "That did this"),
        ("from" = Option<String>, Query, description = "Occurred at or after this RFC 3339 time, or day in UTC"),
        ("to" = Option<String>, Query, description = "Occurred before this RFC 3339 time, or day in UTC"),
        ("limit" = Option<u32>, Query, description = "Events a page, 1 to 500; 50 unless given", minimum = 1, maximum = 500),
        ("offset" = Option<u32>, Query, description = "How many to pass over, at most 100,000", maximum = 100_000),
    ),
    responses(
        (status = 200, description = "A page", body = TrackingPage),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`user_id` is for admins", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "The child is out of the caller's scope", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn list(
    State(http): State<Http>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<TrackingPage>> {
    caller.may(Permission::ReadEvents)?;
    let filter = read(Parameters::read(query.as_deref()))?;
    if filter.account.is_some() {
        caller.may(Permission::ReadAccounts)?;
    }
    match &filter.child {
        Some(child) if !caller.may_see_person(child) => {
            return Err(Problem::not_found("There is nobody with this id in your scope."));
        }
        None if filter.account.is_none() => {
            return Err(Problem::parameter("child_id", "says which child, and is needed"));
        }
        Some(_) | None => {}
    }
    let (limit, offset) = (filter.limit, filter.offset);
    let scope = caller.scope(&http.catalog);
    let (total, tracking_events) = tracking(&*http.store, &scope, filter).await?;
    let count = tracking_events.len();
    Ok(Json(TrackingPage { tracking_events, total, count, limit, offset }))
}

fn read(mut parameters: Parameters) -> Result<TrackingFilter> {
    let mut time = |name: &str| {
        let text = parameters.take(name)?;
        let time = text.map(|text| moment(&text).map_err(|why| Problem::parameter(name, why)));
        time.transpose()
    };
    let (from, to) = (time("from")?, time("to")?);
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        return Err(Problem::parameter("to", "must lie after `from`"));
    }
    let offset = parameters.take("offset")?.map_or(Ok(0), |text| {
        let offset = text.parse().ok().filter(|offset| *offset <= MAX_OFFSET);
        let message =
            "must be a number from 0 to 100000; say `from` and `to` to reach further back";
        offset.ok_or_else(|| Problem::parameter("offset", message))
    })?;
    let filter = TrackingFilter {
        child: parameters.take("child_id")?,
        account: parameters.take("user_id")?,
        entity: word(&mut parameters, "entity_type", "task, penalty, reward or adjustment")?,
        action: word(
            &mut parameters,
            "action",
            "activated, requested, redeemed, cancelled or adjusted",
        )?,
        from,
        to,
        limit: parameters.limit()?,
        offset,
    };
    parameters.none()?;
    Ok(filter)
}

/// Takes a parameter that is one of a few words.
fn word<T: DeserializeOwned>(
    parameters: &mut Parameters,
    name: &str,
    known: &str,
) -> Result<Option<T>> {
    let text = parameters.take(name)?;
    let word = text.map(|text| {
        let word = serde_json::from_value(Value::String(text));
        word.map_err(|_| Problem::parameter(name, format!("must be {known}")))
    });
    word.transpose()
}
