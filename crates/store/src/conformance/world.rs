//! A small world: few people, entities and words, so that a random filter matches something. Some
//! names sort or fold differently from engine to engine.

use std::collections::BTreeSet;

use annals_event::digest::{commitment, personal};
use annals_event::{
    Account, Actor, ActorType, Class, Client, Entity, Event, Metadata, Points, Severity, Subject,
    Time, Uuid,
};
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use serde_json::{Value, json};

use super::super::{Derived, Entry, PersonKind, Scope, Store};
use super::START;
use crate::catalog::{Catalog, Viewer};
use crate::filter::{FIELDS, Field, Filter, Term};
use crate::words::words;

const CATEGORIES: [&str; 6] = ["quest", "auth", "a_b", "ab", "a1", "other"];
const ACTIONS: [&str; 4] = ["quest_started", "login_success", "volcano_found", "ab"];
const IDS: [&str; 8] = ["ada", "Ada", "ädä", "a,b", "a\\b", "'; --", "7", "%"];
const TEXTS: [&str; 6] = [
    "Ada Lovelace found the Volcano",
    "ada's Ünïté: ΣΊΣΥΦΟΣ №5",
    "volcanoes, all of them",
    "the_volcano_found 7",
    "冒険 😀 found",
    "",
];
const WORDS: [&str; 7] = ["volcano", "ADA", "unite", "found", "σισυφοσ", "冒険", "quest"];
const KEYS: [&str; 3] = ["colour", "Colour", "n.m"];
/// The period of the events in microseconds: 40 days.
const PERIOD: i64 = 40 * 24 * 3_600 * 1_000_000;

fn name(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(names).prop_map(str::to_owned)
}

/// A moment of the world's events.
pub fn moment() -> impl Strategy<Value = Time> {
    // On the hour, so that bounds and events are sometimes equal.
    (-PERIOD / 3_600_000_000..1).prop_map(|hours| START.plus_micros(hours * 3_600_000_000))
}

fn value() -> impl Strategy<Value = Value> {
    select(vec![
        json!("red"),
        json!("7"),
        json!(7),
        json!(1.5),
        json!(1e-7),
        json!(true),
        json!("true"),
        json!(null),
        json!(["red"]),
        json!({"red": 1}),
        json!(""),
    ])
}

prop_compose! {
    fn actor()(
        kind in select(ActorType::ALL.to_vec()), id in of(name(&IDS)), name in of(name(&TEXTS)),
        own_kind in of(name(&TEXTS)),
    ) -> Actor {
        Actor { kind, id, name, own_kind }
    }
}

prop_compose! {
    fn entity()(kind in name(&CATEGORIES), id in of(name(&IDS)), name in of(name(&TEXTS))) -> Entity {
        Entity { kind, id, name }
    }
}

prop_compose! {
    fn points()(before in -5_i64..5, delta in -5_i64..5) -> Points {
        Points { before, after: before + delta, delta }
    }
}

/// An event of the small world, without an id.
fn event() -> impl Strategy<Value = Event> {
    let what = (
        name(&CATEGORIES),
        name(&ACTIONS),
        (select(Class::ALL.to_vec()), select(Severity::ALL.to_vec())),
        of(entity()),
        of(points()),
        name(&TEXTS),
        btree_map(name(&KEYS), value(), 0..3),
        of(name(&IDS)),
    );
    let who = (actor(), of(name(&IDS)), of(name(&IDS)), of(name(&IDS)));
    (what, who, moment()).prop_map(|(what, who, occurred_at)| {
        let (category, action, (class, severity), entity, points, message, metadata, browser) =
            what;
        let (actor, subject, account, session_id) = who;
        Event {
            id: Uuid::nil(),
            seq: 0,
            cursor: String::new(),
            occurred_at,
            created_at: Time::default(),
            category,
            action,
            class,
            severity,
            actor,
            subject: subject.map(|id| Subject { id, name: None }),
            account: account.map(|id| Account { id }),
            entity,
            points,
            session_id,
            page: None,
            client: browser.map(|browser| Client { browser: Some(browser), ..Client::default() }),
            request: None,
            error: None,
            changes: Vec::new(),
            cut: Vec::new(),
            message,
            metadata: metadata.into_iter().collect(),
            anonymised_at: None,
        }
    })
}

/// An event as an entry, sealed with a salt made of its id.
pub fn entry(event: Event) -> Entry {
    let salt = event.id.into_bytes();
    let personal = personal(&event);
    Entry {
        commitment: commitment(&salt, personal.as_bytes()),
        personal,
        salt,
        event,
        derived: Derived::default(),
    }
}

/// An entry with nothing but its number.
pub fn plain(number: u128) -> Entry {
    entry(Event {
        id: super::id(number),
        seq: 0,
        cursor: String::new(),
        occurred_at: START,
        created_at: Time::default(),
        category: "other".to_owned(),
        action: "counted".to_owned(),
        class: Class::Activity,
        severity: Severity::Info,
        actor: Actor::default(),
        subject: None,
        account: None,
        entity: None,
        points: None,
        changes: Vec::new(),
        session_id: None,
        page: None,
        client: None,
        request: None,
        error: None,
        cut: Vec::new(),
        message: format!("number {number}"),
        metadata: Metadata::new(),
        anonymised_at: None,
    })
}

