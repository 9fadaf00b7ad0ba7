use annals_event::{Points, Subject, Uuid};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::store::conformance::world::plain;

const HOUR: i64 = 3_600 * 1_000_000;
/// A Wednesday, after a clock change and across the end of a year.
const TODAY: Date = date(2026, 1, 7);

fn calendar() -> Calendar {
    Calendar::of("Europe/Berlin").unwrap()
}

fn event(at: Time, kind: LedgerKind, before: i64, delta: i64) -> Event {
    Event {
        occurred_at: at,
        category: kind.entity.as_str().to_owned(),
        action: kind.action.as_str().to_owned(),
        subject: Some(Subject { id: "ben".to_owned(), name: None }),
        points: Some(Points { before, after: before + delta, delta }),
        ..plain(1).event
    }
}

fn weeks(events: &[Event], count: u16) -> Vec<Week> {
    let mut weeks = Weeks::ending(calendar(), TODAY, count);
    events.iter().rev().for_each(|event| weeks.add(event));
    weeks.finish(7)
}

#[test]
fn a_week_begins_on_the_child_s_own_monday() {
    let [task, penalty, asked, given, _, adjusted, ..] = LedgerKind::ALL;
    let at = |text: &str| text.parse().unwrap();
    let events = [
        event(at("2025-12-01T12:00:00Z"), adjusted, 0, 30),
        // Sunday in Berlin, and a minute later Monday.
        event(at("2025-12-28T22:59:00Z"), task, 30, 10),
        event(at("2025-12-28T23:00:00Z"), task, 40, 5),
        event(at("2026-01-01T12:00:00Z"), penalty, 45, -4),
        event(at("2026-01-05T12:00:00Z"), asked, 41, 0),
        event(at("2026-01-06T12:00:00Z"), given, 41, -25),
    ];
    let weeks = weeks(&events, 4);
    let days: Vec<String> =
        weeks.iter().map(|week| format!("{}/{}", week.start_date, week.end_date)).collect();
    assert_eq!(days[..2], ["2025-12-15/2025-12-21", "2025-12-22/2025-12-28"]);
    assert_eq!(days[2..], ["2025-12-29/2026-01-04", "2026-01-05/2026-01-11"]);
    let balances: Vec<i64> = weeks.iter().map(|week| week.balance).collect();
    assert_eq!(balances, [30, 40, 41, 16]);
    let tally = |count, points| Tally { count, points };
    assert_eq!((weeks[1].good, weeks[2].good), (tally(1, 10), tally(1, 5)));
    assert_eq!((weeks[2].not_good, weeks[3].spent), (tally(1, -4), tally(1, -25)));
    // The opening balance lies before the first week.
    assert!(weeks.iter().all(|week| week.adjusted == tally(0, 0)));
}

#[test]
fn without_events_there_is_what_there_is_in_every_week() {
    for count in [1, MAX_WEEKS] {
        let weeks = weeks(&[], count);
        assert_eq!(weeks.len(), usize::from(count));
        assert!(weeks.iter().all(|week| (week.balance, week.good.count) == (7, 0)));
    }
}

#[test]
fn a_record_that_begins_in_the_middle_gives_the_balance_before() {
    let [task, ..] = LedgerKind::ALL;
    let weeks = weeks(&[event("2026-01-02T12:00:00Z".parse().unwrap(), task, 200, 5)], 3);
    let balances: Vec<i64> = weeks.iter().map(|week| week.balance).collect();
    assert_eq!(balances, [200, 205, 205]);
}

