//! Settings: how long what is kept.

use annals_event::{Draft, Entity, FieldError, limits};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::Http;
use super::audit::{act, details};
use super::body::JsonBody;
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::actor::spawn_with_actor;
use crate::id;
use crate::privacy::{Retention, RetentionChange};

/// What an event's metadata has room for, less what redaction may add to it.
const ON_RECORD_BYTES: usize = limits::METADATA_BYTES - 2 * 1024;

/// How long what is kept
///
/// The values as they stand. They take effect with a retention run, and not before.
#[utoipa::path(
    get, path = "/api/v1/settings/retention", operation_id = "get_retention", tag = "Settings", extensions(("x-permission" = json!(Permission::ReadSettings))),
    responses((status = 200, description = "The values", body = Retention))
)]
pub(super) async fn retention(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<Json<Retention>> {
    caller.may(Permission::ReadSettings)?;
    Ok(Json(http.stored_retention().await?))
}

/// Change how long what is kept
///
/// What is left out stays as it is; `categories` and `holds` are sent whole. The values are kept,
/// and the change is put on the record; no event is touched before a retention run. With the
/// `revision` that was read, a change that somebody made meanwhile is not undone: 409.
#[utoipa::path(
    put, path = "/api/v1/settings/retention", operation_id = "put_retention", tag = "Settings", extensions(("x-permission" = json!(Permission::ChangeSettings))),
    request_body = RetentionChange,
    responses(
        (status = 200, description = "The values as they are now", body = Retention),
        (status = 409, description = "Somebody changed them meanwhile", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A value is out of bounds; every field is named", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn put_retention(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    JsonBody(change): JsonBody<RetentionChange>,
) -> Result<Json<Retention>> {
    caller.may(Permission::ChangeSettings)?;
    // A task of its own: a caller that hangs up must not leave the act without the change.
    let done = spawn_with_actor(async move { http.change_retention(change).await });
    done.await.map_err(|_| Problem::internal())?.map(Json)
}

impl Http {
    async fn change_retention(&self, change: RetentionChange) -> Result<Retention> {
        // One change at a time: each goes on from what the one before it left.
        let _turn = self.settings_turn.lock().await;
        let before = self.stored_retention().await?;
        if change.revision.is_some_and(|revision| revision != before.revision) {
            let detail = "Somebody changed these values meanwhile; read them again, then change \
                          them.";
            return Err(Problem::new(StatusCode::CONFLICT, "changed_meanwhile", detail));
        }
        let new_id = || format!("hold_{}", id::hex(&id::bytes::<8>(&*self.random)));
        let after = before
            .changed(change, &self.catalog, self.clock.now(), new_id)
            .map_err(Problem::invalid)?;
        if after != before {
            self.audit(told(&before, &after)?).await?;
            let setting = serde_json::to_string(&after).map_err(|error| unreadable(&error))?;
            self.store.put_setting(Retention::SETTING, &setting).await?;
        }
        Ok(after)
    }

    pub(super) async fn stored_retention(&self) -> Result<Retention> {
        let Some(text) = self.store.setting(Retention::SETTING).await? else {
            return Ok(Retention::default());
        };
        serde_json::from_str(&text).map_err(|error| unreadable(&error))
    }
}

/// The act of a change, with old and new values of what changed.
fn told(before: &Retention, after: &Retention) -> Result<Draft> {
    let [old, new] = before.difference(after);
    if old.to_string().len() + new.to_string().len() > ON_RECORD_BYTES {
        let message = "change too much at once to go on the record; change them in several steps";
        return Err(Problem::invalid(vec![FieldError::new("holds", message)]));
    }
    let setting = Retention::SETTING.to_owned();
    let entity =
        Entity { kind: "setting".to_owned(), id: Some(setting.clone()), name: Some(setting) };
    let metadata = details([("old", old), ("new", new)]);
    Ok(Draft { entity: Some(entity), metadata, ..act("settings_changed") })
}

fn unreadable(error: &serde_json::Error) -> Problem {
    tracing::error!(%error, "the setting `retention` and its JSON do not fit together");
    Problem::internal()
}
