//! Erasure, retention and what they leave behind.

use std::ops::Range;

use crate::{Ageing, FrozenDay, Result, RetentionStep, SavedCheckpoint, Vacuumed};
use annals_event::{Event, Time};
use async_trait::async_trait;
use jiff::civil::Date;

/// Anonymises events, deletes events, and cleans up after both.
#[async_trait]
pub trait Lifecycle: Send + Sync + 'static {
    /// Events after a position that have a person as actor, subject, account or entity, in order.
    async fn events_about(&self, person: &str, after: u64, limit: usize) -> Result<Vec<Event>>;

    /// Replaces events by their anonymised form, all or none. Salts are deleted, commitments kept,
    /// and each leaf stays the same; fails otherwise. Saves the caller's checkpoint with it.
    async fn anonymise(&self, events: Vec<Event>, checkpoint: SavedCheckpoint) -> Result<()>;

    /// The events at the positions that are due by age, in order.
    async fn due(&self, ageing: &Ageing, range: Range<u64>) -> Result<Vec<Event>>;

    /// Applies a step of a retention run and saves the run's checkpoint, all or nothing. Fails if
    /// an event is not the one written, like [`Lifecycle::anonymise`].
    async fn retention_step(&self, slice: RetentionStep) -> Result<()>;

    /// Saves the counts of a day, or of some of its pages, durably. A saved count is only ever
    /// raised, so that repeating it, or two servers doing it, changes nothing.
    async fn freeze_day(&self, day: FrozenDay) -> Result<()>;

    /// A page of frozen days after one, in order.
    async fn frozen_days(&self, after: Option<Date>, limit: usize) -> Result<Vec<FrozenDay>>;

    /// Deletes data that nothing refers to any more, after many steps.
    async fn compact(&self) -> Result<()> {
        Ok(())
    }

    /// The time since which the files hold bytes of erased or deleted events, until
    /// [`Lifecycle::vacuum`]; `None` if there are none, as with an engine that overwrites deleted
    /// data.
    async fn vacuum_needed_since(&self) -> Result<Option<Time>> {
        Ok(None)
    }

    /// Removes the bytes of erased and deleted events from the files, while others read and append.
    /// `None` if another process is doing so.
    async fn vacuum(&self) -> Result<Option<Vacuumed>> {
        Ok(Some(Vacuumed::default()))
    }
}
