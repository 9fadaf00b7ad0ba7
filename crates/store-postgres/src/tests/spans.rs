//! Compares counts made of tiles and spans with the same events in a `Vec`.

use std::collections::BTreeMap;
use std::ops::Range;

use annals_event::{Actor, ActorType, Event, Severity, Time};
use annals_throwaway_postgres::Database;

use super::{Seed, seed};
use crate::PostgresStore;
use annals_store::Scope;
use annals_store::conformance::world::{entry, plain};
use annals_store::conformance::{START, accepted, delete, verdicts};
use annals_store::filter::{Field, Filter, Term};
use annals_store::roles::*;

/// Two full spans and some tiles.
const COUNT: u64 = 33_500;
const SPAN: u64 = 16_384;
const SECOND: i64 = 1_000_000;

/// The n-th event, a second after the one before it; a few came late.
fn event(number: u64) -> Event {
    let mut event = plain(number.into()).event;
    let second = if number.is_multiple_of(9_001) { 40_000 } else { number.cast_signed() };
    event.occurred_at = START.plus_micros(second * SECOND);
    event.session_id = Some(format!("v{}", number / 20_000));
    event.category = ["quest", "badge", "other"][number as usize % 3].to_owned();
    event.severity = if number.is_multiple_of(7) { Severity::Warning } else { Severity::Info };
    if number.is_multiple_of(5) {
        event.actor = Actor {
            kind: ActorType::User,
            id: Some("g1".to_owned()),
            name: None,
            ..Actor::default()
        };
    }
    event
}

fn at(second: u64) -> Option<Time> {
    Some(START.plus_micros(second.cast_signed() * SECOND))
}

fn term(field: Field, value: &str, negated: bool) -> Term {
    Term { field, values: vec![value.to_owned()], negated }
}

/// Expects the counts of each filter, period and range to equal the model's.
async fn expect(store: &dyn Store, model: &[Event], when: &str) {
    assert_eq!(store.miscounted(0..COUNT / 256 + 1).await, Ok(Vec::new()), "{when}");
    let terms = [
        vec![],
        vec![term(Field::Category, "quest", false)],
        vec![term(Field::Category, "quest", true), term(Field::Severity, "warning", false)],
        vec![term(Field::ActorType, "user", false)],
        vec![term(Field::Category, "nothing", false)],
        vec![term(Field::Actor, "g1", false), term(Field::Severity, "warning", false)],
        vec![term(Field::SessionId, "v0", false), term(Field::Category, "quest", true)],
        vec![term(Field::SessionId, "v0", true)],
    ];
    let periods = [
        (None, None),
        (at(1), at(SPAN + 1)),
        (at(2), at(2 * SPAN + 1)),
        (at(SPAN - 300), at(SPAN + 700)),
        (at(33_000), None),
        (None, at(257)),
        (at(50_000), None),
    ];
    for terms in &terms {
        for (from, to) in periods {
            for range in [1..COUNT + 1, 2..COUNT, SPAN + 1..2 * SPAN + 1, 1_000..1_003] {
                let filter = Filter { from, to, terms: terms.clone(), ..Filter::default() };
                one(store, model, filter, &range, when).await;
            }
        }
    }
    for words in [&["number", "counted"][..], &["number", "777"]] {
        let words = words.iter().map(|&word| word.to_owned()).collect();
        let (from, to) = periods[2];
        let filter = Filter { from, to, words, terms: terms[1].clone() };
        one(store, model, filter, &(5..COUNT), when).await;
    }
}

/// The counts outside the second span.
async fn beside_a_span(store: &dyn Store, model: &[Event], database: &Database, filter: Filter) {
    let empty = "UPDATE annals.annals_spans SET counts = '{}', kinds = '{}' WHERE span = 1";
    database.sql(empty);
    let wrong = store.miscounted(64..128).await.unwrap();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert_eq!(wrong[0].0, SPAN + 1..2 * SPAN + 1);
    let counts = store.counts(Scope::everything().over(filter), 1..COUNT + 1).await;
    let others = |event: &&Event| !(SPAN + 1..2 * SPAN + 1).contains(&event.seq);
    assert_eq!(counts.unwrap().total, model.iter().filter(others).count() as u64);
    database.sql("SET search_path = annals; SELECT annals_add_up(ARRAY[1])");
}

