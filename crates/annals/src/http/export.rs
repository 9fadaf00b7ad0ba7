//! `GET /api/v1/events/export`: everything a filter matches, streamed.

use std::sync::Arc;

use annals_event::Draft;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt as _;

use super::Http;
use super::error::{Problem, Result};
use super::parameters::Parameters;
use crate::access::{Caller, Permission};
use crate::query::export::{Format, export as stream};
use crate::service::{act, details};

/// Export events
///
/// Streams all events that match the filter. Each format ends with a marker, so that a truncated
/// file can be recognised: CSV with the row `#count,N`, NDJSON with the line `{"count":N}`, JSON
/// with `"count"`. The export and its filter are recorded as an event. CSV texts that a spreadsheet
/// would run as formulas begin with an apostrophe.
#[utoipa::path(
    get, path = "/api/v1/events/export", operation_id = "export_events", tag = "Journal", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(
        super::openapi::FilterParameters,
        ("format" = Option<String>, Query, description = "`csv`, `json` or `ndjson` (the default)"),
        ("order" = Option<String>, Query, description = "`desc` (newest first, the default) or `asc`"),
        ("by" = Option<String>, Query, description = "What the order goes by: `recorded` (the journal's order, the default) or `occurred` (when it happened)"),
    ),
    responses(
        (status = 200, description = "The events", body = String, content_type = "application/x-ndjson"),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn export(
    State(http): State<Http>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    caller.may(Permission::ReadEvents)?;
    let mut parameters = Parameters::read(query.as_deref());
    let (order, by) = (parameters.order()?, parameters.by()?);
    let format = match parameters.take("format")? {
        None => Format::Ndjson,
        Some(name) => Format::from_name(&name)
            .ok_or_else(|| Problem::parameter("format", "must be `csv`, `json` or `ndjson`"))?,
    };
    let asked = parameters.on_record()?;
    let filter = caller.scope(&http.catalog).over(parameters.filter()?);
    // The export must not contain the event about itself.
    let upto = http.store.head().await?.seq;
    let metadata = details([("filter", asked), ("format", format.as_str().into())]);
    http.audit(&caller.actor(), Draft { metadata, ..act("exported") }).await?;
    let list = (filter, by, order);
    let pages = stream(Arc::clone(&http.store), http.cursors.clone(), list, format, upto)
        .inspect_err(|error| tracing::error!(%error, "export broke off"));
    let name = format!("attachment; filename=\"annals-events.{}\"", format.as_str());
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, Body::from_stream(pages)).into_response())
}
