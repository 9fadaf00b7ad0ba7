//! A child's points by calendar week: sums over its points events.

use std::collections::HashSet;

use annals_event::{Event, Time, Uuid};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;

use crate::calendar::Calendar;
use crate::store::ledger::undoes;
use crate::store::{LedgerAction, LedgerEntity, LedgerKind, Tally};

/// Number of weeks by default.
pub const DEFAULT_WEEKS: u16 = 12;
/// Number of weeks that a year can touch.
pub const MAX_WEEKS: u16 = 53;

/// The changes of a week: the balance before it and all four sums make the balance after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Week {
    /// The week's Monday.
    pub start_date: Date,
    /// The week's Sunday.
    pub end_date: Date,
    /// Tasks done and not taken back, and the points that they added less those taken back.
    pub good: Tally,
    /// Penalties, and the points they took: 0 or less.
    pub not_good: Tally,
    /// Rewards redeemed, and the points they cost: 0 or less.
    pub spent: Tally,
    /// Opening balances and corrections.
    pub adjusted: Tally,
    /// The balance at the end of the week; for the current week, the balance now.
    pub balance: i64,
}

/// A sum by weeks in progress. Add the child's events newest first, in the journal's order,
/// because a balance is what the last event left.
pub struct Weeks {
    calendar: Calendar,
    weeks: Vec<Week>,
    /// Number of weeks, from the oldest, whose balance is not known yet.
    known: usize,
    /// The events that newer ones take back.
    undone: HashSet<Uuid>,
    /// The balance before the oldest event so far.
    before: Option<i64>,
}

impl Weeks {
    /// Starts a sum of so many weeks, the last of which contains `today`.
    pub fn ending(calendar: Calendar, today: Date, count: u16) -> Weeks {
        let monday = monday(today);
        let weeks: Vec<Week> = (0..i64::from(count))
            .rev()
            .map(|ago| {
                let start_date = monday.saturating_sub(ago.weeks());
                let end_date = start_date.saturating_add(6.days());
                let none = Tally::default();
                let (good, not_good, spent, adjusted) = (none, none, none, none);
                Week { start_date, end_date, good, not_good, spent, adjusted, balance: 0 }
            })
            .collect();
        Weeks { calendar, known: weeks.len(), undone: HashSet::new(), before: None, weeks }
    }

    /// Returns the beginning of the first week.
    pub fn begin(&self) -> Time {
        self.weeks.first().map_or(Time::default(), |week| self.calendar.begin(week.start_date))
    }

    /// Adds the next older event. One from before the first week gives the balance then.
    pub fn add(&mut self, event: &Event) {
        let (Some(kind), Some(points)) = (LedgerKind::of(event), event.points) else {
            return;
        };
        self.before = Some(points.before);
        // The event that takes another one back is the newer one.
        let counts = match undoes(event) {
            Some(first) => {
                self.undone.insert(first);
                false
            }
            None => !self.undone.remove(&event.id),
        };
        let day = self.calendar.day(event.occurred_at);
        // Number of weeks that begin on or before that day.
        let begun = self.weeks.partition_point(|week| week.start_date <= day);
        let first = begun.saturating_sub(1);
        let known = self.known;
        for week in self.weeks.iter_mut().take(known).skip(first) {
            week.balance = points.after;
        }
        self.known = known.min(first);
        let week = self
            .weeks
            .get_mut(first)
            .filter(|week| (week.start_date..=week.end_date).contains(&day));
        let Some(tally) = week.and_then(|week| week.tally(kind)) else {
            return;
        };
        // Points follow the balance, each in its own week; what was taken back was not done.
        tally.count += u64::from(counts);
        tally.points = tally.points.saturating_add(points.delta);
    }

    /// Returns the weeks, oldest first. Before the oldest event the balance is what that event
    /// started from; without any event it always was `now`.
    pub fn finish(mut self, now: i64) -> Vec<Week> {
        let before = self.before.unwrap_or(now);
        for week in self.weeks.iter_mut().take(self.known) {
            week.balance = before;
        }
        self.weeks
    }
}

impl Week {
    /// Returns the sum that a type of event belongs to; `None` if it changes nothing.
    fn tally(&mut self, kind: LedgerKind) -> Option<&mut Tally> {
        match (kind.entity, kind.action) {
            (LedgerEntity::Task, _) => Some(&mut self.good),
            (LedgerEntity::Penalty, _) => Some(&mut self.not_good),
            (LedgerEntity::Reward, LedgerAction::Redeemed | LedgerAction::Undone) => {
                Some(&mut self.spent)
            }
            (LedgerEntity::Reward, _) => None,
            (LedgerEntity::Adjustment, _) => Some(&mut self.adjusted),
        }
    }
}

/// Returns the Monday of a day's week.
fn monday(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
}

#[cfg(test)]
mod tests;
