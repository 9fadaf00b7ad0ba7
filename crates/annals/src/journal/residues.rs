//! A check of acts that removed people from events: retention runs and erasures. The event of each
//! act has the number of changed events and the root over their residues.

use std::collections::BTreeMap;

use annals_event::digest::{self, GrowingTree};
use annals_event::{Event, Time};

use crate::id;

/// The actions of such acts, and their metadata key with the number of changed events.
const ACTS: [(&str, &str); 2] = [("retention_ran", "anonymised"), ("person_erased", "events")];

/// The residues of events by the time at which their people were removed, and the acts.
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
    /// Adds an event; they must come in order.
    pub(super) fn add(&mut self, event: &Event) {
        if let Some(at) = event.anonymised_at {
            self.found.entry(at).or_default().push(digest::residue(event));
        }
        self.acts.extend(act(event));
    }

    /// Returns each act by its position, with the number of events that are as it left them or the
    /// problem. An act is omitted if its events were deleted or changed again by a later act.
    pub(super) fn acts(&self) -> impl Iterator<Item = (u64, Result<u64, String>)> + '_ {
        self.acts.iter().filter_map(|act| {
            let found = self.found.get(&act.at)?;
            if found.size() != act.events {
                return None;
            }
            let root = id::hex(&found.root());
            let fits = (root == act.root).then_some(act.events);
            Some((
                act.seq,
                fits.ok_or_else(|| {
                    "not all anonymised events are as this act left them".to_owned()
                }),
            ))
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