async fn one(store: &dyn Store, model: &[Event], filter: Filter, range: &Range<u64>, when: &str) {
    let case = format!("{when}: {filter:?} {range:?}");
    let scoped = Scope::everything().over(filter);
    let mut categories = BTreeMap::<String, u64>::new();
    let mut severities = BTreeMap::<Severity, u64>::new();
    for event in model.iter().filter(|e| range.contains(&e.seq) && scoped.matches(e)) {
        *categories.entry(event.category.clone()).or_default() += 1;
        *severities.entry(event.severity).or_default() += 1;
    }
    let counts = store.counts(scoped.clone(), range.clone()).await.unwrap();
    let severities: Vec<_> = severities.iter().map(|(s, n)| (s.as_str().to_owned(), *n)).collect();
    assert_eq!(counts.total, categories.values().sum::<u64>(), "{case}");
    assert_eq!(counts.severities, severities, "{case}");
    assert_eq!(counts.categories, categories.into_iter().collect::<Vec<_>>(), "{case}");
    let actions = store.action_counts(scoped, range.clone(), 9).await.unwrap();
    let actions: u64 = actions.iter().map(|(_, count)| count).sum();
    assert_eq!(actions, counts.total, "{case}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_periods_are_counted_as_the_model_counts_them() {
    let database = Database::create();
    let seed = Seed { partition_width: 1_000_000, ..seed() };
    let one = PostgresStore::open(&database.url(), 10, &seed).await.unwrap();
    let two = PostgresStore::open(&database.url(), 10, &seed).await.unwrap();
    let mut model = Vec::new();
    // Two servers: one writes the open tile, the other reads it.
    for (number, first) in (1..=COUNT).step_by(1_999).enumerate() {
        let last = COUNT.min(first + 1_998);
        let entries = (first..=last).map(|number| entry(event(number))).collect();
        let by = if number % 3 == 0 { &two } else { &one };
        model.extend(accepted(by, entries, START).await);
    }
    assert_eq!(database.sql("SELECT count(*) FROM annals.annals_spans"), "2");
    expect(&one, &model, "as written").await;
    let words = vec!["number".to_owned()];
    beside_a_span(&one, &model, &database, Filter { words, ..Filter::default() }).await;
    database.sql("DELETE FROM annals.annals_spans WHERE span = 0");
    assert_eq!(one.miscounted(0..64).await.unwrap().len(), 1, "times are asked of spans");
    database.sql("SET search_path = annals; SELECT annals_add_up(ARRAY[0])");

    // Within a tile, over a span's edge, in the open tile.
    for gap in [10..20, SPAN - 5..SPAN + 300, COUNT - 3..COUNT - 1] {
        delete(&one, gap.clone(), "p", START).await.unwrap();
        model.retain(|event| !gap.contains(&event.seq));
    }
    let more = (COUNT + 1..COUNT + 4).map(|number| entry(event(number))).collect();
    accepted(&two, more, START).await;
    expect(&two, &model, "deleted").await;

    // Anonymised and of another kind.
    let somebody = |event: &&mut Event| event.seq > 600 && event.actor.id.is_some();
    let mut remains = Vec::new();
    for event in model.iter_mut().filter(somebody).take(3) {
        event.actor = Actor::default();
        event.session_id = None;
        event.anonymised_at = Some(START);
        remains.push(event.clone());
    }
    assert_eq!(one.anonymise(remains, ("a_checkpoint", String::new())).await, Ok(()));
    expect(&one, &model, "anonymised").await;
    assert!(verdicts(&one).await.iter().all(|verdict| verdict.is_fine()));

    // The rows of a full span are not read again.
    beside_a_span(&one, &model, &database, Filter::default()).await;
}
