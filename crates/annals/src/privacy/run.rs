//! A retention run: over the journal from its beginning, slice by slice.
//!
//! With each slice it writes down how far it is and what it has counted, in the same transaction. One
//! that was cut off, by a crash as well, goes on from there as if nothing had happened.

use std::ops::Range;
use std::time::{Duration, Instant};

use annals_event::{Event, Time, Uuid, digest};
use serde::{Deserialize, Serialize};

use super::entries::audit_through;
use super::outcome::{Outcome, RetentionScope, Tally};
use super::{Anonymiser, Holds, Retention};
use crate::batch_sizer::BatchSizer;
use crate::catalog::Catalog;
use crate::store::{Ageing, Limits, Result, RetentionAction, RetentionStep, Store, StoreError};

/// Positions looked at in one step.
const STEP: u64 = 1_024;
/// How long the writer is held at a time.
const SLICE: Duration = Duration::from_millis(20);
/// Positions after which what nothing refers to is taken away.
const COMPACT_EVERY: u64 = 1 << 16;

/// What is known of retention runs: a setting.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Checkpoint {
    /// As of when all that was due had been carried out; before the first run, since when runs are
    /// looked after.
    pub since: Time,
    /// The last one that ended.
    pub last: Option<Outcome>,
    /// One that has not ended.
    pub underway: Option<Underway>,
}

impl Checkpoint {
    /// What the store calls it. Its ending says that other servers need not hear of each change.
    pub const SETTING: &str = "retention_checkpoint";

    /// What is known; nothing where no run was ever looked after.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn read(store: &dyn Store) -> Result<Option<Checkpoint>> {
        let text = store.setting(Checkpoint::SETTING).await?;
        let read = |text: String| serde_json::from_str(&text).map_err(unreadable);
        text.map(read).transpose()
    }

    /// Writes it down.
    ///
    /// # Errors
    /// It cannot be written.
    pub async fn write(&self, store: &dyn Store) -> Result<()> {
        store.put_setting(Checkpoint::SETTING, &self.text()?).await
    }

    fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(unreadable)
    }
}

fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::Damaged(format!("the setting `{}` does not fit: {error}", Checkpoint::SETTING))
}

/// How far a run is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Underway {
    /// The id of the event that will tell of it.
    pub event: Uuid,
    /// The moment as of which events are due.
    pub at: Time,
    /// Which part of what is due.
    pub scope: RetentionScope,
    /// All positions up to this one are done …
    pub position: u64,
    /// … of these.
    pub head: u64,
    /// What it did so far.
    pub tally: Tally,
}

/// A run.
pub struct Run {
    checkpoint: Checkpoint,
    underway: Underway,
    dry: bool,
    retention: Retention,
    ageing: Ageing,
    holds: Holds,
    anonymiser: Anonymiser,
    batch_sizer: BatchSizer,
    compacted: u64,
}

impl Run {
    /// Begins, or goes on with, a run under the settings as they are now. `place` is what is known of
    /// runs, of which a dry run changes nothing.
    ///
    /// # Errors
    /// The store fails, or a hold cannot be read.
    pub async fn begin(
        store: &dyn Store,
        catalog: &Catalog,
        retention: Retention,
        checkpoint: Checkpoint,
        underway: Underway,
        dry: bool,
    ) -> Result<Run> {
        let Underway { at, head, position, .. } = underway;
        let holds = Holds::in_force(&retention.holds, at).map_err(|id| {
            StoreError::Damaged(format!("the hold {id} cannot be read: nothing may age"))
        })?;
        let through = audit_through(store, catalog, retention.audit.max_entries, head).await?;
        let ageing = retention.ageing(catalog, at, through);
        let anonymiser = Anonymiser::load(store, at).await?;
        let batch_sizer = BatchSizer::of(SLICE);
        let compacted = position;
        Ok(Run {
            checkpoint,
            underway,
            dry,
            retention,
            ageing,
            holds,
            anonymiser,
            batch_sizer,
            compacted,
        })
    }

    /// How far it is.
    pub fn underway(&self) -> &Underway {
        &self.underway
    }

    /// Does the next positions. Answers whether there are more. What it reads must not be written anew
    /// by others before it has returned.
    ///
    /// # Errors
    /// The store fails. What was done until then stays done.
    pub async fn step(&mut self, store: &dyn Store, catalog: &Catalog) -> Result<bool> {
        let range =
            self.underway.position + 1..self.underway.head.min(self.underway.position + STEP) + 1;
        let mut parts = vec![range.clone()];
        while let Some(part) = parts.pop() {
            match store.due(&self.ageing, part.clone()).await {
                Ok(events) => self.carry_out(store, catalog, events).await?,
                // Something there cannot be read: everything else is done without it.
                Err(StoreError::Damaged(_)) if part.end - part.start > 1 => {
                    parts.extend(halves(&part).into_iter().rev());
                }
                Err(StoreError::Damaged(_)) => self.underway.tally.damaged += 1,
                Err(error) => return Err(error),
            }
        }
        self.underway.position = range.end - 1;
        let more = self.underway.position < self.underway.head;
        if !self.dry && (!more || self.underway.position - self.compacted >= COMPACT_EVERY) {
            store.compact().await?;
            self.compacted = self.underway.position;
        }
        Ok(more)
    }

