//! Points: the intended events, and those that happen once balances are known.

use std::collections::HashMap;

use annals_event::{Draft, Entity, Points, Time};
use serde_json::{Value, json};

use super::dice::Dice;
use super::people::{Child, Family};
use super::story::{Change, HOUR, MINUTE, Planned, Story};

const TASKS: &[(&str, &str, i64)] = &[
    ("task-dishes", "Empty the dishwasher", 5),
    ("task-room", "Clean the room", 10),
    ("task-dog", "Walk the dog", 8),
    ("task-reading", "Read for twenty minutes", 6),
    ("task-piano", "Practise the piano", 8),
    ("task-plants", "Water the plants", 4),
    ("task-homework", "Homework without a reminder", 12),
    ("task-kindness", "Help somebody unasked", 15),
];
const PENALTIES: &[(&str, &str, i64)] = &[
    ("penalty-late", "Late to bed", 5),
    ("penalty-screen", "Screen time overdrawn", 8),
    ("penalty-shouting", "Shouting at the table", 6),
];
const REWARDS: &[(&str, &str, i64)] = &[
    ("reward-film", "Film night", 40),
    ("reward-ice", "Ice cream", 20),
    ("reward-pool", "Trip to the pool", 80),
    ("reward-late", "Half an hour later to bed", 25),
    ("reward-friend", "A friend stays overnight", 100),
];

/// A reward that nobody has the points for yet.
const DREAM: (&str, &str, i64) = ("reward-bicycle", "A new bicycle", 750);

/// Returns the path and body of each task, penalty and reward.
pub fn definitions() -> Vec<(String, Value)> {
    let task = |is_good: bool| {
        move |&(id, name, points): &(&str, &str, i64)| {
            let body = json!({ "name": name, "points": points, "is_good": is_good });
            (format!("/api/v1/tasks/{id}"), body)
        }
    };
    let rewards = REWARDS.iter().chain([&DREAM]);
    let reward = |&(id, name, cost): &(&str, &str, i64)| {
        (format!("/api/v1/rewards/{id}"), json!({ "name": name, "cost": cost }))
    };
    let good = TASKS.iter().map(task(true));
    good.chain(PENALTIES.iter().map(task(false))).chain(rewards.map(reward)).collect()
}

/// Adds a day of points of one child.
pub fn day(story: &mut Story, family: &Family, child: &Child, morning: Time, dice: &mut Dice) {
    let hour = |dice: &mut Dice, from: i64, to: i64| {
        morning.plus_micros(dice.within(from * HOUR, to * HOUR))
    };
    for _ in 0..dice.within(1, 4) {
        let (id, name, points) = *dice.pick(TASKS);
        let who = dice.pick(family.guardians);
        let draft = family.guardian_does(who, child, "task", "activated");
        let at = hour(dice, 7, 20);
        story.points(at, with_entity(draft, "task", id, name), Change::Add(points));
    }
    if dice.chance(12) {
        let (id, name, points) = *dice.pick(PENALTIES);
        let who = dice.pick(family.guardians);
        let draft = family.guardian_does(who, child, "penalty", "activated");
        let at = hour(dice, 17, 21);
        story.points(at, with_entity(draft, "penalty", id, name), Change::Take(points));
    }
    if dice.chance(2) {
        let who = dice.pick(family.guardians);
        let draft = family.guardian_does(who, child, "adjustment", "adjusted");
        let at = hour(dice, 18, 20);
        story.points(at, reason(draft, "Forgot to count Sunday's help"), Change::Add(5));
    }
    if dice.chance(28) {
        let (id, name, cost) = *dice.pick(REWARDS);
        let at = hour(dice, 14, 18);
        let draft = family.child_does(child, "reward", "requested");
        story.points(at, with_entity(draft, "reward", id, name), Change::Request(cost));
        let later = at.plus_micros(dice.within(20 * MINUTE, 4 * HOUR));
        if dice.chance(70) {
            let who = dice.pick(family.guardians);
            let draft = family.guardian_does(who, child, "reward", "redeemed");
            story.points(later, with_entity(draft, "reward", id, name), Change::Redeem(cost));
        } else {
            let draft = family.child_does(child, "reward", "cancelled");
            story.points(later, with_entity(draft, "reward", id, name), Change::Cancel);
        }
    }
}

/// Adds the opening balance of a child.
pub fn opening(story: &mut Story, family: &Family, child: &Child, at: Time) {
    if let (Some(who), true) = (family.guardians.first(), child.opening > 0) {
        let draft = family.guardian_does(who, child, "adjustment", "adjusted");
        story.points(at, reason(draft, "Opening balance"), Change::Add(child.opening));
    }
}

/// Adds the first task on the list, done now.
pub fn task_now(story: &mut Story, family: &Family, child: &Child, at: Time) {
    if let (Some(who), Some(&(id, name, points))) = (family.guardians.first(), TASKS.first()) {
        let draft = family.guardian_does(who, child, "task", "activated");
        story.points(at, with_entity(draft, "task", id, name), Change::Add(points));
    }
}

fn with_entity(mut draft: Draft, kind: &str, id: &str, name: &str) -> Draft {
    draft.entity = Some(Entity { kind: kind.into(), id: Some(id.into()), name: Some(name.into()) });
    draft
}

fn reason(mut draft: Draft, why: &str) -> Draft {
    draft.metadata.insert("reason".into(), why.into());
    draft
}

/// Balances and open requests, event by event in the order of time.
#[derive(Default)]
pub struct Ledger {
    balances: HashMap<String, i64>,
    pending: HashMap<(String, String), ()>,
}

impl Ledger {
    /// Returns the event with its points; `None` if the rules refuse it.
    pub fn settle(&mut self, planned: Planned) -> Option<Planned> {
        let Planned { time, mut draft, change } = planned;
        let Some(change) = change else {
            return Some(Planned { time, draft, change });
        };
        let child = draft.subject.as_ref()?.id.clone();
        let entity_id = draft.entity.as_ref().and_then(|entity| entity.id.clone());
        let request = (child.clone(), entity_id.unwrap_or_default());
        let before = self.balances.get(&child).copied().unwrap_or(0);
        let after = match change {
            Change::Add(points) => before + points,
            Change::Take(points) => (before - points).max(0),
            Change::Request(cost) => {
                // Too expensive, or requested already: a refused command records nothing.
                if cost > before || self.pending.insert(request, ()).is_some() {
                    return None;
                }
                before
            }
            Change::Redeem(cost) => {
                if cost > before {
                    return None;
                }
                self.pending.remove(&request);
                before - cost
            }
            Change::Cancel => {
                self.pending.remove(&request)?;
                before
            }
        };
        self.balances.insert(child, after);
        draft.points = Some(Points { before, after, delta: after - before });
        Some(Planned { time, draft, change: Some(change) })
    }
}