#[test]
fn what_is_taken_back_does_not_count_and_every_balance_stays_true() {
    let [task, _, _, given, _, adjusted, task_undone, _, reward_undone] = LedgerKind::ALL;
    let at = |text: &str| text.parse().unwrap();
    let mut events = [
        event(at("2025-12-23T12:00:00Z"), adjusted, 0, 30),
        event(at("2025-12-30T11:00:00Z"), task, 30, 10),
        event(at("2025-12-30T12:00:00Z"), task, 40, 10),
        event(at("2025-12-30T12:01:00Z"), task_undone, 50, -10),
        // Given on Sunday, taken back on Monday.
        event(at("2026-01-04T12:00:00Z"), given, 40, -25),
        event(at("2026-01-05T10:00:00Z"), reward_undone, 15, 25),
    ];
    for (id, event) in (1..).zip(&mut events) {
        event.id = Uuid::from_u128(id);
    }
    for (undone, first) in [(3, 2), (5, 4)] {
        let first = events[first].id.to_string();
        events[undone].metadata.insert("undoes".to_owned(), first.into());
    }
    let weeks = weeks(&events, 3);
    let tally = |count, points| Tally { count, points };
    assert_eq!((weeks[1].good, weeks[1].spent), (tally(1, 10), tally(0, -25)));
    assert_eq!((weeks[2].good, weeks[2].spent), (tally(0, 0), tally(0, 25)));
    let balances: Vec<i64> = weeks.iter().map(|week| week.balance).collect();
    assert_eq!(balances, [30, 15, 40]);
}

proptest! {
    #[test]
    fn each_balance_is_the_one_before_and_what_the_week_did(
        steps in prop::collection::vec((0_i64..60, 0_usize..6, 0_i64..50), 0..80), count in 1_u16..20,
    ) {
        let mut at = calendar().begin(TODAY).plus_micros(-12 * 7 * 24 * HOUR);
        let mut balance = 0;
        let mut events = Vec::new();
        for (hours, kind, points) in steps {
            at = at.plus_micros(hours * HOUR);
            let kind = LedgerKind::ALL[kind];
            let delta = match kind.entity {
                LedgerEntity::Task => points,
                LedgerEntity::Penalty => -points.min(balance),
                LedgerEntity::Reward if kind.action != LedgerAction::Redeemed => 0,
                LedgerEntity::Reward => -points.min(balance),
                LedgerEntity::Adjustment => points - points.min(balance),
            };
            if calendar().day(at) <= TODAY {
                events.push(event(at, kind, balance, delta));
                balance += delta;
            }
        }
        let weeks = weeks(&events, count);
        prop_assert_eq!(weeks.len(), usize::from(count));
        prop_assert!((weeks[weeks.len() - 1].start_date..=weeks[weeks.len() - 1].end_date).contains(&TODAY));
        prop_assert_eq!(weeks[weeks.len() - 1].balance, if events.is_empty() { 7 } else { balance });
        for two in weeks.windows(2) {
            prop_assert_eq!(two[0].end_date.tomorrow().unwrap(), two[1].start_date);
            let [good, not_good] = [two[1].good, two[1].not_good].map(|tally| tally.points);
            let [spent, adjusted] = [two[1].spent, two[1].adjusted].map(|tally| tally.points);
            prop_assert_eq!(two[0].balance + good + not_good + spent + adjusted, two[1].balance);
        }
        // The model: a walk over the events, week by week.
        for week in &weeks {
            let days = week.start_date..=week.end_date;
            let of_it = |entity: LedgerEntity| {
                let days = days.clone();
                events.iter().filter(move |event| {
                    event.category == entity.as_str()
                        && days.contains(&calendar().day(event.occurred_at))
                })
            };
            let good: i64 = of_it(LedgerEntity::Task).map(|event| event.points.unwrap().delta).sum();
            prop_assert_eq!((week.good.count as usize, week.good.points), (of_it(LedgerEntity::Task).count(), good));
            let spent = of_it(LedgerEntity::Reward).filter(|event| event.action == "redeemed");
            prop_assert_eq!(week.spent.count as usize, spent.count());
            let last = events.iter().rev().find(|event| calendar().day(event.occurred_at) <= week.end_date);
            let none = if events.is_empty() { 7 } else { 0 };
            prop_assert_eq!(week.balance, last.map_or(none, |event| event.points.unwrap().after));
        }
    }
}
