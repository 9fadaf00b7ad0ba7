//! `PATCH /api/analytics/errors/{group}`: what somebody decides about a group of errors.

use annals_event::{Draft, Entity};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use super::super::Http;
use super::super::audit::{act, details};
use super::super::body::{JsonBody, PathId};
use super::super::error::{Problem, Result};
use super::super::parameters::NoParameters;
use super::errors::no_such_group;
use crate::access::{Caller, Permission};
use crate::actor::spawn_with_actor;
use crate::query::analytics::error_marks::{ErrorDecision, ErrorMarks};
use crate::query::analytics::errors::{DEFAULT_DAYS, ErrorGroup};
use crate::query::analytics::period::Period;

/// What is decided.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ErrorGroupChange {
    /// How the group stands from now on.
    status: ErrorDecision,
}

/// Resolve or ignore a group of errors
///
/// The decision is put on the record and lasts until another one. A resolved group that happens
/// again is told as `regressed`. Answers the group as it is now, with its last 7 days.
#[utoipa::path(
    patch, path = "/api/analytics/errors/{group}", operation_id = "patch_error_group", tag = "Analytics", extensions(("x-permission" = json!(Permission::ManageErrors))),
    params(("group" = String, Path, description = "The group's id")),
    request_body = ErrorGroupChange,
    responses(
        (status = 200, description = "The group as it is now", body = ErrorGroup),
        (status = 403, description = "Not for this key", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such group", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn patch(
    State(http): State<Http>,
    caller: Caller,
    PathId(group): PathId,
    _: NoParameters,
    JsonBody(change): JsonBody<ErrorGroupChange>,
) -> Result<Json<ErrorGroup>> {
    caller.may(Permission::ManageErrors)?;
    // A task of its own: a caller that hangs up must not leave the act without the change.
    let done = spawn_with_actor(async move { http.decide(&caller, &group, change.status).await });
    done.await.map_err(|_| Problem::internal())?.map(Json)
}

impl Http {
    /// What was decided about groups of errors.
    pub(super) async fn error_marks(&self) -> Result<ErrorMarks> {
        let Some(text) = self.store.setting(ErrorMarks::SETTING).await? else {
            return Ok(ErrorMarks::default());
        };
        serde_json::from_str(&text).map_err(|error| unreadable(&error))
    }

    async fn decide(&self, caller: &Caller, id: &str, status: ErrorDecision) -> Result<ErrorGroup> {
        // One change at a time: each goes on from what the one before it left.
        let _turn = self.settings_turn.lock().await;
        let now = self.clock.now();
        let head = *self.journal.head().borrow();
        let period = Period::ending(self.calendar.day(now), DEFAULT_DAYS);
        let log = self.error_log(caller).await?;
        let page = log.group(id, period, head, now).await?.ok_or_else(no_such_group)?;
        let mut group = page.group;
        let before = log.marks.decision(id);
        let after = log.marks.decided(id, status, now);
        let stands = after.status(id, group.last_seen);
        // Resolved once more, one that had come back is resolved again.
        if before != status || group.status != stands {
            let entity = Entity {
                kind: "error_group".to_owned(),
                id: Some(id.to_owned()),
                name: Some(group.kind.clone()),
            };
            let metadata = details([("old", json!(before)), ("status", json!(status))]);
            let act = Draft { entity: Some(entity), metadata, ..act("error_group_changed") };
            self.audit(act).await?;
            let setting = serde_json::to_string(&after).map_err(|error| unreadable(&error))?;
            self.store.put_setting(ErrorMarks::SETTING, &setting).await?;
        }
        group.status = stands;
        Ok(group)
    }
}

fn unreadable(error: &serde_json::Error) -> Problem {
    tracing::error!(%error, "the setting `error_groups` and its JSON do not fit together");
    Problem::internal()
}
