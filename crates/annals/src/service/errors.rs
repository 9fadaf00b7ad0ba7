//! Error groups: reading them, and deciding about them.

use std::sync::Arc;

use annals_event::{Change, Draft, Entity};
use serde_json::json;

use super::{AuditError, Core, SettingError, Settings, act, details, to_the_end};
use crate::access::Caller;
use crate::query::analytics::error_marks::{ErrorDecision, ErrorMarks};
use crate::query::analytics::errors::{DEFAULT_DAYS, ErrorGroup, ErrorLog};
use crate::query::analytics::period::Period;
use crate::store::StoreError;

/// The error of a decision.
#[derive(Debug, thiserror::Error)]
pub enum ErrorGroupError {
    /// There is no such group in the caller's scope.
    #[error("there is no group of errors with this id")]
    Unknown,
    /// The decisions cannot be read or written.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The decision was not recorded, and not made.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads and changes the decisions about error groups.
pub struct ErrorGroupService {
    core: Arc<Core>,
    settings: Arc<Settings>,
}

impl ErrorGroupService {
    pub(super) fn new(core: &Arc<Core>, settings: &Arc<Settings>) -> ErrorGroupService {
        ErrorGroupService { core: Arc::clone(core), settings: Arc::clone(settings) }
    }

    /// Returns the queries about errors within the caller's scope.
    ///
    /// # Errors
    /// The decisions cannot be read.
    pub async fn log(&self, caller: &Caller) -> Result<ErrorLog<'_>, SettingError> {
        Ok(ErrorLog {
            store: &*self.core.store,
            derived: &*self.core.derived,
            scope: caller.scope(&self.core.catalog),
            marks: self.settings.read::<ErrorMarks>(ErrorMarks::SETTING).await?,
        })
    }

    /// Decides about a group, and returns the group with its last 7 days. It continues if the caller
    /// hangs up, because record and decision must agree.
    ///
    /// # Errors
    /// See [`ErrorGroupError`].
    pub async fn decide(
        self: &Arc<Self>,
        by: Caller,
        group: String,
        decision: ErrorDecision,
    ) -> Result<ErrorGroup, ErrorGroupError> {
        let own = Arc::clone(self);
        to_the_end(async move { own.decide_in_turn(&by, &group, decision).await }).await
    }

    async fn decide_in_turn(
        &self,
        by: &Caller,
        id: &str,
        decision: ErrorDecision,
    ) -> Result<ErrorGroup, ErrorGroupError> {
        let Core { journal, clock, calendar, .. } = &*self.core;
        let _turn = self.settings.lock().await;
        let now = clock.now();
        let head = *journal.head().borrow();
        let period = Period::ending(calendar.day(now), DEFAULT_DAYS);
        let log = self.log(by).await?;
        let page = log.group(id, period, head, now).await?.ok_or(ErrorGroupError::Unknown)?;
        let mut group = page.group;
        let before = log.marks.decision(id);
        let after = log.marks.decided(id, decision, now);
        let stands = after.status(id, group.last_seen);
        // Resolving a regressed group is a change, although the decision is the same.
        if before != decision || group.status != stands {
            let entity = Entity {
                kind: "error_group".to_owned(),
                id: Some(id.to_owned()),
                name: Some(group.kind.clone()),
            };
            let metadata = details([("status", json!(decision))]);
            let changes = vec![Change::new("status", json!(before), json!(decision))];
            let act =
                Draft { entity: Some(entity), changes, metadata, ..act("error_group_changed") };
            self.core.audit(&by.actor(), act).await?;
            self.settings.write(ErrorMarks::SETTING, &after).await?;
        }
        group.status = stands;
        Ok(group)
    }
}
