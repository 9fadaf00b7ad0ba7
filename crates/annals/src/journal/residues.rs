//! What acts left that took people out of events: a run of retention, an erasure. Each says in its
//! own event how many it changed and the root over what remains of them.

use std::collections::BTreeMap;

use annals_event::digest::{self, GrowingTree};
use annals_event::{Event, Time};

use crate::id;

/// The actions that tell of such an act, and where they say how many events it changed.
const ACTS: [(&str, &str); 2] = [("retention_ran", "anonymised"), ("person_erased", "events")];

/// What remains of events, by the moment at which their people went, and the acts that tell of it.
#[derive(Default)]
pub(super) struct Residues {
    found: BTreeMap<Time, GrowingTree>,
    acts: Vec<Act>,
}

struct Act {
    seq: u64,
    at: Time,
    events: u64,
    root: String,
}

impl Residues {
    /// Takes in an event; they come in order.
    pub(super) fn take(&mut self, event: &Event) {
        if let Some(at) = event.anonymised_at {
            self.found.entry(at).or_default().push(digest::residue(event));
        }
        self.acts.extend(act(event));
    }

    /// Each act, by its position: how many events stand as it left them, or what is wrong. Of an act
    /// that others went on from, by deleting events or taking somebody else out, nothing is told.
    pub(super) fn acts(&self) -> impl Iterator<Item = (u64, Result<u64, String>)> + '_ {
        self.acts.iter().filter_map(|act| {
            let found = self.found.get(&act.at)?;
            if found.size() != act.events {
                return None;
            }
            let root = id::hex(&found.root());
            let fits = (root == act.root).then_some(act.events);
            Some((act.seq, fits.ok_or_else(|| "not all that remains is what it left".to_owned())))
        })
    }
}

fn act(event: &Event) -> Option<Act> {
    let (_, count) = ACTS.into_iter().find(|(action, _)| *action == event.action)?;
    if event.category != "system" {
        return None;
    }
    let text = |name: &str| event.metadata.get(name)?.as_str();
    Some(Act {
        seq: event.seq,
        at: text("anonymised_at")?.parse().ok()?,
        events: event.metadata.get(count)?.as_u64()?,
        root: text("residue_root")?.to_owned(),
    })
}
