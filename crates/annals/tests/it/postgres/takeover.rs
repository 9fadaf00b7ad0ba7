//! A server killed during an erasure: another finishes it.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::{Engine, Server, beside, root_on, until, verify};

/// Number of events about the erased person, so that an erasure takes a while.
const EVENTS: usize = 4_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_that_is_cut_off_is_finished_by_another_server() {
    let root = root_on(Engine::Postgres);
    let (one, two) = (Server::on(&root), Server::on(&beside(&root)));
    let call = one.call(http::Method::PUT, "/api/v1/people/miriam");
    let person = json!({ "kind": "user", "name": "Mirjam Makeba" }).to_string();
    assert_eq!(call.body("application/json", person).send().await.status, 200);
    let event = |number: usize| {
        json!({ "category": "entity", "action": "created",
            // Only the directory links this name to her, and it is emptied first.
            "message": format!("Mirjam Makeba made number {number}"),
            "actor": { "type": "user", "id": "miriam" }, "subject": { "id": "leonard" } })
    };
    for batch in (0..EVENTS).collect::<Vec<_>>().chunks(1_000) {
        one.append(&batch.iter().map(|&number| event(number)).collect::<Vec<Value>>()).await;
    }
    let asked = one.post("/api/v1/people/miriam/erase", &json!({}));
    let asked = tokio::spawn(asked.try_send());
    let count = "SELECT count(*) FROM annals.annals_events WHERE anonymised_at IS NOT NULL";
    let done = until("the erasure to begin", async || {
        let done: usize = root.database().sql(count).parse().unwrap();
        (done > 0).then_some(done)
    })
    .await;
    one.kill();
    assert!(asked.await.unwrap().is_err());
    assert!(done < EVENTS, "it was over too soon");

    // Well before a lease of ten minutes would end.
    let act = until("the other server to finish it", async || {
        let page = two.get("/api/v1/events?action=person_erased").send().await.json();
        page["events"].as_array().unwrap().first().cloned()
    })
    .await;
    // The event counts all of it, her directory entry included, and the journal verifies.
    assert_eq!(act["metadata"]["events"], EVENTS + 1, "{act}");
    let text = two.get("/api/v1/events/export").send().await.text().to_lowercase();
    assert!(!text.contains("miriam") && !text.contains("makeba"));
    assert_eq!(
        root.database().sql(
            "SELECT count(*) FROM annals.annals_checkpoints
        WHERE name = 'erasure'"
        ),
        "0"
    );
    // Another person can be erased at once.
    let erased = two.post("/api/v1/people/leonard/erase", &json!({})).send().await;
    assert_eq!((erased.status, &erased.json()["events"]), (200, &json!(EVENTS)));
    assert!(two.stop().success());
    let (code, report) = verify(&Arc::clone(&root));
    assert_eq!((code, &report["anonymised"]), (Some(0), &json!(EVENTS + 1)), "{report}");
}
