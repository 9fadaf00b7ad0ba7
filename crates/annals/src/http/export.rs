//! `GET /api/v1/events/export`: everything a filter matches, streamed.

use std::collections::BTreeMap;
use std::sync::Arc;

use annals_event::Draft;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt as _;
use jiff::tz::TimeZone;

use super::Http;
use super::error::{Problem, Result};
use super::parameters::Parameters;
use crate::access::{Caller, Permission};
use crate::id::uuid_v7;
use crate::query::evidence::{Bundle, Manifest, VERSION, bundle};
use crate::query::export::{Columns, Format, disposition, export as stream, file_name};
use crate::query::list::SortKey;
use crate::service::{act, details};
use crate::store::Order;

/// Export events
///
/// Streams all events that match the filter. Each format ends with a marker, so that a truncated
/// file can be recognised: CSV with the row `#count,N`, NDJSON with the line `{"count":N}`, JSON
/// with `"count"`. The export and its filter are recorded as an event. CSV texts that a spreadsheet
/// would run as formulas begin with an apostrophe. The file's name says the filter and the days.
#[utoipa::path(
    get, path = "/api/v1/events/export", operation_id = "export_events", tag = "Journal", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(
        super::openapi::FilterParameters,
        ("format" = Option<String>, Query, description = "`csv`, `json`, `ndjson` (the default), or `bundle`: a zip that `annals verify --export` checks"),
        ("columns" = Option<String>, Query, description = "CSV: names of columns separated by commas, in this order; `default` for those an auditor reads, `all` for an import"),
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
        Some(name) => Format::from_name(&name).ok_or_else(|| {
            Problem::parameter("format", "must be `csv`, `json`, `ndjson` or `bundle`")
        })?,
    };
    if format == Format::Bundle {
        // Positions in the journal show how much others did.
        caller.may(Permission::ReadEverybody)?;
        if by != SortKey::Recorded {
            let problem = "must be `recorded` for a bundle, which follows the journal";
            return Err(Problem::parameter("by", problem));
        }
    }
    let columns = match parameters.take("columns")? {
        None => Columns::default(),
        Some(_) if format != Format::Csv => {
            return Err(Problem::parameter("columns", "is for `format=csv` alone"));
        }
        Some(names) => {
            Columns::parse(&names).map_err(|what| Problem::parameter("columns", what))?
        }
    };
    let asked = parameters.on_record()?;
    let filter = caller.scope(&http.catalog).over(parameters.filter()?);
    // The export must not contain the event about itself.
    let upto = http.store.head().await?.seq;
    // The zone was checked when the configuration was read.
    let zone = TimeZone::get(&http.config.timezone).unwrap_or(TimeZone::UTC);
    let name = asked.as_object().map(|asked| file_name(asked, &zone, format)).unwrap_or_default();
    let metadata = details([("filter", asked.clone()), ("format", format.as_str().into())]);
    let (exported_by, now) = (caller.actor(), http.clock.now());
    let id = uuid_v7(&*http.random, now);
    let record = Draft { id: Some(id), metadata, ..act("exported") };
    http.audit(&exported_by, record).await?;
    let (store, cursors) = (Arc::clone(&http.store), http.cursors.clone());
    let body = if format == Format::Bundle {
        let identity = store.identity();
        let asked = asked.as_object().cloned().unwrap_or_default();
        let text = |name: &str| asked.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        let manifest = Manifest {
            annals_evidence: VERSION,
            journal: identity.id,
            epoch: identity.epoch,
            head: upto,
            root: String::new(),
            order: if order == Order::Asc { "asc" } else { "desc" }.to_owned(),
            from: text("from"),
            to: text("to"),
            filter: asked,
            time_zone: http.config.timezone.clone(),
            exported_by,
            exported_at: now,
            exported_as: id,
            count: 0,
            files: BTreeMap::new(),
            digest: String::new(),
        };
        Body::from_stream(
            bundle(Bundle { store, cursors, filter, order, manifest })
                .inspect_err(|error| tracing::error!(%error, "export broke off")),
        )
    } else {
        Body::from_stream(
            stream(store, cursors, (filter, by, order), (format, columns), upto)
                .inspect_err(|error| tracing::error!(%error, "export broke off")),
        )
    };
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, disposition(&name)),
    ];
    Ok((headers, body).into_response())
}