    /// The moment before which activity is about nobody any more, where this run sees to it.
    pub fn anonymous_before(&self) -> Option<Time> {
        let sees = self.underway.scope.includes(RetentionAction::Anonymise) && !self.dry;
        sees.then_some(self.ageing.others.anonymise_before)
    }

    /// The moment before which this run takes people out of events of some kind, or deletes them;
    /// `None`: it does to none. Of those that are too many it is not known how old they are.
    pub fn reaches(&self) -> Option<Time> {
        let Underway { scope, .. } = self.underway;
        let (people, all) =
            (scope.includes(RetentionAction::Anonymise), scope.includes(RetentionAction::Delete));
        let limits = self.ageing.kinds.values().chain([&self.ageing.others]);
        let moments = limits.flat_map(|limits| {
            let due = [(people, limits.anonymise_before), (all, limits.delete_before)];
            due.into_iter().filter(|(sees, _)| *sees).map(|(_, before)| before)
        });
        moments.max().filter(|before| *before != Limits::NEVER)
    }

    /// The settings it runs under.
    pub fn revision(&self) -> u64 {
        self.retention.revision
    }

    /// What it did.
    pub fn outcome(&self, now: Time) -> Outcome {
        let Underway { at, scope, ref tally, .. } = self.underway;
        tally.outcome(at, now, scope, self.dry)
    }

    /// Writes down that it has ended.
    ///
    /// # Errors
    /// The store fails.
    pub async fn finish(self, store: &dyn Store, outcome: Outcome) -> Result<()> {
        let all = outcome.scope == RetentionScope::All;
        let since = if all { outcome.at } else { self.checkpoint.since };
        Checkpoint { since, last: Some(outcome), underway: None }.write(store).await
    }

    async fn carry_out(
        &mut self,
        store: &dyn Store,
        catalog: &Catalog,
        events: Vec<Event>,
    ) -> Result<()> {
        let mut due = Vec::with_capacity(events.len());
        for event in events {
            let retention_action = self
                .ageing
                .retention_action(&event)
                .filter(|retention_action| self.underway.scope.includes(*retention_action));
            if retention_action.is_some() {
                let retention_action = retention_action.filter(|_| !self.holds.keep(&event));
                due.push((event, retention_action));
            }
        }
        let mut rest = &due[..];
        while !rest.is_empty() {
            let (slice, later) = rest.split_at(self.batch_sizer.events().min(rest.len()));
            let began = Instant::now();
            match self.age(store, catalog, slice).await {
                Ok(()) => {}
                // One of them is not the one written, and stays. Which, is found out one by one.
                Err(StoreError::Damaged(_)) => {
                    for one in slice.chunks(1) {
                        match self.age(store, catalog, one).await {
                            Err(StoreError::Damaged(_)) => self.underway.tally.damaged += 1,
                            done => done?,
                        }
                    }
                }
                Err(error) => return Err(error),
            }
            self.batch_sizer.took(slice.len(), began.elapsed());
            rest = later;
        }
        Ok(())
    }

    /// Carries out a slice, and counts it. An event without a fate is held.
    async fn age(
        &mut self,
        store: &dyn Store,
        catalog: &Catalog,
        slice: &[(Event, Option<RetentionAction>)],
    ) -> Result<()> {
        let mut next = self.underway.clone();
        let (mut remains, mut gone) = (Vec::new(), Vec::new());
        for (event, retention_action) in slice {
            let class = catalog.class(&event.category, &event.action);
            next.tally.count(class, event, *retention_action);
            next.position = event.seq;
            match retention_action {
                None => {}
                Some(RetentionAction::Delete) => gone.push(event.seq),
                // A dry run changes nothing, and need not know what would remain.
                Some(RetentionAction::Anonymise) if self.dry => {}
                Some(RetentionAction::Anonymise) => {
                    let left = self.anonymiser.remains(event);
                    next.tally.tree.push(digest::residue(&left));
                    remains.push(left);
                }
            }
        }
        let nothing = remains.is_empty() && gone.is_empty();
        if !self.dry && !nothing {
            let checkpoint =
                Checkpoint { underway: Some(next.clone()), ..self.checkpoint.clone() }.text()?;
            let reason = format!("policy {}", self.retention.revision);
            let checkpoint = (Checkpoint::SETTING, checkpoint);
            store
                .retention_step(RetentionStep { remains, gone, reason, at: next.at, checkpoint })
                .await?;
        }
        self.underway = next;
        Ok(())
    }
}

fn halves(range: &Range<u64>) -> [Range<u64>; 2] {
    let middle = range.start + (range.end - range.start) / 2;
    [range.start..middle, middle..range.end]
}
