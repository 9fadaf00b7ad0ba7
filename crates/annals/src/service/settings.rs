//! Settings that a service changes: one change at a time.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Mutex, MutexGuard};

use crate::store::{Store, StoreError};

/// Why a setting cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// What is stored and what the program knows do not fit together.
    #[error("the setting `{name}` and its JSON do not fit together: {error}")]
    Unreadable {
        /// Which.
        name: &'static str,
        /// Why.
        error: serde_json::Error,
    },
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The settings that are kept as JSON.
pub struct Settings {
    store: Arc<dyn Store>,
    turn: Mutex<()>,
}

impl Settings {
    pub(super) fn new(store: &Arc<dyn Store>) -> Settings {
        Settings { store: Arc::clone(store), turn: Mutex::default() }
    }

    /// Keeps others from changing a setting: a change goes on from what the one before it left.
    pub async fn lock(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// A setting as it is stored, or its default.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn read<T: DeserializeOwned + Default>(
        &self,
        name: &'static str,
    ) -> Result<T, SettingError> {
        let Some(text) = self.store.setting(name).await? else {
            return Ok(T::default());
        };
        serde_json::from_str(&text).map_err(|error| SettingError::Unreadable { name, error })
    }

    /// Stores a setting.
    ///
    /// # Errors
    /// It cannot be written.
    pub async fn write(
        &self,
        name: &'static str,
        value: &impl Serialize,
    ) -> Result<(), SettingError> {
        let text = serde_json::to_string(value)
            .map_err(|error| SettingError::Unreadable { name, error })?;
        Ok(self.store.put_setting(name, &text).await?)
    }
}
