//! Counts of a slice of events, under texts that are still the events' own: of many events most are
//! about a few people and things, and only what is written is copied.

use std::collections::{BTreeMap, HashMap};

use annals_event::{Event, Time};
use jiff::civil::Date;

use super::Meaning;
use crate::catalog::Role;
use crate::store::{Life, PersonDay, PersonKind, RollupChange, Uses};

/// What some events came to.
#[derive(Default)]
pub(super) struct Counts<'e> {
    /// By day and role; all of them under none.
    days: BTreeMap<(Date, Option<Role>), u64>,
    people: HashMap<(&'e str, Date), Deeds>,
    things: HashMap<(&'e str, &'e str, Date), Thing<'e>>,
}

/// What a person did on a day, and whether any of it was learning.
#[derive(Default)]
struct Deeds {
    day: PersonDay,
    learned: bool,
}

/// What was done with a thing on a day, and what it was called last.
#[derive(Default)]
struct Thing<'e> {
    uses: Uses,
    called: Option<(Time, &'e str)>,
}

impl<'e> Counts<'e> {
    /// Counts an event of the day that it means.
    pub(super) fn take(&mut self, event: &'e Event, meaning: &Meaning) {
        let &Meaning { day, role, own } = meaning;
        for what in [None].into_iter().chain(role.map(Some)) {
            *self.days.entry((day, what)).or_default() += 1;
        }
        self.take_thing(event, day, role);
        let Some(subject) = &event.subject else { return };
        // That Annals saved somebody is nothing they did.
        if own {
            return;
        }
        let deeds = self.people.entry((&subject.id, day)).or_default();
        deeds.day.count(role);
        deeds.learned |= role.is_some_and(Role::is_learning);
    }

    /// Counts what an event did with the thing it names. One without an id cannot be told from
    /// others.
    fn take_thing(&mut self, event: &'e Event, day: Date, role: Option<Role>) {
        let counter: fn(&mut Uses) -> &mut u64 = match role {
            Some(Role::View) => |uses| &mut uses.views,
            Some(Role::Start) => |uses| &mut uses.starts,
            Some(Role::Complete) => |uses| &mut uses.completions,
            Some(Role::Abandon) => |uses| &mut uses.abandonments,
            _ => return,
        };
        let Some(entity) = &event.entity else { return };
        let Some(id) = &entity.id else { return };
        // People are no things, and nothing is kept here that must go with them.
        if PersonKind::from_name(&entity.kind).is_some() {
            return;
        }
        let thing = self.things.entry((&entity.kind, id, day)).or_default();
        *counter(&mut thing.uses) += 1;
        let at = event.occurred_at;
        if let Some(name) = &entity.name
            // Of two names at one time the later told counts.
            && thing.called.is_none_or(|(known, _)| known <= at)
        {
            thing.called = Some((at, name));
        }
    }

    /// Adds them to a change.
    pub(super) fn add_to(self, change: &mut RollupChange) {
        for ((day, role), events) in self.days {
            change.days.insert((day, role.map_or(RollupChange::ALL, Role::as_str)), events);
        }
        for ((id, day), deeds) in self.people {
            change.people.insert((day, id.to_owned()), deeds.day);
            let unlived = Life { first: day, last: day, learned: None };
            let life = change.lives.entry(id.to_owned()).or_insert(unlived);
            life.lived(day, deeds.learned);
        }
        for ((kind, id, day), thing) in self.things {
            change.thing_days.insert((day, kind.to_owned(), id.to_owned()), thing.uses);
            let known = change.things.entry((kind.to_owned(), id.to_owned())).or_default();
            known.learnt |= thing.uses.is_learning();
            if let Some((at, name)) = thing.called {
                known.called(name, at);
            }
        }
    }
}
