//! The outcome of a retention run, or of a dry run.

use std::collections::BTreeMap;

use annals_event::digest::GrowingTree;
use annals_event::{Event, Time};
use serde::{Deserialize, Serialize};

use crate::catalog::{Class, OTHER};
use crate::store::RetentionAction;

/// Number of categories that are counted by name; the rest is counted as `other`.
const CATEGORIES: usize = 200;

/// The part of the due events that a run handles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RetentionScope)]
pub enum RetentionScope {
    /// All due events.
    #[default]
    All,
    /// Events to anonymise.
    Anonymise,
    /// Events to delete.
    Delete,
}

impl RetentionScope {
    /// Returns `true` if a run of this scope does this action.
    pub fn includes(self, retention_action: RetentionAction) -> bool {
        match self {
            RetentionScope::All => true,
            RetentionScope::Anonymise => retention_action == RetentionAction::Anonymise,
            RetentionScope::Delete => retention_action == RetentionAction::Delete,
        }
    }
}

/// The counts of a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RetentionKind)]
pub struct Kind {
    /// The class, which decides how long they are kept.
    pub class: Class,
    /// The category; `other` also counts those beyond the 200 that are counted by name.
    pub category: String,
    /// Number of anonymised events.
    pub anonymised: u64,
    /// Number of deleted events.
    pub deleted: u64,
    /// Number of events that are due, but held.
    pub held: u64,
}

/// The outcome of a run, or of a dry run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RetentionRun)]
pub struct Outcome {
    /// The time as of which events were due.
    pub at: Time,
    /// The time when it ended.
    pub finished_at: Time,
    /// `true` if nothing was changed.
    pub dry_run: bool,
    /// The part of the due events that was handled.
    pub scope: RetentionScope,
    /// Number of anonymised events.
    pub anonymised: u64,
    /// Number of deleted events.
    pub deleted: u64,
    /// Number of events that are due, but held.
    pub held: u64,
    /// Number of events that are due, but not as they were written. They stay, for `annals verify`.
    pub damaged: u64,
    /// The same by class and category, without empty ones.
    pub kinds: Vec<Kind>,
    /// The root over the residues of the anonymised events, in hex (`docs/digest.md`).
    pub residue_root: String,
}

/// The counts of a run, and the tree over its residues.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    kinds: BTreeMap<String, Kind>,
    /// Number of events that are due, but not as they were written.
    pub damaged: u64,
    /// The tree over the residues of the anonymised events, in order.
    pub tree: GrowingTree,
    /// Number of deleted points events.
    pub points: u64,
}

impl Tally {
    /// Counts an event; `None` if a hold keeps it.
    pub(super) fn count(
        &mut self,
        class: Class,
        event: &Event,
        retention_action: Option<RetentionAction>,
    ) {
        let full = self.kinds.len() >= CATEGORIES;
        let key = |category: &str| format!("{} {category}", class.as_str());
        let known = !full || self.kinds.contains_key(&key(&event.category));
        let category = if known { event.category.as_str() } else { OTHER };
        let kind = self.kinds.entry(key(category)).or_insert_with(|| Kind {
            class,
            category: category.to_owned(),
            anonymised: 0,
            deleted: 0,
            held: 0,
        });
        match retention_action {
            Some(RetentionAction::Anonymise) => kind.anonymised += 1,
            Some(RetentionAction::Delete) => kind.deleted += 1,
            None => kind.held += 1,
        }
        self.points +=
            u64::from(retention_action == Some(RetentionAction::Delete) && event.points.is_some());
    }

    /// Returns the outcome.
    pub(super) fn outcome(
        &self,
        at: Time,
        finished_at: Time,
        scope: RetentionScope,
        dry_run: bool,
    ) -> Outcome {
        let sum = |of: fn(&Kind) -> u64| self.kinds.values().map(of).sum();
        Outcome {
            at,
            finished_at,
            dry_run,
            scope,
            anonymised: sum(|kind| kind.anonymised),
            deleted: sum(|kind| kind.deleted),
            held: sum(|kind| kind.held),
            damaged: self.damaged,
            kinds: self.kinds.values().cloned().collect(),
            residue_root: crate::id::hex(&self.tree.root()),
        }
    }
}