/// Plain entries with these numbers.
pub fn plain_ones(numbers: std::ops::Range<u128>) -> Vec<Entry> {
    numbers.map(plain).collect()
}

/// Entries of the small world with the ids 1, 2, 3, …; some leave `occurred_at` to the store.
pub fn entries(count: usize) -> impl Strategy<Value = Vec<Entry>> {
    vec((event(), any::<bool>()), count).prop_map(|events| {
        let numbered = events.into_iter().zip(1..);
        numbered
            .map(|((event, stamp), number)| {
                let mut entry = entry(Event { id: super::id(number), ..event });
                entry.derived.occurred_at = stamp;
                entry
            })
            .collect()
    })
}

fn term() -> impl Strategy<Value = Term> {
    let of_field = |field: &Field| {
        let values = match (field, field.closed()) {
            (_, Some(closed)) => select((closed.names)()).prop_map(str::to_owned).boxed(),
            (Field::Category | Field::EntityType, None) => name(&CATEGORIES).boxed(),
            (Field::Action, None) => name(&ACTIONS).boxed(),
            (_, None) => name(&IDS).boxed(),
        };
        (Just(field.clone()), values).boxed()
    };
    let metadata = (name(&KEYS).prop_map(Field::Metadata), metadata_text()).boxed();
    let one = Union::new(FIELDS.iter().map(of_field).chain([metadata]));
    // Further values are of the same field, or match nothing.
    let more = select(vec!["nobody", "ada", "7", "quest", "red", "ab", "\0", ""]);
    (one, vec(more, 0..3), any::<bool>()).prop_map(|((field, value), more, negated)| {
        let more = more.into_iter().map(str::to_owned);
        let values = std::iter::once(value).chain(more).collect();
        Term { field, values, negated }
    })
}

fn metadata_text() -> impl Strategy<Value = String> {
    select(vec!["red", "7", "1.5", "1e-7", "true", "", "null"]).prop_map(str::to_owned)
}

/// A filter about the small world.
pub fn filter() -> impl Strategy<Value = Filter> {
    let words = vec(select(&WORDS[..]), 0..3)
        .prop_map(|wanted| wanted.iter().flat_map(|word| words(word)).collect());
    (vec(term(), 0..3), of(moment()), of(moment()), words)
        .prop_map(|(terms, from, to, words)| Filter { terms, from, to, words })
}

/// A catalog that hides a category without one action, a single action, and nothing, from some
/// viewers.
const HIDDEN: &str = r#"
    [a_b]
    visible_to = ["admin"]
    [a_b.actions.volcano_found]
    visible_to = ["self", "guardian"]
    [ab]
    visible_to = ["guardian", "admin"]
    [auth.actions.login_success]
    visible_to = ["auditor"]
"#;

/// The guardians of the small world. An engine may read the directory itself.
const GUARDIANSHIPS: [(&str, &[&str]); 4] = [
    ("ada", &["7", "%"]),
    ("Ada", &["a,b"]),
    ("ädä", &["7", "a\\b", "'; --", "a,b"]),
    ("nobody", &["7"]),
];

/// Writes the directory of the small world.
pub async fn populate(store: &dyn Store) {
    let children: BTreeSet<&str> =
        GUARDIANSHIPS.iter().flat_map(|(_, dependants)| *dependants).copied().collect();
    for child in children {
        let mut person = super::people::person(child, PersonKind::Child, &[]);
        let guardians = GUARDIANSHIPS.iter().filter(|(_, dependants)| dependants.contains(&child));
        person.guardians = guardians.map(|(guardian, _)| (*guardian).to_owned()).collect();
        store.put_person(person).await.unwrap();
    }
}

/// A person's scope, as the directory defines it.
fn of_person(id: &str, catalog: &Catalog) -> Scope {
    let dependants = GUARDIANSHIPS.iter().find(|(guardian, _)| *guardian == id);
    let dependants: Vec<String> = dependants
        .map(|(_, dependants)| dependants.iter().map(|&ward| ward.to_owned()).collect())
        .unwrap_or_default();
    Scope::person(id, &dependants, catalog)
}

/// Viewers of the small world.
pub fn scope() -> impl Strategy<Value = Scope> {
    let catalog = Catalog::with_overrides(HIDDEN, "the small world").unwrap();
    let (anybody, person) = (catalog.clone(), catalog);
    prop_oneof![
        3 => Just(Scope::everything()),
        2 => select(Viewer::ALL.to_vec()).prop_map(move |viewer| Scope::anybody(viewer, &anybody)),
        4 => name(&IDS).prop_map(move |id| of_person(&id, &person)),
        1 => Just(Scope::nothing()),
    ]
}
