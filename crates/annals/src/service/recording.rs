//! The recording settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use annals_event::{Actor, Change, Draft, FieldError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{AuditError, Core, SettingError, Settings, act, to_the_end};
use crate::catalog::{Catalog, Class};
use crate::record::RecordingSwitch;
use crate::store::{Result as StoreResult, Store, StoreError};

/// The category of Annals' own acts.
const SYSTEM: &str = "system";

/// The recording settings.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Recording {
    /// `true` if recording is on. The ledger and Annals' own acts are always recorded.
    enabled: bool,
    /// All categories: `true` for those that are switched on, whatever `enabled` is.
    categories: BTreeMap<String, bool>,
    /// The categories that cannot be switched off.
    always: Vec<String>,
}

/// A change of the recording settings.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordingChange {
    /// `true` to switch recording on, `false` to switch it off; if absent, it stays as it is.
    enabled: Option<bool>,
    /// The categories to switch on (`true`) or off (`false`). Those not named stay as they are.
    #[serde(default)]
    categories: BTreeMap<String, bool>,
    /// Ignored. It may stay in an answer that you change and send back.
    #[serde(default, rename = "always")]
    _always: Vec<String>,
}

/// The error of a change.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// A category is unknown, or cannot be switched off.
    #[error("the change is not acceptable")]
    Invalid(Vec<FieldError>),
    /// The change was not recorded, and not made.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The setting cannot be written.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads which categories the operator has switched off. An unreadable setting is an error, because
/// what was switched off must not be recorded.
///
/// # Errors
/// The setting cannot be read.
pub async fn recording_switch(store: &dyn Store) -> StoreResult<RecordingSwitch> {
    let Some(text) = store.setting(RecordingSwitch::SETTING).await? else {
        return Ok(RecordingSwitch::default());
    };
    serde_json::from_str(&text).map_err(|error| {
        StoreError::Damaged(format!("the setting `recording` cannot be read: {error}"))
    })
}

/// Shows and changes what is recorded.
pub struct RecordingService {
    core: Arc<Core>,
    settings: Arc<Settings>,
}

impl RecordingService {
    pub(super) fn new(core: &Arc<Core>, settings: &Arc<Settings>) -> RecordingService {
        RecordingService { core: Arc::clone(core), settings: Arc::clone(settings) }
    }

    /// Reads the switch again after another server has changed it.
    pub(super) async fn reload(&self) -> StoreResult<()> {
        let _turn = self.settings.lock().await;
        self.core.intake.set_recording(recording_switch(&*self.core.store).await?);
        Ok(())
    }

    /// Changes what is recorded. The change itself is recorded before it takes effect. It continues
    /// if the caller hangs up, because store and memory must agree.
    ///
    /// # Errors
    /// See [`RecordingError`].
    pub async fn change(
        self: &Arc<Self>,
        by: Actor,
        change: RecordingChange,
    ) -> Result<Recording, RecordingError> {
        let own = Arc::clone(self);
        to_the_end(async move { own.change_in_turn(&by, change).await }).await
    }

    async fn change_in_turn(
        &self,
        by: &Actor,
        change: RecordingChange,
    ) -> Result<Recording, RecordingError> {
        let Core { store, intake, catalog, .. } = &*self.core;
        let _turn = self.settings.lock().await;
        // Another server may have changed the switch a moment ago.
        intake.set_recording(recording_switch(&**store).await?);
        let before = intake.recording();
        let errors = refused(catalog, &before, &change);
        if !errors.is_empty() {
            return Err(RecordingError::Invalid(errors));
        }
        let after = before.changed(change.enabled, &change.categories);
        if after != *before {
            self.core.audit(by, switched(&before, &after)).await?;
            self.settings.write(RecordingSwitch::SETTING, &after).await?;
            intake.set_recording(after);
        }
        Ok(self.current())
    }

    /// Returns the switch with every category of the catalog.
    pub fn current(&self) -> Recording {
        let Core { intake, catalog, .. } = &*self.core;
        let switch = intake.recording();
        let known = catalog.categories().map(|(name, _)| name);
        let named = switch.categories.keys().map(String::as_str);
        let categories =
            known.chain(named).map(|name| (name.to_owned(), switch.category(name))).collect();
        let fixed = catalog.categories().filter(|(name, class)| always(name, *class).is_some());
        let always = fixed.map(|(name, _)| name.to_owned()).collect();
        Recording { enabled: switch.enabled, categories, always }
    }
}

/// Returns the reason why a category cannot be switched off; `None` if it can.
fn always(name: &str, class: Class) -> Option<&'static str> {
    match name {
        _ if !class.may_be_switched_off() => {
            Some("belongs to the ledger, which cannot be switched off: balances rest on it")
        }
        SYSTEM => {
            Some("holds Annals' own acts, which cannot be switched off: they are always recorded")
        }
        _ => None,
    }
}

/// Returns the errors of a change. A category that is off may be named even if a changed catalog no
/// longer knows it; otherwise it could not be switched on again.
fn refused(
    catalog: &Catalog,
    before: &RecordingSwitch,
    change: &RecordingChange,
) -> Vec<FieldError> {
    let class = |name: &str| catalog.categories().find(|(known, _)| *known == name);
    let why = |name: &String, on: bool| match class(name) {
        None if !before.categories.contains_key(name) => {
            Some("is no category of the catalog; GET /api/v1/catalog names them all")
        }
        Some((name, class)) if !on => always(name, class),
        _ => None,
    };
    let categories = change.categories.iter();
    categories
        .filter_map(|(name, on)| {
            let message = why(name, *on)?;
            Some(FieldError::new(format!("categories.{name}"), message))
        })
        .collect()
}

/// Returns the event of a change: what was switched, and nothing else. A change that switches
/// anything off is `recording_disabled`.
fn switched(before: &RecordingSwitch, after: &RecordingSwitch) -> Draft {
    let names = before.categories.keys().chain(after.categories.keys());
    let turned: BTreeMap<&str, bool> = names
        .map(|name| (name.as_str(), after.category(name)))
        .filter(|(name, on)| before.category(name) != *on)
        .collect();
    let off = (before.enabled && !after.enabled) || turned.values().any(|on| !on);
    let mut changes: Vec<Change> = turned
        .iter()
        .map(|(name, on)| Change::new(format!("categories.{name}"), json!(!on), json!(on)))
        .collect();
    if before.enabled != after.enabled {
        changes.push(Change::new("enabled", json!(before.enabled), json!(after.enabled)));
    }
    Draft { changes, ..act(if off { "recording_disabled" } else { "recording_enabled" }) }
}
