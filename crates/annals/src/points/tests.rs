use annals_event::{Points, Time};
use proptest::prelude::*;

use super::*;
use crate::store::conformance::world::plain;
use crate::store::{LedgerEntity, Pending, Reward, Task};

fn account(balance: i64, pending: &[&str]) -> Account {
    let at = Time::default();
    let pending = pending.iter().map(|&reward| Pending { reward: reward.to_owned(), at }).collect();
    Account { balance, pending, ..Account::default() }
}

fn task(points: i64, is_good: bool) -> Task {
    Task { id: "t".to_owned(), name: "Dishes".to_owned(), points, is_good }
}

fn reward(cost: i64) -> Reward {
    Reward { id: "r".to_owned(), name: "Film night".to_owned(), cost }
}

const STRICT: Rules = Rules { allow_negative: false };
const LOOSE: Rules = Rules { allow_negative: true };

fn change(draft: &Draft) -> (i64, i64, i64) {
    let Points { before, after, delta } = draft.points.unwrap();
    (before, after, delta)
}

#[test]
fn a_task_adds_and_a_penalty_takes_what_there_is() {
    let good = activate(&account(3, &[]), &task(5, true), STRICT);
    assert_eq!((good.category.as_deref(), change(&good)), (Some("task"), (3, 8, 5)));
    let bad = activate(&account(3, &[]), &task(5, false), STRICT);
    assert_eq!((bad.category.as_deref(), change(&bad)), (Some("penalty"), (3, 0, -3)));
    assert_eq!(bad.metadata["points"], 5);
    assert_eq!(change(&activate(&account(3, &[]), &task(5, false), LOOSE)), (3, -2, -5));
    // An imported balance below zero: it falls no further, and a task still counts in full.
    assert_eq!(change(&activate(&account(-7, &[]), &task(5, false), STRICT)), (-7, -7, 0));
    assert_eq!(change(&activate(&account(-7, &[]), &task(5, true), STRICT)), (-7, -2, 5));
}

#[test]
fn a_reward_is_asked_for_once_and_paid_for_in_full() {
    let short = Err(Refusal::InsufficientPoints { needed: 4 });
    for rules in [STRICT, LOOSE] {
        assert_eq!(request(&account(6, &[]), &reward(10), rules), short);
        assert_eq!(redeem(&account(6, &[]), &reward(10), false, rules), short);
    }
    let asked = request(&account(10, &[]), &reward(10), STRICT).unwrap();
    assert_eq!((asked.action.as_str(), change(&asked)), ("requested", (10, 10, 0)));
    let again = request(&account(10, &["r"]), &reward(10), STRICT);
    assert_eq!(again, Err(Refusal::AlreadyPending));
    let given = redeem(&account(10, &["r"]), &reward(10), true, STRICT).unwrap();
    assert_eq!((given.action.as_str(), change(&given)), ("redeemed", (10, 0, -10)));
    assert_eq!(given.metadata["requested"], true);
    let unasked = redeem(&account(10, &["other"]), &reward(10), false, STRICT).unwrap();
    assert_eq!(unasked.metadata["requested"], false);
    let too_late = redeem(&account(10, &["other"]), &reward(10), true, STRICT);
    assert_eq!(too_late, Err(Refusal::NotPending));
}

#[test]
fn only_what_is_pending_is_cancelled() {
    assert_eq!(cancel(&account(5, &["x"]), "r", None, STRICT), Err(Refusal::NotPending));
    let cancelled = cancel(&account(5, &["r"]), "r", Some("Film night"), STRICT).unwrap();
    assert_eq!((cancelled.action.as_str(), change(&cancelled)), ("cancelled", (5, 5, 0)));
}

#[test]
fn what_is_taken_back_comes_back_in_full_or_not_at_all() {
    let first = |points: Points, requested: Option<bool>| {
        let mut event = plain(7).event;
        event.points = Some(points);
        event.entity = Some(Entity { kind: "x".to_owned(), id: Some("e".to_owned()), name: None });
        if let Some(requested) = requested {
            event.metadata.insert("requested".to_owned(), requested.into());
        }
        event
    };
    let done = Points { before: 3, after: 8, delta: 5 };
    let back = undo(&account(9, &[]), &first(done, None), LedgerEntity::Task, done, STRICT);
    let back = back.unwrap();
    assert_eq!((back.category.as_deref(), &*back.action), (Some("task"), "undone"));
    assert_eq!(change(&back), (9, 4, -5));
    assert_eq!(back.metadata["undoes"], plain(7).event.id.to_string());
    let spent = undo(&account(2, &[]), &first(done, None), LedgerEntity::Task, done, STRICT);
    assert_eq!(spent, Err(Refusal::PointsSpent { missing: 3 }));
    let loose = undo(&account(2, &[]), &first(done, None), LedgerEntity::Task, done, LOOSE);
    assert_eq!(change(&loose.unwrap()), (2, -3, -5));
    let given = Points { before: 10, after: 0, delta: -10 };
    let back =
        undo(&account(0, &[]), &first(given, Some(true)), LedgerEntity::Reward, given, STRICT);
    let back = back.unwrap();
    assert_eq!((change(&back), &back.metadata["requested"]), ((0, 10, 10), &true.into()));
}

proptest! {
    #[test]
    fn what_is_recorded_is_what_changed(
        balance in -limits::MAX_INTEGER..=limits::MAX_INTEGER,
        points in 0..=limits::MAX_INTEGER, up: bool, allow_negative: bool,
    ) {
        let rules = Rules { allow_negative };
        let change = if up { points } else { -points };
        for draft in [
            activate(&account(balance, &[]), &task(points, up), rules),
            adjust(&account(balance, &[]), change, "why", rules),
        ] {
            let Points { before, after, delta } = draft.points.unwrap();
            prop_assert_eq!((before, after - before), (balance, delta));
            prop_assert!(delta.signum() == 0 || (delta > 0) == up);
            prop_assert!(delta.abs() <= points);
            prop_assert!(after.abs() <= limits::MAX_INTEGER);
            prop_assert!(allow_negative || after >= balance.min(0));
            prop_assert_eq!(draft.check(), Ok(()));
        }
    }
}
