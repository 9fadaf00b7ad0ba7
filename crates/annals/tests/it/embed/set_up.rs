//! While an application sets itself up, its events are recorded as one.

use std::panic::{AssertUnwindSafe, catch_unwind};

use annals_event::{Points, Severity};
use serde_json::json;

use super::{events, lamp, lamps, open};
use crate::support::root;

#[tokio::test]
async fn a_set_up_is_one_event_with_the_numbers() {
    let root = root();
    let annals = open(&root).await;
    let recorder = annals.recorder();
    let setup = recorder.set_up("home import");
    (0..30).for_each(|number| recorder.record(lamp(number)));
    let other = recorder.clone();
    let thread = std::thread::spawn(move || {
        let mut created = lamp(30);
        created.action = "created".to_owned();
        other.record(created);
    });
    thread.join().unwrap();
    // Points events and errors are recorded singly, not as a number.
    let mut reward = lamp(31);
    reward.category = Some("reward".to_owned());
    reward.action = "redeemed".to_owned();
    reward.points = Some(Points { before: 5, after: 2, delta: -3 });
    recorder.record(reward);
    let mut fault = lamp(32);
    fault.severity = Some(Severity::Error);
    recorder.record(fault);
    drop(setup);
    recorder.record(lamp(33));

    assert_eq!(lamps(&events(&annals, "entity_type=lamp").await), [31, 32, 33]);
    let recorded = events(&annals, "action=application_set_up").await;
    assert_eq!(recorded.len(), 1);
    assert_eq!(recorded[0]["entity"], json!({"type": "application", "name": "home import"}));
    assert_eq!(recorded[0]["message"], "home import: 31 events of setting up, summed up");
    let numbers = json!({
        "count": 31, "completed": true, "events": {"entity": {"created": 1, "updated": 30}},
    });
    assert_eq!(recorded[0]["metadata"], numbers);
    annals.stop().await.unwrap();
}

#[tokio::test]
async fn a_set_up_that_breaks_off_is_reported_and_ends() {
    let root = root();
    let annals = open(&root).await;
    let recorder = annals.recorder();
    let broken = catch_unwind(AssertUnwindSafe(|| {
        let _setup = recorder.set_up("broken");
        recorder.record(lamp(1));
        panic!("half way");
    }));
    assert!(broken.is_err());
    drop(recorder.set_up("empty"));
    recorder.record(lamp(2));
    let recorded = events(&annals, "action=application_set_up").await;
    assert_eq!(recorded.len(), 1);
    assert_eq!(
        (&recorded[0]["severity"], &recorded[0]["metadata"]["completed"]),
        (&json!("warning"), &json!(false))
    );
    assert_eq!(lamps(&events(&annals, "entity_type=lamp").await), [2]);
    annals.stop().await.unwrap();
}

#[tokio::test]
async fn of_two_set_ups_each_counts_its_own_and_many_kinds_are_no_trouble() {
    let root = root();
    let annals = open(&root).await;
    let recorder = annals.recorder();
    let outer = recorder.set_up("outer");
    recorder.record(lamp(1));
    let inner = recorder.set_up("inner");
    for number in 0..1_000 {
        let mut strange = lamp(number);
        strange.action = format!("step_{number}");
        recorder.record(strange);
    }
    // They may end in any order.
    drop(outer);
    recorder.record(lamp(2));
    drop(inner);
    let recorded = events(&annals, "action=application_set_up").await;
    let of =
        |index: usize| (&recorded[index]["entity"]["name"], &recorded[index]["metadata"]["count"]);
    assert_eq!(recorded.len(), 2);
    assert_eq!(of(0), (&json!("outer"), &json!(1)));
    assert_eq!(of(1), (&json!("inner"), &json!(1_001)));
    assert_eq!(recorded[1]["metadata"]["more"], 901);
    annals.stop().await.unwrap();
}
