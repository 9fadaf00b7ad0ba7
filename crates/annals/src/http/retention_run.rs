//! Retention runs: starts and shows them.

use std::time::Duration;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::Http;
use super::error::{Problem, Result};
use super::parameters::{NoParameters, Parameters};
use crate::access::{Caller, Permission};
use crate::privacy::{Outcome, RetentionScope};
use crate::service::retention::Runs;

/// Longest time that the request for a run waits for its end.
const PATIENCE: Duration = Duration::from_secs(20);
/// Retention runs
///
/// Returns the run in progress on this server, and the last that ended on any server.
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
    Ok(Json(http.retention.runs().await?))
}

/// Carry out retention now
///
/// Anonymises and deletes the events that are due by the settings, as every night. With
/// `dry_run=true` nothing is changed, and the answer shows what a run would do. A run that takes
/// longer than 20 seconds goes on by itself: the answer is 202, and `GET` of this address shows its
/// progress.
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
        return Ok(Json(http.retention.dry_run(scope).await?).into_response());
    }
    caller.may(Permission::RunRetention)?;
    let done = http.retention.run(caller.actor(), scope);
    match tokio::time::timeout(PATIENCE, done).await {
        Ok(done) => Ok(Json(done?).into_response()),
        Err(_) => {
            let runs = http.retention.runs().await?;
            Ok((StatusCode::ACCEPTED, Json(runs)).into_response())
        }
    }
}
