//! Values saved by name, each with its type: settings of operators, and checkpoints of jobs.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Result, Settings, StoreError};

/// A value that operators set, saved as JSON. Other servers are notified of each change.
pub struct Setting<T> {
    name: &'static str,
    value: PhantomData<fn() -> T>,
}

/// The checkpoint of a job, saved as JSON. It changes with every step, and other servers are not
/// notified of it.
pub struct JobCheckpoint<T> {
    name: &'static str,
    value: PhantomData<fn() -> T>,
}

/// A job's checkpoint as text: its name and its JSON.
pub type SavedCheckpoint = (&'static str, String);

impl<T: Serialize + DeserializeOwned> Setting<T> {
    /// The setting of this name.
    pub const fn named(name: &'static str) -> Setting<T> {
        Setting { name, value: PhantomData }
    }

    /// The name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Reads the value; `None` if it was never set.
    ///
    /// # Errors
    /// The store fails, or the saved value cannot be parsed.
    pub async fn get(&self, store: &dyn Settings) -> Result<Option<T>> {
        let text = store.setting(self.name).await?;
        text.map(|text| read("setting", self.name, &text)).transpose()
    }

    /// Replaces the value.
    ///
    /// # Errors
    /// The store fails, or the value cannot be written as JSON.
    pub async fn put(&self, store: &dyn Settings, value: &T) -> Result<()> {
        store.put_setting(self.name, &write("setting", self.name, value)?).await
    }
}

impl<T: Serialize + DeserializeOwned> JobCheckpoint<T> {
    /// The checkpoint of this name.
    pub const fn named(name: &'static str) -> JobCheckpoint<T> {
        JobCheckpoint { name, value: PhantomData }
    }

    /// Reads the checkpoint; `None` if the job has not begun.
    ///
    /// # Errors
    /// The store fails, or the saved value cannot be parsed.
    pub async fn get(&self, store: &dyn Settings) -> Result<Option<T>> {
        let text = store.checkpoint(self.name).await?;
        text.map(|text| read("checkpoint", self.name, &text)).transpose()
    }

    /// Replaces the checkpoint.
    ///
    /// # Errors
    /// The store fails, or the value cannot be written as JSON.
    pub async fn put(&self, store: &dyn Settings, value: &T) -> Result<()> {
        let (name, text) = self.saved(value)?;
        store.put_checkpoint(name, &text).await
    }

    /// Removes the checkpoint.
    ///
    /// # Errors
    /// The store fails.
    pub async fn clear(&self, store: &dyn Settings) -> Result<()> {
        store.clear_checkpoint(self.name).await
    }

    /// Returns the value as text, to be saved in one transaction with the job's changes.
    ///
    /// # Errors
    /// The value cannot be written as JSON.
    pub fn saved(&self, value: &T) -> Result<SavedCheckpoint> {
        Ok((self.name, write("checkpoint", self.name, value)?))
    }
}

fn read<T: DeserializeOwned>(what: &str, name: &str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        StoreError::Damaged(format!("the {what} `{name}` cannot be parsed: {error}"))
    })
}

fn write<T: Serialize>(what: &str, name: &str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| {
        StoreError::Damaged(format!("the {what} `{name}` cannot be written: {error}"))
    })
}
