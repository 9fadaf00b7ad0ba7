//! `GET /api/v1/health`: what a person who looks after the server wants to see at a glance.

use annals_event::Time;
use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::Http;
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::follow::Running;

/// How the server and its journal fare.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct HealthReport {
    /// The program's version.
    version: &'static str,
    /// When the server started: the counts begin here.
    started_at: Time,
    /// Whether an event can be written durably now.
    writable: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// The journal.
    journal: JournalHealth,
    /// What is read out of the journal, and how far.
    followers: Vec<FollowerHealth>,
    /// What became of the events sent since the start.
    outcomes: Vec<OutcomeCount>,
}

/// How far the journal goes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct JournalHealth {
    /// Events ever taken in, deleted ones too.
    positions: u64,
    /// When the last one was taken in; absent in an empty journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_at: Option<Time>,
    /// Bytes on the disk.
    bytes: u64,
}

/// How far a follower has come.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct FollowerHealth {
    /// What `annals rebuild` calls it.
    name: &'static str,
    /// What it keeps.
    what: &'static str,
    /// Events it has still to take in; 0 where another server keeps it.
    lag: u64,
    /// When the journal took in the last event it has; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<Time>,
    /// What went wrong last, as long as it has not gone on since.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FollowerFault>,
}

/// What went wrong with a follower; it tries again by itself.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct FollowerFault {
    /// In words.
    message: String,
    /// When.
    at: Time,
}

impl FollowerHealth {
    fn of(running: &Running, head: u64) -> FollowerHealth {
        let state = running.state();
        FollowerHealth {
            name: running.follower.name,
            what: running.follower.what,
            lag: if state.elsewhere { 0 } else { head.saturating_sub(state.checkpoint.position) },
            as_of: state.checkpoint.as_of,
            fault: state.fault.map(|fault| FollowerFault { message: fault.message, at: fault.at }),
        }
    }
}

/// How many events met the same outcome.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct OutcomeCount {
    /// `accepted`, `duplicate`, `rejected`, `dropped` or `failed`.
    outcome: &'static str,
    /// Why, where there is a why: a stable code.
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'static str,
    /// So many.
    count: u64,
}

/// Health
///
/// Whether events can be written, how far the journal goes and how far what is read out of it has
/// come, and what became of the events sent since the start.
#[utoipa::path(
    get, path = "/api/v1/health", operation_id = "get_health", tag = "Operations", extensions(("x-permission" = json!(Permission::ReadHealth))),
    responses(
        (status = 200, description = "How the server fares", body = HealthReport),
        (status = 403, description = "Not for this key", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn health(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<Json<HealthReport>> {
    caller.may(Permission::ReadHealth)?;
    let probe = http.probe.writable().await;
    let head = http.store.head().await?;
    let outcomes = http.metrics.outcomes().into_iter();
    Ok(Json(HealthReport {
        version: env!("CARGO_PKG_VERSION"),
        started_at: http.started_at,
        writable: probe.is_ok(),
        fault: probe.err().map(|error| error.to_string()),
        journal: JournalHealth {
            positions: head.seq,
            last_at: (head.seq > 0).then_some(head.created_at),
            bytes: http.store.bytes().await?,
        },
        followers: http.followers.iter().map(|one| FollowerHealth::of(one, head.seq)).collect(),
        outcomes: outcomes
            .map(|(outcome, reason, count)| OutcomeCount { outcome, reason, count })
            .collect(),
    }))
}
