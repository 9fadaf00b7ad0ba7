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
use crate::access::{Caller, Means};
use crate::actor::spawn_with_actor;
use crate::privacy::Place;
use crate::store::{self, Scrubbed, StoreError};

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
    /// When the operator has run `annals scrub`: the server does not by itself.
    OnScrub,
}

/// As the operator asked for it.
pub(super) async fn scrub(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<Json<Scrubbed>> {
    if caller.means != Means::Operator {
        return Err(Problem::not_found("There is nothing here."));
    }
    // A task of its own: a caller that hangs up does not end it.
    let own = http.clone();
    let done = spawn_with_actor(async move { own.scrub().await });
    let done = done.await.map_err(|_| Problem::internal())??;
    let detail = "Tables are being written anew already; ask again when that has ended.";
    done.map(Json).ok_or_else(|| Problem::new(StatusCode::CONFLICT, "scrub_running", detail))
}

impl Http {
    async fn scrub(&self) -> Result<Option<Scrubbed>> {
        let Some(scrubbed) = self.store.scrub().await? else {
            return Ok(None);
        };
        if scrubbed != Scrubbed::default() {
            let Scrubbed { dropped, rewritten, waiting } = scrubbed;
            let metadata = details([
                ("dropped", json!(dropped)),
                ("rewritten", json!(rewritten)),
                ("waiting", json!(waiting)),
            ]);
            self.audit(Draft { metadata, ..act("bytes_scrubbed") }).await?;
        }
        Ok(Some(scrubbed))
    }

    /// Does so, if there is anything to do and a night has passed. What was in use is tried again.
    pub async fn scrub_when_due(&self) -> store::Result<()> {
        let Some(since) = self.store.unscrubbed().await? else {
            return Ok(());
        };
        let due = self.scrub_nightly && a_night_has_passed(HOUR, since, self.clock.now());
        // What is changed while it is copied would have to be copied again.
        let retaining = Place::read(&*self.store).await?.is_some_and(|run| run.underway.is_some());
        if !due || retaining {
            return Ok(());
        }
        let scrubbed = self.scrub().await;
        let scrubbed = scrubbed.map_err(|problem| StoreError::Unavailable(problem.detail))?;
        if let Some(scrubbed) = scrubbed {
            tracing::info!(
                ?scrubbed,
                "tables were written anew, without what was taken out of them"
            );
        }
        Ok(())
    }

    /// When what was just erased has left the files.
    pub(super) async fn bytes_gone(&self) -> store::Result<BytesGone> {
        Ok(match self.store.unscrubbed().await? {
            None => BytesGone::Overwritten,
            Some(_) if self.scrub_nightly => BytesGone::Nightly,
            Some(_) => BytesGone::OnScrub,
        })
    }
}
