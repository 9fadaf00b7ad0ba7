//! A retention run, which reads the journal from its beginning, slice by slice.
//!
//! Each slice saves position and counts in its own transaction. After an interruption, even a
//! crash, the run continues as if nothing had happened.

use std::ops::Range;
use std::time::{Duration, Instant};

use annals_event::{Class, Event, Time, Uuid, digest};
use serde::{Deserialize, Serialize};

use super::entries::audit_through;
use super::outcome::{Outcome, RetentionScope, Tally};
use super::{Anonymiser, Holds, Retention};
use crate::batch_sizer::BatchSizer;
use crate::store::{
    Ageing, JobCheckpoint, Limits, Result, RetentionAction, RetentionStep, Settings, Store,
    StoreError,
};

/// Number of positions in one step.
const STEP: u64 = 1_024;
/// Time for which the writer is blocked at once.
const SLICE: Duration = Duration::from_millis(20);
/// Number of positions after which unreferenced data is collected.
const COMPACT_EVERY: u64 = 1 << 16;

/// The state of retention runs, saved as a checkpoint.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The time as of which everything due was done; before the first run, the time since when runs
    /// are scheduled.
    pub since: Time,
    /// The last run that ended.
    pub last: Option<Outcome>,
    /// The run in progress.
    pub underway: Option<Underway>,
    /// The announcement of the first run that changes events.
    #[serde(default)]
    pub announced: Option<Announcement>,
    /// `true` once a run has changed an event, so that no other is announced.
    #[serde(default)]
    pub begun: bool,
}

/// The announcement of the first scheduled run that changes events, which cannot be undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RetentionAnnouncement)]
pub struct Announcement {
    /// The time before which no scheduled run begins.
    pub begins_at: Time,
    /// Number of events due to be anonymised when it was announced.
    pub anonymised: u64,
    /// Number of events due to be deleted when it was announced.
    pub deleted: u64,
}

/// The saved state.
const SAVED: JobCheckpoint<Checkpoint> = JobCheckpoint::named("retention");

impl Checkpoint {
    /// Reads the state; `None` if no run was ever scheduled.
    ///
    /// # Errors
    /// The checkpoint cannot be read.
    pub async fn read(store: &dyn Settings) -> Result<Option<Checkpoint>> {
        SAVED.get(store).await
    }

    /// Saves the state.
    ///
    /// # Errors
    /// The checkpoint cannot be written.
    pub async fn write(&self, store: &dyn Settings) -> Result<()> {
        SAVED.put(store, self).await
    }
}

/// The progress of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Underway {
    /// The id of the event that will record it.
    pub event: Uuid,
    /// The time as of which events are due.
    pub at: Time,
    /// The part of the due events to handle.
    pub scope: RetentionScope,
    /// The position up to which everything is done.
    pub position: u64,
    /// The last position of the run.
    pub head: u64,
    /// The counts so far.
    pub tally: Tally,
}

/// A retention run.
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
    /// Starts or continues a run with the current settings. `checkpoint` is the state of runs,
    /// which a dry run does not change.
    ///
    /// # Errors
    /// The store fails, or a hold cannot be parsed.
    pub async fn begin(
        store: &dyn Store,
        retention: Retention,
        checkpoint: Checkpoint,
        underway: Underway,
        dry: bool,
    ) -> Result<Run> {
        let Underway { at, head, position, .. } = underway;
        let holds = Holds::in_force(&retention.holds, at).map_err(|id| {
            StoreError::Damaged(format!(
                "the hold {id} cannot be parsed, so nothing may age; correct or end it"
            ))
        })?;
        let through = audit_through(store, retention.audit.max_entries, head).await?;
        let ageing = retention.ageing(at, through);
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

    /// Returns the progress.
    pub fn underway(&self) -> &Underway {
        &self.underway
    }

    /// Handles the next positions. Returns `true` if there are more. Nobody else may rewrite the
    /// events before it has returned.
    ///
    /// # Errors
    /// The store fails. What was done until then stays done.
    pub async fn step(&mut self, store: &dyn Store) -> Result<bool> {
        let range =
            self.underway.position + 1..self.underway.head.min(self.underway.position + STEP) + 1;
        let mut parts = vec![range.clone()];
        while let Some(part) = parts.pop() {
            match store.due(&self.ageing, part.clone()).await {
                Ok(events) => self.carry_out(store, events).await?,
                // Something cannot be read: everything else is done without it.
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

    /// Returns the time before which activity has no people, if this run anonymises.
    pub fn anonymous_before(&self) -> Option<Time> {
        let sees = self.underway.scope.includes(RetentionAction::Anonymise) && !self.dry;
        sees.then_some(self.ageing.of("", Class::Activity).anonymise_before)
    }

    /// Returns the time before which this run anonymises or deletes events of some type; `None` if
    /// it does neither. Surplus audit events may be younger.
    pub fn reaches(&self) -> Option<Time> {
        let Underway { scope, .. } = self.underway;
        let (people, all) =
            (scope.includes(RetentionAction::Anonymise), scope.includes(RetentionAction::Delete));
        let limits = self.ageing.classes.iter().chain(self.ageing.categories.values());
        let moments = limits.flat_map(|limits| {
            let due = [(people, limits.anonymise_before), (all, limits.delete_before)];
            due.into_iter().filter(|(sees, _)| *sees).map(|(_, before)| before)
        });
        moments.max().filter(|before| *before != Limits::NEVER)
    }

    /// Returns the revision of the settings it uses.
    pub fn revision(&self) -> u64 {
        self.retention.revision
    }

    /// Returns the outcome.
    pub fn outcome(&self, now: Time) -> Outcome {
        let Underway { at, scope, ref tally, .. } = self.underway;
        tally.outcome(at, now, scope, self.dry)
    }

    /// Saves that it has ended.
    ///
    /// # Errors
    /// The store fails.
    pub async fn finish(self, store: &dyn Store, outcome: Outcome) -> Result<()> {
        let all = outcome.scope == RetentionScope::All;
        let since = if all { outcome.at } else { self.checkpoint.since };
        let begun = self.checkpoint.begun || outcome.anonymised + outcome.deleted > 0;
        let last = Some(outcome);
        Checkpoint { since, last, underway: None, announced: None, begun }.write(store).await
    }

    async fn carry_out(&mut self, store: &dyn Store, events: Vec<Event>) -> Result<()> {
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
            match self.age(store, slice).await {
                Ok(()) => {}
                // One of them is not as it was written, and stays. Halving finds it.
                Err(StoreError::Damaged(_)) => {
                    for one in slice.chunks(1) {
                        match self.age(store, one).await {
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

    /// Handles a slice and counts it. An event without an action is held.
    async fn age(
        &mut self,
        store: &dyn Store,
        slice: &[(Event, Option<RetentionAction>)],
    ) -> Result<()> {
        let mut next = self.underway.clone();
        let (mut remains, mut gone) = (Vec::new(), Vec::new());
        for (event, retention_action) in slice {
            next.tally.count(event.class, event, *retention_action);
            next.position = event.seq;
            match retention_action {
                None => {}
                Some(RetentionAction::Delete) => gone.push(event.seq),
                // A dry run changes nothing and needs no residues.
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
            let checkpoint = Checkpoint { underway: Some(next.clone()), ..self.checkpoint.clone() };
            let checkpoint = SAVED.saved(&checkpoint)?;
            let reason = format!("policy {}", self.retention.revision);
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
