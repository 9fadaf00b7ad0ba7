//! Settings: what is recorded.

use std::collections::BTreeMap;

use annals_event::{Draft, FieldError, Metadata};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Http;
use super::audit::act;
use super::body::JsonBody;
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::actor::spawn_with_actor;
use crate::catalog::{Catalog, Class};
use crate::record::RecordingSwitch;
use crate::store::{self, Store, StoreError};

/// The category of Annals' own acts.
const SYSTEM: &str = "system";

/// What is recorded.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Recording {
    /// Whether anything is recorded at all. The ledger and Annals' own acts always are.
    enabled: bool,
    /// Every category, and whether it is on by itself.
    categories: BTreeMap<String, bool>,
    /// The categories that cannot be switched off.
    always: Vec<String>,
}

/// What is to be recorded from now on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordingChange {
    /// Whether anything is recorded at all; absent: as before.
    enabled: Option<bool>,
    /// Categories to turn on or off; those not named stay as they are.
    #[serde(default)]
    categories: BTreeMap<String, bool>,
    /// Changes nothing: whoever sends back what was answered, with a change in it, may leave it in.
    #[serde(default, rename = "always")]
    _always: Vec<String>,
}

/// What is recorded
#[utoipa::path(
    get, path = "/api/v1/settings/recording", operation_id = "get_recording", tag = "Settings", extensions(("x-permission" = json!(Permission::ReadSettings))),
    responses((status = 200, description = "The switch", body = Recording))
)]
pub(super) async fn recording(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<Json<Recording>> {
    caller.may(Permission::ReadSettings)?;
    Ok(Json(http.shown_recording()))
}

/// Change what is recorded
///
/// Categories not named stay as they are, so that two who change different ones do not undo each
/// other. The change is itself recorded before it takes effect, and lasts over a restart. The
/// ledger and Annals' own acts cannot be switched off.
#[utoipa::path(
    put, path = "/api/v1/settings/recording", operation_id = "put_recording", tag = "Settings", extensions(("x-permission" = json!(Permission::ChangeSettings))),
    request_body = RecordingChange,
    responses(
        (status = 200, description = "The switch as it is now", body = Recording),
        (status = 422, description = "A category is unknown, or cannot be switched off", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn put_recording(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    JsonBody(change): JsonBody<RecordingChange>,
) -> Result<Json<Recording>> {
    caller.may(Permission::ChangeSettings)?;
    // A task of its own: a caller that hangs up must not leave the store and the memory apart.
    let done = spawn_with_actor(async move { http.change_recording(change).await });
    done.await.map_err(|_| Problem::internal())?.map(Json)
}

/// Which categories the operator has switched off. A switch that cannot be read is no reason to
/// record what somebody asked not to be.
pub async fn recording_switch(store: &dyn Store) -> store::Result<RecordingSwitch> {
    let Some(text) = store.setting(RecordingSwitch::SETTING).await? else {
        return Ok(RecordingSwitch::default());
    };
    serde_json::from_str(&text).map_err(|error| {
        StoreError::Damaged(format!("the setting `recording` cannot be read: {error}"))
    })
}

impl Http {
    /// Learns what other servers on this database have changed: keys, people, the switch.
    pub async fn refresh_cluster_state(&self) -> store::Result<()> {
        self.follow_erasures().await?;
        let version = self.store.config_version().await?;
        let mut config_version = self.config_version.lock().await;
        if *config_version == version {
            return Ok(());
        }
        self.access.reload().await?;
        let _turn = self.settings_turn.lock().await;
        self.intake.set_recording(recording_switch(&*self.store).await?);
        *config_version = version;
        Ok(())
    }

    async fn change_recording(&self, change: RecordingChange) -> Result<Recording> {
        // One change at a time: each goes on from what the one before it left.
        let _turn = self.settings_turn.lock().await;
        // Another server may have changed it a moment ago.
        self.intake.set_recording(recording_switch(&*self.store).await?);
        let before = self.intake.recording();
        let errors = refused(&self.catalog, &before, &change);
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        let after = before.changed(change.enabled, &change.categories);
        if after != *before {
            let setting = serde_json::to_string(&after).map_err(|error| {
                tracing::error!(%error, "the recording switch cannot be written as JSON");
                Problem::internal()
            })?;
            self.audit(switched(&before, &after)).await?;
            self.store.put_setting(RecordingSwitch::SETTING, &setting).await?;
            self.intake.set_recording(after);
        }
        Ok(self.shown_recording())
    }

    /// The switch with every category of the catalog in it.
    fn shown_recording(&self) -> Recording {
        let switch = self.intake.recording();
        let known = self.catalog.categories().map(|(name, _)| name);
        let named = switch.categories.keys().map(String::as_str);
        let categories =
            known.chain(named).map(|name| (name.to_owned(), switch.category(name))).collect();
        let fixed =
            self.catalog.categories().filter(|(name, class)| always(name, *class).is_some());
        let always = fixed.map(|(name, _)| name.to_owned()).collect();
        Recording { enabled: switch.enabled, categories, always }
    }
}

/// Why a category cannot be switched off, if it cannot.
fn always(name: &str, class: Class) -> Option<&'static str> {
    match (name, class) {
        (_, Class::Ledger) => {
            Some("belongs to the ledger, which cannot be switched off: balances rest on it")
        }
        (SYSTEM, _) => {
            Some("holds Annals' own acts, which cannot be switched off: they are always recorded")
        }
        _ => None,
    }
}

/// What of a change is not acceptable. A category that is off may be named although a changed
/// catalog no longer knows it: else it could not be turned on again.
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

/// The act of a change: what was turned, and nothing else. Whatever turns anything off is told as
/// that.
fn switched(before: &RecordingSwitch, after: &RecordingSwitch) -> Draft {
    let names = before.categories.keys().chain(after.categories.keys());
    let turned: BTreeMap<&str, bool> = names
        .map(|name| (name.as_str(), after.category(name)))
        .filter(|(name, on)| before.category(name) != *on)
        .collect();
    let off = (before.enabled && !after.enabled) || turned.values().any(|on| !on);
    let mut metadata = Metadata::new();
    if before.enabled != after.enabled {
        metadata.insert("enabled".to_owned(), after.enabled.into());
    }
    if !turned.is_empty() {
        metadata.insert("categories".to_owned(), json!(turned));
    }
    Draft { metadata, ..act(if off { "recording_disabled" } else { "recording_enabled" }) }
}
