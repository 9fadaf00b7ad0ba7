//! What was done with things: a quest was looked at, begun, finished, given up.

use annals_event::Event;
use jiff::civil::Date;

use crate::catalog::Role;
use crate::store::{PersonKind, RollupChange, Uses};

/// Counts what an event did with the thing it names. One without an id cannot be told from others.
pub(super) fn count(change: &mut RollupChange, event: &Event, day: Date, role: Option<Role>) {
    let Some(entity) = &event.entity else { return };
    let Some(id) = &entity.id else { return };
    // People are no things, and nothing is kept here that must go with them.
    if PersonKind::from_name(&entity.kind).is_some() {
        return;
    }
    let counter: fn(&mut Uses) -> &mut u64 = match role {
        Some(Role::View) => |uses| &mut uses.views,
        Some(Role::Start) => |uses| &mut uses.starts,
        Some(Role::Complete) => |uses| &mut uses.completions,
        Some(Role::Abandon) => |uses| &mut uses.abandonments,
        _ => return,
    };
    let key = (entity.kind.clone(), id.clone());
    let uses = change.thing_days.entry((day, key.0.clone(), key.1.clone())).or_default();
    *counter(uses) += 1;
    let learnt = uses.is_learning();
    let thing = change.things.entry(key).or_default();
    thing.learnt |= learnt;
    if let Some(name) = &entity.name {
        thing.called(name, event.occurred_at);
    }
}
