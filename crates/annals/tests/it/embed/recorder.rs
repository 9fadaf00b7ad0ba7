//! Recording never blocks, fails or panics, and losses are reported.

use std::sync::Arc;
use std::time::Duration;

use annals::clock::ManualClock;
use annals::{with_actor, with_actor_sync};
use annals_event::{Actor, ActorType, Time};
use http::Method;
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{builder, events, lamp, lamps, open, text};
use crate::support::{Server, data_dir, root, until};

/// A value that panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the payload's own panic");
    }
}

struct Evil;

impl std::fmt::Display for Evil {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("a Display that panics");
    }
}

#[test]
fn any_thread_may_record_with_and_without_a_runtime_and_after_the_end() {
    let root = root();
    let runtime = Runtime::new().unwrap();
    let annals = runtime.block_on(open(&root));
    let recorder = annals.recorder();
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let recorder = recorder.clone();
            std::thread::spawn(move || (0..50).for_each(|n| recorder.record(lamp(thread * 50 + n))))
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    runtime.block_on(async { recorder.record(lamp(200)) });
    // Nobody waited for the writes: stopping writes the rest.
    runtime.block_on(annals.stop()).unwrap();
    recorder.record(lamp(201));
    runtime.block_on(recorder.flush());
    assert_eq!(recorder.lost(), 1);

    let annals = runtime.block_on(open(&root));
    let mut found = lamps(&runtime.block_on(events(&annals, "entity_type=lamp")));
    found.sort_unstable();
    assert_eq!(found, (0..=200).collect::<Vec<_>>());
    let system = runtime.block_on(events(&annals, "category=system"));
    let actions: Vec<&Value> = system.iter().map(|event| &event["action"]).collect();
    assert_eq!(actions, ["server_started", "server_shutting_down", "server_started"]);

    // A program that ends without stopping: the handle survives that too.
    let recorder = annals.recorder();
    drop(annals);
    drop(runtime);
    recorder.record(lamp(202));
    assert_eq!(recorder.lost(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_cannot_be_written_costs_nobody_time_and_losses_are_reported() {
    let root = root();
    let annals = builder(&root).queue(8).open().await.unwrap();
    let recorder = annals.recorder();
    let other = Connection::open(data_dir(&root).join("journal.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    (0..500).for_each(|number| recorder.record(lamp(number)));
    // All of it returned while nobody could write: this thread holds the lock still.
    let lost = recorder.lost();
    assert!(lost > 0);
    other.execute_batch("COMMIT").unwrap();

    let reports = until("the loss to be reported", async || {
        let reports = events(&annals, "action=events_dropped").await;
        (!reports.is_empty()).then_some(reports)
    })
    .await;
    let count: u64 = reports.iter().map(|event| event["metadata"]["count"].as_u64().unwrap()).sum();
    let full = reports.iter().map(|event| event["metadata"]["reasons"]["queue_full"].as_u64());
    assert_eq!(full.map(Option::unwrap).sum::<u64>(), lost);
    assert_eq!(count, lost);
    assert_eq!(reports[0]["category"], "system");
    assert_eq!(reports[0]["actor"], json!({"type": "system"}));
    let kept = lamps(&events(&annals, "entity_type=lamp").await);
    assert_eq!(kept.len() as u64 + lost, 500);
    assert!(kept.is_sorted());
    annals.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_written_is_written_once_when_it_can_be() {
    let root = root();
    let annals = open(&root).await;
    let recorder = annals.recorder();
    let other = Connection::open(data_dir(&root).join("journal.db")).unwrap();
    other.busy_timeout(Duration::from_secs(10)).unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON annals_entities WHEN NEW.id = '7'
                  BEGIN SELECT RAISE(ABORT, 'not now'); END";
    other.execute_batch(refuse).unwrap();
    (0..20).for_each(|number| recorder.record(lamp(number)));
    until("a write to fail", async || {
        let metrics = text(&annals, "/metrics").await;
        metrics.contains(r#"events_total{outcome="failed",reason="storage"}"#).then_some(())
    })
    .await;
    other.execute_batch("DROP TRIGGER refuse").unwrap();
    let kept = lamps(&events(&annals, "entity_type=lamp").await);
    assert_eq!(kept, (0..20).collect::<Vec<_>>());
    assert_eq!(recorder.lost(), 0);
    annals.stop().await.unwrap();
}

#[tokio::test]
async fn a_draft_that_panics_or_is_wrong_costs_itself_alone() {
    let root = root();
    let annals = open(&root).await;
    let recorder = annals.recorder();
    recorder.record_with(|| {
        let mut draft = lamp(1);
        draft.message = Some(format!("{Evil}"));
        draft
    });
    recorder.record_with(|| std::panic::panic_any(Bomb));
    let mut wrong = lamp(2);
    wrong.action = "two  blanks".to_owned();
    recorder.record(wrong);
    // An action reserved for Annals.
    let mut false_one = lamp(3);
    false_one.category = Some("system".to_owned());
    false_one.action = "log_cleared".to_owned();
    recorder.record(false_one);
    recorder.record(lamp(4));
    assert_eq!(lamps(&events(&annals, "entity_type=lamp").await), [4]);
    let reasons = until("the losses to be reported", async || {
        let reports = events(&annals, "action=events_dropped").await;
        let sum = |reason: &str| -> u64 {
            reports.iter().filter_map(|event| event["metadata"]["reasons"][reason].as_u64()).sum()
        };
        let reasons = (sum("panicked"), sum("refused"));
        (reasons.0 + reasons.1 == 4).then_some(reasons)
    })
    .await;
    assert_eq!(reasons, (2, 2));
    annals.stop().await.unwrap();
}

#[tokio::test]
async fn who_and_when_are_taken_where_it_is_recorded() {
    let root = root();
    let clock = ManualClock::at(Time::from_micros(1_790_000_000_000_000));
    let annals = builder(&root).clock(Arc::new(clock.clone())).open().await.unwrap();
    let recorder = annals.recorder();
    let user = |id: &str| Actor {
        kind: ActorType::User,
        id: Some(id.to_owned()),
        name: None,
        ..Actor::default()
    };
    recorder.record(lamp(0));
    with_actor(user("ada"), async { recorder.record(lamp(1)) }).await;
    with_actor_sync(user("bo"), || recorder.record(lamp(2)));
    let mut named = lamp(3);
    named.actor = Some(user("cy"));
    with_actor_sync(user("bo"), || recorder.record(named));
    clock.advance_micros(1_000_000);
    let found = events(&annals, "entity_type=lamp").await;
    let actors: Vec<&Value> = found.iter().map(|event| &event["actor"]["id"]).collect();
    assert_eq!(actors, [&Value::Null, &json!("ada"), &json!("bo"), &json!("cy")]);
    assert_eq!(found[0]["actor"]["type"], "system");
    assert_eq!(found[0]["occurred_at"], "2026-09-21T14:13:20.000000Z");
    assert_eq!(found[0]["created_at"], "2026-09-21T14:13:21.000000Z");
    annals.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_switched_off_is_neither_recorded_nor_missed() {
    let server = Server::start();
    let off = json!({"categories": {"entity": false}}).to_string();
    let call = server.call(Method::PUT, "/api/v1/settings/recording");
    assert_eq!(call.body("application/json", off).send().await.status, 200);
    let root = server.root.clone();
    assert!(server.stop().success());
    let annals = open(&root).await;
    annals.recorder().record(lamp(1));
    assert_eq!(events(&annals, "entity_type=lamp").await, Vec::<Value>::new());
    assert_eq!(annals.recorder().lost(), 0);
    annals.stop().await.unwrap();
}
