//! Settings that services read and change, one change at a time.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Mutex, MutexGuard};

use crate::store::{Store, StoreError};

/// The error of a setting.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// The stored JSON does not fit the program's type.
    #[error("the setting `{name}` and its JSON do not fit together: {error}")]
    Unreadable {
        /// The setting.
        name: &'static str,
        /// The cause.
        error: serde_json::Error,
    },
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The settings that are stored as JSON.
pub struct Settings {
    store: Arc<dyn Store>,
    turn: Mutex<()>,
}

impl Settings {
    pub(super) fn new(store: &Arc<dyn Store>) -> Settings {
        Settings { store: Arc::clone(store), turn: Mutex::default() }
    }

    /// Locks the settings: each change starts from the result of the one before.
    pub async fn lock(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Reads a setting; its default if it was never stored.
    ///
    /// # Errors
    /// The setting cannot be read.
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
    /// The setting cannot be written.
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
