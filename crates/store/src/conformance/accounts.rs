//! Accounts: there is no balance without its event, and no event without its balance.

use std::sync::Arc;

use annals_event::{Account as UserAccount, Actor, ActorType, Entity, Event, Points, Subject};

use super::super::{
    Account, Appended, Command, Decided, Entry, Item, LedgerKind, Outcome, Repeat, Reward, Store,
    Tally, Task, TrackingQuery,
};
use super::world::{entry, plain};
use super::{START, accepted, append, delete, everything, share};

/// A points event of a child.
fn points(number: u128, child: &str, category: &str, action: &str, change: [i64; 2]) -> Entry {
    let [before, after] = change;
    let named = category != "adjustment";
    entry(Event {
        category: category.to_owned(),
        action: action.to_owned(),
        subject: Some(Subject { id: child.to_owned(), name: None }),
        actor: Actor {
            kind: ActorType::User,
            id: Some("g1".to_owned()),
            name: None,
            ..Actor::default()
        },
        entity: named.then(|| Entity {
            kind: category.to_owned(),
            id: Some("thing".to_owned()),
            name: None,
        }),
        points: Some(Points { before, after, delta: after - before }),
        ..plain(number).event
    })
}

/// A command that adds points to the balance.
fn add(number: u128, child: &str, change: i64, repeat: Option<Repeat>) -> Item {
    let of = child.to_owned();
    let decide = Box::new(move |account: &Account| {
        let change = [account.balance, account.balance + change];
        Some(points(number, &of, "task", "activated", change))
    });
    Item::Decide(Command { child: child.to_owned(), repeat, decide })
}

fn refuse(child: &str) -> Item {
    Item::Decide(Command { child: child.to_owned(), repeat: None, decide: Box::new(|_| None) })
}

async fn decided(store: &dyn Store, item: Item) -> Decided {
    match store.commit(vec![item], START).await.unwrap().pop() {
        Some(Outcome::Decided(decided)) => decided,
        other => panic!("{other:?}"),
    }
}

pub async fn a_command_moves_the_balance_with_its_event(store: Arc<dyn Store>) {
    assert_eq!(store.account("c1").await, Ok(Account::default()));
    let Decided::Done { event, account } = decided(&*store, add(1, "c1", 10, None)).await else {
        panic!("refused");
    };
    assert_eq!((event.seq, event.created_at), (1, START));
    let good = Tally { count: 1, points: 10 };
    assert_eq!(account, Account { balance: 10, good, ..Account::default() });
    assert_eq!(store.account("c1").await, Ok(account));
    assert_eq!(everything(&*store).await, [*event]);
    assert_eq!(store.head().await.unwrap().seq, 1);
    // Another child has another account.
    assert_eq!(store.account("c2").await, Ok(Account::default()));
}

pub async fn a_refusal_leaves_nothing_and_its_neighbours_go_on(store: Arc<dyn Store>) {
    let batch = vec![Item::Append(plain(1)), refuse("c1"), add(2, "c1", 5, None), refuse("c1"), {
        let seen = |account: &Account| {
            // A command sees the changes of earlier ones in the same commit.
            assert_eq!(account.balance, 5);
            Some(points(3, "c1", "penalty", "activated", [5, 2]))
        };
        Item::Decide(Command { child: "c1".to_owned(), repeat: None, decide: Box::new(seen) })
    }];
    let outcomes = store.commit(batch, START).await.unwrap();
    let refused = Outcome::Decided(Decided::Refused);
    let first = Outcome::Appended(Appended::Accepted { seq: 1, created_at: START });
    assert_eq!((&outcomes[0], &outcomes[1], &outcomes[3]), (&first, &refused, &refused));
    let stored = everything(&*store).await;
    assert_eq!(stored.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3]);
    let account = store.account("c1").await.unwrap();
    assert_eq!((account.balance, account.not_good), (2, Tally { count: 1, points: -3 }));
    // A commit with nothing else does not even move the head.
    assert_eq!(decided(&*store, refuse("c1")).await, Decided::Refused);
    assert_eq!(store.head().await.unwrap().seq, 3);
}

