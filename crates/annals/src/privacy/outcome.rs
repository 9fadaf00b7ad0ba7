//! What a retention run did, or would do.

use std::collections::BTreeMap;

use annals_event::digest::GrowingTree;
use annals_event::{Event, Time};
use serde::{Deserialize, Serialize};

use crate::catalog::{Class, OTHER};
use crate::store::RetentionAction;

/// Categories counted by name; of more than so many, the rest is counted as `other`.
const CATEGORIES: usize = 200;

/// Which part of what is due a run carries out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RetentionScope)]
pub enum RetentionScope {
    /// All of it.
    #[default]
    All,
    /// What is to lose its people.
    Anonymise,
    /// What is to be deleted.
    Delete,
}

impl RetentionScope {
    /// Whether a run of this scope carries a fate out.
    pub fn includes(self, retention_action: RetentionAction) -> bool {
        match self {
            RetentionScope::All => true,
            RetentionScope::Anonymise => retention_action == RetentionAction::Anonymise,
            RetentionScope::Delete => retention_action == RetentionAction::Delete,
        }
    }
}

/// How many events of a category met which fate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RetentionKind)]
pub struct Kind {
    /// The class that decides how long they are kept.
    pub class: Class,
    /// The category; `other` also holds those beyond the 200 that are counted by name.
    pub category: String,
    /// How many lost their people.
    pub anonymised: u64,
    /// How many were deleted.
    pub deleted: u64,
    /// How many are due, and a hold keeps them.
    pub held: u64,
}

/// What a run did, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RetentionRun)]
pub struct Outcome {
    /// The moment as of which events were due.
    pub at: Time,
    /// When it ended.
    pub finished_at: Time,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// Which part of what is due.
    pub scope: RetentionScope,
    /// How many events lost their people.
    pub anonymised: u64,
    /// How many were deleted.
    pub deleted: u64,
    /// How many are due, and a hold keeps them.
    pub held: u64,
    /// How many are due, and are not the ones written: they stay as they are, for `annals verify`.
    pub damaged: u64,
    /// The same by class and category, those without any left out.
    pub kinds: Vec<Kind>,
    /// The root over what remains of those that lost their people, in hex (`docs/digest.md`).
    pub residue_root: String,
}

/// Counts of a run, and the tree over what it left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    kinds: BTreeMap<String, Kind>,
    /// Due, and not the ones written.
    pub damaged: u64,
    /// Over the residues of what was anonymised, in order.
    pub tree: GrowingTree,
    /// Points events that were deleted.
    pub points: u64,
}

impl Tally {
    /// Counts an event: `None` where a hold keeps it.
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

    /// What the run did.
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
