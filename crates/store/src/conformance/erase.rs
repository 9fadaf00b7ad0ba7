//! Erasing a person: nothing names them any more, and the journal still verifies.

use std::sync::Arc;

use annals_event::{Account, Actor, ActorType, Entity, Event, Points, Subject};

use super::super::seal::Verdict;
use super::super::{
    Account as Balance, Collection, Consent, LedgerKind, Person, PersonKind, Store, StoreError,
    TrackingQuery,
};
use super::world::{entry, plain};
use super::{START, accepted, everything, verdicts};

const GONE: &str = "g1";

/// Events that name somebody in every field that may, and one that does not.
fn events() -> Vec<Event> {
    let mut all: Vec<Event> = (1..=6).map(|number| plain(number).event).collect();
    let id = || GONE.to_owned();
    let name = || Some("Greta".to_owned());
    all[0].actor =
        Actor { kind: ActorType::User, id: Some(id()), name: name(), ..Actor::default() };
    all[1].subject = Some(Subject { id: id(), name: name() });
    all[2].account = Some(Account { id: id() });
    all[2].subject = Some(Subject { id: "c1".to_owned(), name: None });
    all[2].category = "task".to_owned();
    all[2].action = "activated".to_owned();
    all[2].points = Some(Points { before: 0, after: 7, delta: 7 });
    all[3].entity = Some(Entity { kind: "user".to_owned(), id: Some(id()), name: name() });
    // An entity and a key with the same id are not the person.
    all[4].entity = Some(Entity { kind: "lamp".to_owned(), id: Some(id()), name: None });
    all[4].actor =
        Actor { kind: ActorType::ApiKey, id: Some(id()), name: None, ..Actor::default() };
    all
}

/// The eraser's checkpoint.
fn checkpoint(value: &str) -> (&'static str, String) {
    ("a_checkpoint", value.to_owned())
}

fn without(event: &Event) -> Event {
    let mut event = event.clone();
    if event.actor.kind.is_person() {
        event.actor = Actor { kind: event.actor.kind, ..Actor::default() };
    }
    event.subject = event.subject.filter(|subject| subject.id != GONE);
    event.account = None;
    event.entity = event.entity.map(|entity| Entity { id: None, name: None, ..entity });
    event.anonymised_at = Some(START);
    event
}

pub async fn what_tells_of_a_person_is_found_and_replaced(store: Arc<dyn Store>) {
    accepted(&*store, events().into_iter().map(entry).collect(), START).await;
    let found = store.events_about(GONE, 0, 10).await.unwrap();
    assert_eq!(found.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(store.events_about(GONE, 2, 1).await.unwrap()[0].seq, 3);
    assert_eq!(store.events_about("nobody", 0, 10).await, Ok(Vec::new()));

    let remains: Vec<Event> = found.iter().map(without).collect();
    store.anonymise(remains.clone(), checkpoint("4 done")).await.unwrap();
    assert_eq!(store.checkpoint("a_checkpoint").await, Ok(Some("4 done".to_owned())));
    assert_eq!(everything(&*store).await[..4], remains);
    assert_eq!(store.events_about(GONE, 0, 10).await, Ok(Vec::new()));
    let all_verdicts = verdicts(&*store).await;
    assert!(all_verdicts[..4].iter().all(|verdict| *verdict == Verdict::Anonymised));
    assert!(all_verdicts[4..].iter().all(|verdict| *verdict == Verdict::Verified));

    // The child keeps its history, which no longer names the account.
    let query = |child: Option<&str>, account: Option<&str>| TrackingQuery {
        child: child.map(str::to_owned),
        account: account.map(str::to_owned),
        kinds: LedgerKind::ALL.to_vec(),
        from: None,
        to: None,
        limit: 10,
        offset: 0,
    };
    assert_eq!(store.tracking(query(Some("c1"), None)).await.unwrap().0, 1);
    assert_eq!(store.tracking(query(None, Some(GONE))).await.unwrap().0, 0);

    // Another person of the same event may be erased later, and appending continues in the tile.
    let child = without(&Event { subject: None, ..remains[2].clone() });
    store.anonymise(vec![child], checkpoint("5 done")).await.unwrap();
    assert_eq!(store.tracking(query(Some("c1"), None)).await.unwrap().0, 0);
    accepted(&*store, super::world::plain_ones(10..300), START).await;
    assert_eq!(verdicts(&*store).await[2], Verdict::Anonymised);
}

pub async fn what_is_not_about_people_cannot_be_replaced(store: Arc<dyn Store>) {
    accepted(&*store, events().into_iter().map(entry).collect(), START).await;
    let found = store.events_about(GONE, 0, 10).await.unwrap();
    for change in [
        |event: &mut Event| event.action = "another".to_owned(),
        |event: &mut Event| event.points = None,
        |event: &mut Event| event.anonymised_at = None,
        |event: &mut Event| event.seq = 99,
    ] {
        let mut remains: Vec<Event> = found.iter().map(without).collect();
        change(&mut remains[2]);
        let refused = store.anonymise(remains, checkpoint("done")).await;
        assert!(matches!(refused, Err(StoreError::Damaged(_))), "{refused:?}");
        // All or none.
        assert_eq!(store.events_about(GONE, 0, 10).await.as_ref(), Ok(&found));
        assert_eq!(store.checkpoint("a_checkpoint").await, Ok(None));
    }
}

pub async fn a_forgotten_guardian_leaves_their_children(store: Arc<dyn Store>) {
    let person = |id: &str, kind, guardians: &[&str]| Person {
        id: id.to_owned(),
        kind,
        name: None,
        guardians: guardians.iter().map(|&id| id.to_owned()).collect(),
        timezone: None,
        consent: Some(Consent {
            by: (*guardians.first().unwrap_or(&"g1")).to_owned(),
            at: START,
            text_version: "1".to_owned(),
        }),
        collection: Collection::Full,
        archived_at: None,
    };
    let only = person("c1", PersonKind::Child, &["g1"]);
    let both = person("c2", PersonKind::Child, &["g1", "g2"]);
    let other = person("c3", PersonKind::Child, &["g2"]);
    for one in [person("g1", PersonKind::User, &[]), only.clone(), both.clone(), other.clone()] {
        store.put_person(one).await.unwrap();
    }
    let left = store.forget_person("g1", START).await.unwrap();
    let orphan = Person { guardians: Vec::new(), consent: None, archived_at: Some(START), ..only };
    let kept = Person { guardians: vec!["g2".to_owned()], consent: None, ..both };
    assert_eq!(left, [orphan, kept]);
    assert_eq!(store.person("g1").await, Ok(None));
    assert_eq!(store.person("c3").await, Ok(Some(other)));
    assert_eq!(store.dependants("g1").await, Ok(Vec::new()));
    // Doing it twice changes nothing.
    assert_eq!(store.forget_person("g1", START.plus_micros(9)).await, Ok(Vec::new()));

    // A child's account is removed with the child.
    let mut event = events()[2].clone();
    event.subject = Some(Subject { id: "c3".to_owned(), name: None });
    accepted(&*store, vec![entry(event)], START).await;
    assert_eq!(store.account("c3").await.unwrap().balance, 7);
    assert_eq!(store.forget_person("c3", START).await, Ok(Vec::new()));
    assert_eq!(store.account("c3").await, Ok(Balance::default()));
}
