//! What the operator and the machine ask: alive, ready, what is known, a backup.

use std::path::PathBuf;

use annals_event::Draft;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::Http;
use super::audit::{act, details};
use super::body::JsonBody;
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use crate::access::{Caller, Means};
use crate::catalog::CatalogEntry;

/// How the server is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Health {
    /// `ok`.
    status: &'static str,
    /// The program's version.
    version: &'static str,
}

const OK: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// Alive
#[utoipa::path(
    get, path = "/healthz", operation_id = "healthz", tag = "Operations",
    responses((status = 200, description = "The process answers", body = Health))
)]
pub(super) async fn healthz() -> Json<Health> {
    Json(OK)
}

/// Ready
///
/// Proves that an event could be written durably now, by writing.
#[utoipa::path(
    get, path = "/readyz", operation_id = "readyz", tag = "Operations",
    responses(
        (status = 200, description = "Events can be written", body = Health),
        (status = 503, description = "They cannot, and why", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn readyz(State(http): State<Http>) -> Result<Json<Health>> {
    http.probe().await?;
    Ok(Json(OK))
}

/// The known categories and actions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct CatalogList {
    /// The entries, by category.
    entries: Vec<CatalogEntry>,
}

/// The catalog
///
/// Every known category and action: what it means, who may send it, who may see it.
#[utoipa::path(
    get, path = "/api/v1/catalog", operation_id = "get_catalog", tag = "Journal",
    responses((status = 200, description = "The catalog", body = CatalogList))
)]
pub(super) async fn catalog(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<Json<CatalogList>> {
    caller.require_reader()?;
    Ok(Json(CatalogList { entries: http.catalog.entries().cloned().collect() }))
}

/// Where to put a backup.
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

/// Writes the whole journal into a new file. Only for the machine's operator, over the local
/// socket: a path of this machine is no business of the network, so it is not in the API document.
pub(super) async fn backup(
    State(http): State<Http>,
    caller: Caller,
    JsonBody(request): JsonBody<BackupRequest>,
) -> Result<Json<Backup>> {
    if caller.means != Means::Operator {
        return Err(Problem::not_found("There is nothing here."));
    }
    http.store.backup(&request.path).await?;
    let bytes = std::fs::metadata(&request.path).map_or(0, |file| file.len());
    let details = details([("bytes", bytes.into())]);
    http.audit(Draft { metadata: details, ..act("backup_created") }).await?;
    Ok(Json(Backup { path: request.path, bytes }))
}
