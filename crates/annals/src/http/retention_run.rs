//! Retention runs: asked for, and looked at.

use std::time::Duration;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::Http;
use super::error::{Problem, Result};
use super::parameters::{NoParameters, Parameters};
use crate::access::{Caller, Permission};
use crate::actor::spawn_with_actor;
use crate::privacy::{Outcome, RetentionScope};

/// How long whoever asked for a run waits for its end.
const PATIENCE: Duration = Duration::from_secs(20);
/// How far a run is.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = RetentionProgress)]
pub(super) struct Progress {
    /// Positions of the journal that are done …
    pub(super) done: u64,
    /// … of so many.
    pub(super) of: u64,
    /// What it did so far.
    pub(super) so_far: Outcome,
}

/// What is known of runs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = RetentionRuns)]
pub(super) struct Runs {
    /// The run under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) running: Option<Progress>,
    /// The last run that ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<Outcome>,
}

/// Retention runs
///
/// The one under way on this server, and the last that ended, on any.
#[utoipa::path(
    get, path = "/api/v1/settings/retention/run", operation_id = "get_retention_run", tag = "Settings", extensions(("x-permission" = json!(Permission::ReadSettings))),
    responses((status = 200, description = "What is known of runs", body = Runs))
)]
pub(super) async fn runs(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<Json<Runs>> {
    caller.may(Permission::ReadSettings)?;
    Ok(Json(http.retention_runs().await?))
}

/// Carry out retention now
///
/// What is due by the settings loses its people or is deleted, as by night. With `dry_run=true`
/// nothing is changed, and the answer says what would go. A run that takes longer goes on by itself:
/// 202, and `GET` of this address tells how far it is.
#[utoipa::path(
    post, path = "/api/v1/settings/retention/run", operation_id = "run_retention", tag = "Settings", extensions(("x-permission" = json!(Permission::RunRetention))),
    params(
        ("dry_run" = Option<bool>, Query, description = "Whether to tell only what would go; for auditors, too"),
        ("scope" = Option<RetentionScope>, Query, description = "Which part of what is due; all of it unless given"),
    ),
    responses(
        (status = 200, description = "It is done; or, of a dry run, what would be", body = Outcome),
        (status = 202, description = "It has begun", body = Runs),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Another run is under way", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn run(
    State(http): State<Http>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    caller.may(Permission::ReadSettings)?;
    let mut parameters = Parameters::read(query.as_deref());
    let dry = match parameters.take("dry_run")?.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Problem::parameter("dry_run", "must be `true` or `false`")),
    };
    let scope = match parameters.take("scope")?.as_deref() {
        None | Some("all") => RetentionScope::All,
        Some("anonymise") => RetentionScope::Anonymise,
        Some("delete") => RetentionScope::Delete,
        Some(_) => {
            return Err(Problem::parameter("scope", "must be `all`, `anonymise` or `delete`"));
        }
    };
    parameters.none()?;
    if dry {
        return Ok(Json(http.would_retain(scope).await?).into_response());
    }
    caller.may(Permission::RunRetention)?;
    // A task of its own: a caller that hangs up does not end the run.
    let own = http.clone();
    let mut done = spawn_with_actor(async move { own.retain(Some(scope)).await });
    match tokio::time::timeout(PATIENCE, &mut done).await {
        Ok(done) => Ok(Json(done.map_err(|_| Problem::internal())??).into_response()),
        Err(_) => {
            let runs = http.retention_runs().await?;
            Ok((StatusCode::ACCEPTED, Json(runs)).into_response())
        }
    }
}
