//! `GET /api/v1/health`: the state of the server, for the person who looks after it.

use annals_event::Time;
use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::Http;
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::follow::Running;

/// The health of the server and its journal.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct HealthReport {
    /// The program's version.
    version: &'static str,
    /// The time when the server started; `outcomes` counts from then on.
    started_at: Time,
    /// `true` if an event can be written durably now.
    writable: bool,
    /// The reason why events cannot be written; absent if they can.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// The state of the journal.
    journal: JournalHealth,
    /// The state of each follower of the journal.
    followers: Vec<FollowerHealth>,
    /// Numbers of events sent since the start, by outcome and reason.
    outcomes: Vec<OutcomeCount>,
}

/// The state of the journal.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct JournalHealth {
    /// Number of events ever recorded, including deleted ones.
    positions: u64,
    /// The time when the last event was recorded; absent if the journal is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_at: Option<Time>,
    /// Size of the journal on the disk, in bytes.
    bytes: u64,
}

/// The state of a follower.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct FollowerHealth {
    /// The follower's name, as `annals rebuild` takes it.
    name: &'static str,
    /// A description of the follower's output.
    what: &'static str,
    /// Number of events that the follower has not read yet; 0 if another server runs it.
    lag: u64,
    /// The time when the last event it has read was recorded; absent before the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<Time>,
    /// The last error; absent if the follower has made progress since.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FollowerFault>,
}

/// An error of a follower. The follower tries again by itself.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct FollowerFault {
    /// The error in words.
    message: String,
    /// The time of the error.
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

/// A number of events with the same outcome and reason.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct OutcomeCount {
    /// The outcome: `accepted`, `duplicate`, `rejected`, `dropped` or `failed`.
    outcome: &'static str,
    /// The stable code of the reason; absent if there is none.
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'static str,
    /// Number of events.
    count: u64,
}

/// Health
///
/// Returns whether events can be written, the state of the journal and its followers, and the
/// outcomes of the events sent since the start.
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
