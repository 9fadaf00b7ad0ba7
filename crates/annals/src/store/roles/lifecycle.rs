//! Erasure, retention and what they leave behind.

use std::ops::Range;

use crate::catalog::Catalog;
use crate::store::{Ageing, FrozenDay, Result, RetentionStep, Vacuumed};
use annals_event::{Event, Time};
use async_trait::async_trait;
use jiff::civil::Date;

/// Takes people out of events, deletes events, and cleans up after both.
#[async_trait]
pub trait Lifecycle: Send + Sync + 'static {
    /// Events in which a person stands as actor, subject, account or thing, after a position, in
    /// order.
    async fn events_about(&self, person: &str, after: u64, limit: usize) -> Result<Vec<Event>>;

    /// Puts what remains of events in their place, all or none: salts go, commitments stay, and
    /// each leaf is what it was. Fails where it would not be, or was not. With it a setting is written:
    /// how far whoever does this has come.
    async fn anonymise(&self, events: Vec<Event>, checkpoint: (&'static str, String))
    -> Result<()>;

    /// The events at the positions that are due by age, in order.
    async fn due(&self, ageing: &Ageing, range: Range<u64>) -> Result<Vec<Event>>;

    /// Carries out a slice of a retention run, with how far the run is then: all or nothing. Fails
    /// where an event is not the one written, as [`Lifecycle::anonymise`] does.
    async fn retention_step(&self, slice: RetentionStep) -> Result<()>;

    /// Keeps what was counted of a day, or of some of its pages, durably: each count is raised to
    /// this one if it is less. What is done twice, or by two, changes nothing.
    async fn freeze_day(&self, day: FrozenDay) -> Result<()>;

    /// A page of closed days, after a day, in order.
    async fn frozen_days(&self, after: Option<Date>, limit: usize) -> Result<Vec<FrozenDay>>;

    /// Takes away what nothing refers to any more, after many slices.
    async fn compact(&self) -> Result<()> {
        Ok(())
    }

    /// Since when the files hold bytes of what was erased or deleted, until [`Lifecycle::vacuum`] takes them
    /// out; nothing where they hold none, as of an engine that overwrites what it deletes.
    async fn vacuum_needed_since(&self) -> Result<Option<Time>> {
        Ok(None)
    }

    /// Takes the bytes of what was erased or deleted out of the files, while others read and append.
    /// Nothing where another process is at it.
    async fn vacuum(&self) -> Result<Option<Vacuumed>> {
        Ok(Some(Vacuumed::default()))
    }

    /// Keeps which class events belong to, where people ask the database itself about it.
    async fn keep_classes(&self, _catalog: &Catalog) -> Result<()> {
        Ok(())
    }
}