pub async fn of_many_commands_on_one_account_none_is_lost(store: Arc<dyn Store>) {
    let tasks = (0..8_u128).map(|task| {
        let store = share(&store);
        tokio::spawn(async move {
            for number in 0..10 {
                let item = add(1 + task * 10 + number, "c1", 1, None);
                assert!(matches!(decided(&*store, item).await, Decided::Done { .. }));
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert_eq!(store.account("c1").await.unwrap().balance, 80);
    for (before, event) in (0..).zip(everything(&*store).await) {
        assert_eq!(event.points, Some(Points { before, after: before + 1, delta: 1 }));
    }
}

pub async fn imported_points_move_the_balance_too(store: Arc<dyn Store>) {
    // The balance is that of the last event in the journal's order, whatever it says it began with.
    let batch = vec![
        points(1, "c1", "adjustment", "adjusted", [0, 30]),
        points(2, "c1", "task", "activated", [100, 105]),
        points(3, "c2", "penalty", "activated", [0, -5]),
        // No points events: another category, another action, no points.
        points(4, "c1", "quest", "activated", [0, 1_000]),
        points(5, "c1", "task", "made_up", [0, 1_000]),
        entry(Event { points: None, ..points(6, "c1", "task", "activated", [0, 1]).event }),
    ];
    accepted(&*store, batch, START).await;
    assert_eq!(store.account("c1").await.unwrap().balance, 105);
    assert_eq!(store.account("c2").await.unwrap().balance, -5);
    // A duplicate changes nothing.
    let again = vec![points(1, "c1", "adjustment", "adjusted", [0, 30])];
    append(&*store, again, START).await.unwrap();
    assert_eq!(store.account("c1").await.unwrap().balance, 105);
}

pub async fn requests_are_pending_until_they_are_met(store: Arc<dyn Store>) {
    let mut number = 0;
    for (action, pending) in [
        ("requested", true),
        ("requested", true),
        ("cancelled", false),
        ("cancelled", false),
        ("requested", true),
        ("redeemed", false),
        ("redeemed", false),
    ] {
        number += 1;
        accepted(&*store, vec![points(number, "c1", "reward", action, [0, 0])], START).await;
        let account = store.account("c1").await.unwrap();
        assert_eq!(account.is_pending("thing"), pending, "{number} {action}");
        assert!(account.pending.len() <= 1);
        assert!(!store.account("c2").await.unwrap().is_pending("thing"));
    }
}

pub async fn answers_are_kept_for_their_time(store: Arc<dyn Store>) {
    let repeat = |slot: u8, body: u8| {
        let until = START.plus_micros(10);
        Some(Repeat { slot: [slot; 32], body: [body; 32], until })
    };
    let first = decided(&*store, add(1, "c1", 10, repeat(1, 1))).await;
    let Decided::Done { account, .. } = first else { panic!("{first:?}") };
    decided(&*store, add(2, "c1", 10, repeat(2, 1))).await;
    // A repeated command gets the account of that time, not the present one.
    let again = decided(&*store, add(3, "c1", 10, repeat(1, 1))).await;
    assert_eq!(again, Decided::Repeated { seq: 1, account });
    assert_eq!(decided(&*store, add(3, "c1", 10, repeat(1, 2))).await, Decided::OtherBody);
    assert_eq!(store.account("c1").await.unwrap().balance, 20);
    // Twice in one commit, it is done once.
    let twice = vec![add(4, "c1", 10, repeat(3, 1)), add(5, "c1", 10, repeat(3, 1))];
    let outcomes = store.commit(twice, START).await.unwrap();
    assert!(matches!(outcomes[1], Outcome::Decided(Decided::Repeated { seq: 3, .. })));

    assert_eq!(store.expire_answers(START.plus_micros(9)).await, Ok(0));
    let later = store.commit(vec![add(6, "c1", 10, repeat(1, 2))], START.plus_micros(10)).await;
    assert!(matches!(later.unwrap()[0], Outcome::Decided(Decided::Done { .. })));
    assert_eq!(store.expire_answers(START.plus_micros(10)).await, Ok(3));
}

pub async fn tracking_finds_what_the_model_finds(store: Arc<dyn Store>) {
    let mut batch = Vec::new();
    for number in 0..120_u128 {
        let kind = LedgerKind::ALL[number as usize % 6];
        let child = if number % 5 == 0 { "c2" } else { "c1" };
        let mut event =
            points(number + 1, child, kind.entity.as_str(), kind.action.as_str(), [0, 0]).event;
        event.occurred_at = START.plus_micros(-(number as i64 * 7 % 50));
        if number % 7 == 0 {
            event.account = Some(UserAccount { id: "g2".to_owned() });
        }
        batch.extend([entry(event), plain(1_000 + number)]);
    }
    let events = accepted(&*store, batch, START).await;
    let account = |event: &Event| event.account.as_ref().map_or("g1", |_| "g2");
    let child = |event: &Event| event.subject.as_ref().unwrap().id.clone();
    for (whose, of) in [(Some("c1"), None), (Some("c2"), Some("g2")), (None, Some("g1"))] {
        for kinds in [&LedgerKind::ALL[..], &LedgerKind::ALL[2..4], &[]] {
            for (from, to) in [(None, None), (Some(-20), Some(-3)), (Some(-3), None)] {
                let bound = |at: Option<i64>| at.map(|at| START.plus_micros(at));
                let model: Vec<&Event> = events
                    .iter()
                    .rev()
                    .filter(|event| LedgerKind::of(event).is_some_and(|k| kinds.contains(&k)))
                    .filter(|event| whose.is_none_or(|whose| child(event) == whose))
                    .filter(|event| of.is_none_or(|of| account(event) == of))
                    .filter(|event| bound(from).is_none_or(|from| event.occurred_at >= from))
                    .filter(|event| bound(to).is_none_or(|to| event.occurred_at < to))
                    .collect();
                for (limit, offset) in [(5, 0), (50, 3), (5, 1_000)] {
                    let query = TrackingQuery {
                        child: whose.map(str::to_owned),
                        account: of.map(str::to_owned),
                        kinds: kinds.to_vec(),
                        from: bound(from),
                        to: bound(to),
                        limit,
                        offset,
                    };
                    let (total, page) = store.tracking(query).await.unwrap();
                    let wanted: Vec<Event> =
                        model.iter().skip(offset).take(limit).map(|&e| e.clone()).collect();
                    assert_eq!((total as usize, page), (model.len(), wanted));
                }
            }
        }
    }
}

pub async fn what_is_deleted_is_tracked_no_longer(store: Arc<dyn Store>) {
    let batch = (1..5).map(|number| points(number, "c1", "task", "activated", [0, 7])).collect();
    accepted(&*store, batch, START).await;
    delete(&*store, 1..3, "cleared", START).await.unwrap();
    let query = TrackingQuery {
        child: Some("c1".to_owned()),
        account: None,
        kinds: LedgerKind::ALL.to_vec(),
        from: None,
        to: None,
        limit: 10,
        offset: 0,
    };
    let (total, page) = store.tracking(query).await.unwrap();
    assert_eq!((total, page.iter().map(|event| event.seq).collect()), (2, vec![4, 3]));
    // The counts include the points of the past.
    assert_eq!(store.account("c1").await.unwrap().good.count, 4);
}

pub async fn definitions_are_kept(store: Arc<dyn Store>) {
    let task = |id: &str, points| Task {
        id: id.to_owned(),
        name: format!("Ünïté {id}"),
        points,
        is_good: points > 5,
    };
    let reward = |id: &str, cost| Reward { id: id.to_owned(), name: id.to_owned(), cost };
    assert_eq!(store.task("b").await, Ok(None));
    for one in [task("b", 1), task("a", 10), task("b", 20)] {
        store.put_task(one).await.unwrap();
    }
    for one in [reward("b", 1), reward("B", 0), reward("b", 7)] {
        store.put_reward(one).await.unwrap();
    }
    assert_eq!(store.tasks().await, Ok(vec![task("a", 10), task("b", 20)]));
    assert_eq!(store.rewards().await, Ok(vec![reward("B", 0), reward("b", 7)]));
    assert_eq!(store.task("b").await, Ok(Some(task("b", 20))));
    assert_eq!(store.reward("b").await, Ok(Some(reward("b", 7))));
    assert_eq!((store.delete_task("b").await, store.delete_task("b").await), (Ok(true), Ok(false)));
    assert_eq!(store.delete_reward("b").await, Ok(true));
    assert_eq!((store.tasks().await.unwrap().len(), store.reward("b").await), (1, Ok(None)));
}
