//! Taking the bytes of what was erased or deleted out of the database's files: every night, and when the
//! machine's operator asks for it, over the local socket; it is no part of the API.

use annals_event::Draft;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Http;
use super::audit::{act, details};
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use super::retention_due::a_night_has_passed;
use crate::access::{AuthMethod, Caller};
use crate::actor::spawn_with_actor;
use crate::privacy::Checkpoint;
use crate::store::{self, StoreError, Vacuumed};

/// The hour of the night, UTC: after retention.
const HOUR: i64 = 3;

/// When the files of the database hold no byte any more of who was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BytesGone {
    /// What was deleted is overwritten as it is deleted; copies of pages in the file's log when that
    /// is next written from its beginning.
    Overwritten,
    /// From three o'clock, UTC, of the next night on, when tables are written anew.
    Nightly,
    /// When the operator has run `annals vacuum`: the server does not by itself.
    OnVacuum,
}

/// As the operator asked for it.
pub(super) async fn vacuum(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<Json<Vacuumed>> {
    if caller.auth_method != AuthMethod::Operator {
        return Err(Problem::not_found("There is nothing here."));
    }
    // A task of its own: a caller that hangs up does not end it.
    let own = http.clone();
    let done = spawn_with_actor(async move { own.vacuum().await });
    let done = done.await.map_err(|_| Problem::internal())??;
    let detail = "Tables are being written anew already; ask again when that has ended.";
    done.map(Json).ok_or_else(|| Problem::new(StatusCode::CONFLICT, "vacuum_running", detail))
}

impl Http {
    async fn vacuum(&self) -> Result<Option<Vacuumed>> {
        let Some(vacuumed) = self.store.vacuum().await? else {
            return Ok(None);
        };
        if vacuumed != Vacuumed::default() {
            let Vacuumed { dropped, rewritten, waiting } = vacuumed;
            let metadata = details([
                ("dropped", json!(dropped)),
                ("rewritten", json!(rewritten)),
                ("waiting", json!(waiting)),
            ]);
            self.audit(Draft { metadata, ..act("vacuumed") }).await?;
        }
        Ok(Some(vacuumed))
    }

    /// Does so, if there is anything to do and a night has passed. What was in use is tried again.
    pub async fn vacuum_when_due(&self) -> store::Result<()> {
        let Some(since) = self.store.vacuum_needed_since().await? else {
            return Ok(());
        };
        let due = self.vacuum_nightly && a_night_has_passed(HOUR, since, self.clock.now());
        // What is changed while it is copied would have to be copied again.
        let retaining =
            Checkpoint::read(&*self.store).await?.is_some_and(|run| run.underway.is_some());
        if !due || retaining {
            return Ok(());
        }
        let vacuumed = self.vacuum().await;
        let vacuumed = vacuumed.map_err(|problem| StoreError::Unavailable(problem.detail))?;
        if let Some(vacuumed) = vacuumed {
            tracing::info!(
                ?vacuumed,
                "tables were written anew, without what was taken out of them"
            );
        }
        Ok(())
    }

    /// When what was just erased has left the files.
    pub(super) async fn bytes_gone(&self) -> store::Result<BytesGone> {
        Ok(match self.store.vacuum_needed_since().await? {
            None => BytesGone::Overwritten,
            Some(_) if self.vacuum_nightly => BytesGone::Nightly,
            Some(_) => BytesGone::OnVacuum,
        })
    }
}
