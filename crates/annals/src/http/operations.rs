//! Endpoints for the operator and for monitoring: liveness, readiness, metrics, the log, the
//! catalog, a backup.

use std::path::{Path, PathBuf};

use annals_event::{Draft, FieldError};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::Http;
use super::body::JsonBody;
use super::client_address::ClientAddress;
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use crate::access::{AuthMethod, Caller, Permission};
use crate::catalog::{CatalogCategory, CatalogEntry};
use crate::log::{self, LogLine};
use crate::service::{act, details};

/// The state of the server.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// The program's version.
    version: &'static str,
}

const OK: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// Check that the server is alive
#[utoipa::path(
    get, path = "/healthz", operation_id = "healthz", tag = "Operations",
    responses((status = 200, description = "The process answers", body = Health))
)]
pub(super) async fn healthz() -> Json<Health> {
    Json(OK)
}

/// Check that the server is ready
///
/// Tests that an event can be written durably now, by writing.
#[utoipa::path(
    get, path = "/readyz", operation_id = "readyz", tag = "Operations",
    responses(
        (status = 200, description = "Events can be written", body = Health),
        (status = 503, description = "They cannot, and why", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn readyz(State(http): State<Http>) -> Result<Json<Health>> {
    http.probe.writable().await?;
    Ok(Json(OK))
}

/// The known categories and actions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct CatalogList {
    /// The categories, by name.
    categories: Vec<CatalogCategory>,
    /// The entries, by category.
    entries: Vec<CatalogEntry>,
}

/// Get the catalog
///
/// Lists every known category and action: its meaning, who may send it, who may see it.
#[utoipa::path(
    get, path = "/api/v1/catalog", operation_id = "get_catalog", tag = "Journal", extensions(("x-permission" = json!(Permission::ReadEvents))),
    responses((status = 200, description = "The catalog", body = CatalogList))
)]
pub(super) async fn catalog(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<Json<CatalogList>> {
    caller.may(Permission::ReadEvents)?;
    let categories = http.catalog.described().collect();
    Ok(Json(CatalogList { categories, entries: http.catalog.entries().cloned().collect() }))
}

/// Metrics
///
/// Returns the metrics in the format of OpenMetrics, for Prometheus. Requests from this machine
/// itself, without a proxy in between, need no key.
#[utoipa::path(
    get, path = "/metrics", operation_id = "get_metrics", tag = "Operations", extensions(("x-permission" = json!(Permission::ReadMetrics))),
    responses(
        (status = 200, description = "Counters, gauges and histograms", body = String, content_type = "application/openmetrics-text"),
        (status = 401, description = "Not from this machine, and no key", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn metrics(
    State(http): State<Http>,
    _: NoParameters,
    address: ClientAddress,
    headers: HeaderMap,
    caller: Option<Caller>,
) -> Result<Response> {
    match caller {
        Some(caller) => caller.may(Permission::ReadMetrics)?,
        None if address.is_local(&headers) => {}
        None => {
            let detail = "Send an admin key as `Authorization: Bearer ann_…`; only this machine \
                          itself reads metrics without one.";
            return Err(Problem::unauthorized("key_missing", detail));
        }
    }
    http.metrics.streams(http.edge.live.open());
    let head = *http.journal.head().borrow();
    for running in http.followers.iter() {
        let state = running.state();
        // The lag of a follower that another server runs is reported by that server.
        let lag = if state.elsewhere { 0 } else { head.saturating_sub(state.checkpoint.position) };
        http.metrics.follower(running.follower.name, lag);
    }
    let kind = [(header::CONTENT_TYPE, crate::metrics::MEDIA_TYPE)];
    Ok((kind, http.metrics.encode()).into_response())
}

/// The server's own log.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct DebugLog {
    /// The last lines, oldest first: at most 500.
    lines: Vec<LogLine>,
}

/// The server's own log
///
/// Returns the lines that the program has logged since its last start. This is not the audit
/// record.
#[utoipa::path(
    get, path = "/api/v1/debug-log", operation_id = "get_debug_log", tag = "Operations", extensions(("x-permission" = json!(Permission::ReadLog))),
    responses((status = 200, description = "The last 500 lines", body = DebugLog))
)]
pub(super) async fn debug_log(caller: Caller, _: NoParameters) -> Result<Json<DebugLog>> {
    caller.may(Permission::ReadLog)?;
    Ok(Json(DebugLog { lines: log::recent() }))
}

/// The target of a backup.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BackupRequest {
    path: PathBuf,
}

/// A backup that was made.
#[derive(Debug, Serialize)]
pub(super) struct Backup {
    path: PathBuf,
    bytes: u64,
}

/// Checks the target of a backup. A wrong path is the caller's error, not the journal's.
fn check_target(path: &Path) -> Result<()> {
    let wrong = |message: String| Err(Problem::invalid(vec![FieldError::new("path", message)]));
    if path.exists() {
        return wrong(format!("exists already ({}); a backup overwrites nothing", path.display()));
    }
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() || parent.is_dir() => Ok(()),
        _ => wrong(format!("lies in no directory that is there ({})", path.display())),
    }
}

/// Writes the whole journal into a new file. Only the machine's operator may, over the local
/// socket: the network must not name paths of this machine, so it is not in the API document.
pub(super) async fn backup(
    State(http): State<Http>,
    caller: Caller,
    JsonBody(request): JsonBody<BackupRequest>,
) -> Result<Json<Backup>> {
    if caller.auth_method != AuthMethod::Operator {
        return Err(Problem::not_found("There is nothing here."));
    }
    check_target(&request.path)?;
    http.store.backup(&request.path).await?;
    let bytes = std::fs::metadata(&request.path).map_or(0, |file| file.len());
    let details = details([("bytes", bytes.into())]);
    http.audit(&caller.actor(), Draft { metadata: details, ..act("backup_created") }).await?;
    Ok(Json(Backup { path: request.path, bytes }))
}
