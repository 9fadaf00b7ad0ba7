//! A child's progress: the sums over its tasks, and the tasks that reached a threshold.

use std::collections::{BTreeSet, HashMap, HashSet};

use annals_event::{Event, Time, Uuid};
use jiff::civil::Date;

use super::rules::{Metric, Rule, Rules};
use crate::calendar::Calendar;
use crate::store::ledger::undoes;
use crate::store::{LedgerAction, LedgerEntity, LedgerKind, Result, Store, TrackingQuery};

/// Number of events read at once.
const PAGE: usize = 1_000;
/// The only events that count: tasks that were done.
pub(super) const COUNTED: LedgerKind =
    LedgerKind { entity: LedgerEntity::Task, action: LedgerAction::Activated };
/// The events that take such an event back.
const UNDONE: LedgerKind = LedgerKind { entity: LedgerEntity::Task, action: LedgerAction::Undone };

/// A child's progress with one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadgeProgress {
    /// The current value of the metric.
    pub value: i64,
    /// The event that reached the threshold, and when it happened.
    pub reached: Option<(Uuid, Time)>,
}

/// A task that was done, or taken back.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) seq: u64,
    pub(super) id: Uuid,
    pub(super) at: Time,
    pub(super) task: Option<String>,
    pub(super) points: i64,
    /// The event that it takes back, if it does.
    pub(super) undoes: Option<Uuid>,
}

impl Done {
    pub(super) fn of(event: &Event) -> Option<Done> {
        if ![COUNTED, UNDONE].contains(&LedgerKind::of(event)?) {
            return None;
        }
        let task = event.entity.as_ref().and_then(|entity| entity.id.clone());
        let (seq, id, at) = (event.seq, event.id, event.occurred_at);
        Some(Done { seq, id, at, task, points: event.points?.delta, undoes: undoes(event) })
    }
}

/// Returns the tasks a child has done or that were taken back after a position, oldest first.
pub(super) async fn done(store: &dyn Store, child: &str, after: u64) -> Result<Vec<Done>> {
    let mut done: Vec<Done> = Vec::new();
    let mut offset = 0;
    loop {
        let query = TrackingQuery {
            child: Some(child.to_owned()),
            account: None,
            kinds: vec![COUNTED, UNDONE],
            from: None,
            to: None,
            limit: PAGE,
            offset,
        };
        let (_, events) = store.tracking(query).await?;
        let more = events.len() == PAGE && events.last().is_some_and(|event| event.seq > after);
        // Newest first: events written meanwhile shift others to the next page, where they come
        // again.
        let last = done.last().map_or(u64::MAX, |done| done.seq);
        let new = events.iter().filter_map(Done::of);
        done.extend(new.filter(|done| done.seq < last && done.seq > after));
        offset += PAGE;
        if !more {
            done.reverse();
            return Ok(done);
        }
    }
}

/// A child's progress up to a position.
#[derive(Clone)]
pub(super) struct ChildProgress {
    so_far: SoFar,
    /// The progress with each rule, in their order.
    pub(super) badge_progress: Vec<BadgeProgress>,
    /// The position of the last task in it.
    pub(super) last: u64,
}

impl ChildProgress {
    pub(super) fn new(rules: &Rules) -> ChildProgress {
        let badge_progress =
            rules.iter().map(|_| BadgeProgress { value: 0, reached: None }).collect();
        ChildProgress { so_far: SoFar::default(), badge_progress, last: 0 }
    }

    /// Adds the next tasks, without those that are taken back among them.
    pub(super) fn extend(&mut self, rules: &Rules, calendar: &Calendar, done: &[Done]) {
        self.last = done.last().map_or(self.last, |last| last.seq);
        let undone: HashSet<Uuid> = done.iter().filter_map(|event| event.undoes).collect();
        let counted = |event: &&Done| event.undoes.is_none() && !undone.contains(&event.id);
        for event in done.iter().filter(counted) {
            self.so_far.add(event, calendar.day(event.at));
            for (rule, reached_so_far) in rules.iter().zip(&mut self.badge_progress) {
                reached_so_far.value = self.so_far.value(rule);
                if reached_so_far.reached.is_none() && reached_so_far.value >= rule.threshold {
                    reached_so_far.reached = Some((event.id, event.at));
                }
            }
        }
    }
}

/// The sums so far.
#[derive(Clone, Default)]
struct SoFar {
    points: i64,
    tasks: i64,
    by_task: HashMap<String, i64>,
    weeks: BTreeSet<i64>,
    longest: i64,
}

impl SoFar {
    fn add(&mut self, event: &Done, day: Date) {
        self.points = self.points.saturating_add(event.points.max(0));
        self.tasks += 1;
        if let Some(task) = &event.task {
            *self.by_task.entry(task.clone()).or_default() += 1;
        }
        let week = week(day);
        if self.weeks.insert(week) {
            let before = (0..).take_while(|back| self.weeks.contains(&(week - 1 - back))).count();
            let after = (0..).take_while(|on| self.weeks.contains(&(week + 1 + on))).count();
            self.longest = self.longest.max(i64::try_from(before + 1 + after).unwrap_or(i64::MAX));
        }
    }

    fn value(&self, rule: &Rule) -> i64 {
        match &rule.metric {
            Metric::PointsEarned => self.points,
            Metric::TasksDone => self.tasks,
            Metric::Task(id) => self.by_task.get(id).copied().unwrap_or(0),
            Metric::WeeksInARow => self.longest,
        }
    }
}

/// Returns the number of a day's week. Weeks begin on Monday; the first Monday of 1970 was the 5th.
fn week(day: Date) -> i64 {
    let monday = jiff::civil::date(1970, 1, 5);
    day.duration_since(monday).as_hours().div_euclid(7 * 24)
}
