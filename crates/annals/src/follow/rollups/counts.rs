//! Counts of a slice of events. They borrow the events' own texts: most events are about a few
//! people and entities, and only the written rows are copied.

use std::collections::BTreeMap;

use annals_event::{Event, Time};
use foldhash::HashMap;
use jiff::civil::Date;

use super::Meaning;
use crate::catalog::Role;
use crate::store::{ActiveSpan, PersonDay, PersonKind, RollupChange, Uses};

/// The counts of some events.
#[derive(Default)]
pub(super) struct Counts<'e> {
    /// Events by day and role; `None` counts all of them.
    days: BTreeMap<(Date, Option<Role>), u64>,
    people: HashMap<(&'e str, Date), PersonActivity>,
    entities: HashMap<(&'e str, &'e str, Date), EntityCount<'e>>,
}

/// The activity of a person on a day, and whether any of it was learning.
#[derive(Default)]
struct PersonActivity {
    day: PersonDay,
    learned: bool,
}

/// The uses of an entity on a day, and its last name.
#[derive(Default)]
struct EntityCount<'e> {
    uses: Uses,
    called: Option<(Time, &'e str)>,
}

impl<'e> Counts<'e> {
    /// Counts an event by its meaning.
    pub(super) fn count(&mut self, event: &'e Event, meaning: &Meaning) {
        let &Meaning { day, role, own } = meaning;
        for what in [None].into_iter().chain(role.map(Some)) {
            *self.days.entry((day, what)).or_default() += 1;
        }
        self.count_entity(event, day, role);
        let Some(subject) = &event.subject else { return };
        // An act of Annals itself is not the person's activity.
        if own {
            return;
        }
        let person_activity = self.people.entry((&subject.id, day)).or_default();
        person_activity.day.count(role);
        person_activity.learned |= role.is_some_and(Role::is_learning);
    }

    /// Counts a use of the event's entity. Entities without an id cannot be distinguished.
    fn count_entity(&mut self, event: &'e Event, day: Date, role: Option<Role>) {
        let counter: fn(&mut Uses) -> &mut u64 = match role {
            Some(Role::View) => |uses| &mut uses.views,
            Some(Role::Start) => |uses| &mut uses.starts,
            Some(Role::Complete) => |uses| &mut uses.completions,
            Some(Role::Abandon) => |uses| &mut uses.abandonments,
            _ => return,
        };
        let Some(entity) = &event.entity else { return };
        let Some(id) = &entity.id else { return };
        // Entities that are people are left out, because nothing here is erased with them.
        if PersonKind::from_name(&entity.kind).is_some() {
            return;
        }
        let entity_use = self.entities.entry((&entity.kind, id, day)).or_default();
        *counter(&mut entity_use.uses) += 1;
        let at = event.occurred_at;
        if let Some(name) = &entity.name
            // Between names with the same time, the order in which they came must not decide.
            && entity_use.called.is_none_or(|known| known < (at, name.as_str()))
        {
            entity_use.called = Some((at, name));
        }
    }

    /// Adds the counts to a change.
    pub(super) fn add_to(self, change: &mut RollupChange) {
        for ((day, role), events) in self.days {
            change.days.insert((day, role.map_or(RollupChange::ALL, Role::as_str)), events);
        }
        for ((id, day), person_activity) in self.people {
            change.people.insert((day, id.to_owned()), person_activity.day);
            let unknown_span = ActiveSpan { first: day, last: day, learned: None };
            let active_span = change.active_spans.entry(id.to_owned()).or_insert(unknown_span);
            active_span.lived(day, person_activity.learned);
        }
        for ((kind, id, day), entity_use) in self.entities {
            change.entity_days.insert((day, kind.to_owned(), id.to_owned()), entity_use.uses);
            let known = change.entities.entry((kind.to_owned(), id.to_owned())).or_default();
            known.is_learning |= entity_use.uses.is_learning();
            if let Some((at, name)) = entity_use.called {
                known.called(name, at);
            }
        }
    }
}
