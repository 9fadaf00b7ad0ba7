//! The directory.

use std::sync::Arc;

use super::super::{Collection, Consent, PeopleQuery, Person, PersonKind, Store};
use super::START;
use crate::words::words;

pub(super) fn person(id: &str, kind: PersonKind, guardians: &[&str]) -> Person {
    Person {
        id: id.to_owned(),
        kind,
        name: Some(format!("Ünïté {id}")),
        guardians: guardians.iter().map(|&id| id.to_owned()).collect(),
        timezone: Some("Europe/Stockholm".to_owned()),
        consent: Some(Consent {
            by: "g1".to_owned(),
            at: START,
            text_version: "2026-1".to_owned(),
        }),
        collection: Collection::Essential,
        archived_at: None,
    }
}

async fn ids(store: &dyn Store, query: PeopleQuery) -> Vec<String> {
    let people = store.people(PeopleQuery { limit: 100, ..query }).await.unwrap();
    people.into_iter().map(|person| person.id).collect()
}

pub async fn people_are_kept_with_their_guardians(store: Arc<dyn Store>) {
    assert_eq!(store.person("c1").await, Ok(None));
    // A guardian need not be in the directory, and the order is kept.
    let mut child = person("c1", PersonKind::Child, &["g2", "g1"]);
    store.put_person(child.clone()).await.unwrap();
    assert_eq!(store.person("c1").await, Ok(Some(child.clone())));
    assert_eq!(store.dependants("g1").await.unwrap(), ["c1"]);
    assert_eq!(store.dependants("c1").await, Ok(Vec::new()));

    // Saving replaces the person: nothing of the older state is left.
    child = Person {
        name: None,
        guardians: vec!["g1".to_owned()],
        timezone: None,
        consent: None,
        collection: Collection::Off,
        archived_at: Some(START),
        ..child
    };
    store.put_person(child.clone()).await.unwrap();
    assert_eq!(store.person("c1").await, Ok(Some(child)));
    assert_eq!(store.dependants("g2").await, Ok(Vec::new()));
    // An archived child's events stay, visible to its guardian.
    assert_eq!(store.dependants("g1").await.unwrap(), ["c1"]);
}

pub async fn people_are_listed_by_id_kind_and_words(store: Arc<dyn Store>) {
    for (id, kind) in [
        ("b", PersonKind::Child),
        ("a", PersonKind::User),
        ("ä", PersonKind::User),
        ("B", PersonKind::Child),
    ] {
        store.put_person(person(id, kind, &[])).await.unwrap();
    }
    let gone = Person { archived_at: Some(START), ..person("c", PersonKind::Child, &[]) };
    store.put_person(gone).await.unwrap();
    let all = PeopleQuery::default;
    assert_eq!(ids(&*store, all()).await, ["B", "a", "b", "ä"]);
    let children = PeopleQuery { kind: Some(PersonKind::Child), ..all() };
    assert_eq!(ids(&*store, children).await, ["B", "b"]);
    let after = PeopleQuery { after: Some("a".to_owned()), ..all() };
    assert_eq!(ids(&*store, after).await, ["b", "ä"]);
    let named = PeopleQuery { words: words("UNITE b").collect(), ..all() };
    assert_eq!(ids(&*store, named).await, ["B", "b"]);
    let some = vec!["a".to_owned(), "c".to_owned(), "x".to_owned()];
    let within = PeopleQuery { within: Some(some), ..all() };
    assert_eq!(ids(&*store, within).await, ["a"]);
    let archived = PeopleQuery { archived: true, ..all() };
    assert_eq!(ids(&*store, archived).await, ["B", "a", "b", "c", "ä"]);
    let page = store.people(PeopleQuery { limit: 2, ..all() }).await.unwrap();
    assert_eq!(page.len(), 2);
}
