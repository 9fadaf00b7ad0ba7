//! Evidence of those who see less, and after the journal was lawfully changed, or unlawfully.

use annals::clock::{Clock as _, SystemClock};
use http::Method;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::evidence::{bundle, file, serde_json_canonical, sha256, unzip, verify, zipped};
use super::numbers;
use crate::support::{Engine, Server, data_dir, on_every_engine, root};

on_every_engine!(
    what_is_hidden_is_said_to_be_unproven,
    what_was_anonymised_or_deleted_since_is_said_and_no_fault,
);

const DAY: i64 = 24 * 3_600 * 1_000_000;

/// An event of `days` days ago by Ada.
fn old(days: i64) -> Value {
    let then = SystemClock.now().plus_micros(-days * DAY);
    json!({
        "category": "quest", "action": "quest_started", "occurred_at": then, "message": "Ada began",
        "actor": {"type": "user", "id": "ada", "name": "Ada Doe"},
    })
}

/// The lines of a bundle's events.
fn lines(bytes: &[u8]) -> Vec<Value> {
    let mut files = unzip(bytes);
    let text = String::from_utf8(file(&mut files, "events.ndjson").clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn what_is_hidden_is_said_to_be_unproven(engine: Engine) {
    let server = Server::start_on(engine);
    let with_client = json!({"action": "lamp_lit", "client": {"os": "Plan 9"}});
    server.append(&[with_client, json!({"action": "lamp_lit"})]).await;
    let (service, _) = server.key("service").await;
    let path = "/api/v1/events/export?format=bundle&action=lamp_lit&order=asc";
    let answer = server.get(path).key(&service).send().await;
    assert_eq!(answer.status, 200);
    let seen = lines(&answer.body);
    assert_eq!((seen.len(), seen[0].get("salt")), (2, None));
    assert!(seen[1]["salt"].is_string());
    assert!(!seen[0].to_string().contains("Plan 9"));
    for with_journal in [false, true] {
        let (code, said) = verify(&server.root, &answer.body, with_journal);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("1 verified"), "{said}");
        assert!(said.contains("1 without their texts, which are not proven"), "{said}");
    }
    // Whoever may see it all gets proof of it all.
    let (code, said) = verify(&server.root, &bundle(&server, "action=lamp_lit").await, false);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("2 verified") && !said.contains("not proven"), "{said}");
}

async fn what_was_anonymised_or_deleted_since_is_said_and_no_fault(engine: Engine) {
    let server = Server::start_on(engine);
    server.append(&[old(100), old(3_000)]).await;
    server.append(&numbers(0..3)).await;
    let before = bundle(&server, "").await;
    let (code, said) = verify(&server.root, &before, true);
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("since"), "{said}");

    let run = server.call(Method::POST, "/api/v1/settings/retention/run").send().await.json();
    assert_eq!((&run["anonymised"], &run["deleted"]), (&json!(1), &json!(1)));
    let (code, said) = verify(&server.root, &before, true);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1 anonymised since") && said.contains("1 deleted since"), "{said}");
    assert_eq!(verify(&server.root, &before, false).0, Some(0));

    // A bundle of what is left: the anonymised event without proof of its texts.
    let after = bundle(&server, "category=quest").await;
    let left = lines(&after);
    assert_eq!((left.len(), left[0].get("salt")), (1, None));
    assert!(left[0]["event"]["anonymised_at"].is_string());
    for with_journal in [false, true] {
        let (code, said) = verify(&server.root, &after, with_journal);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("1 without their texts"), "{said}");
    }
}

#[tokio::test]
async fn a_journal_that_was_changed_contradicts_the_bundle() {
    let root = root();
    let server = Server::on(&root);
    server.append(&numbers(0..3)).await;
    let bytes = bundle(&server, "action=lamp_lit").await;
    assert!(server.stop().success());
    let change = |sql: &str| {
        let database = Connection::open(data_dir(&root).join("journal.db")).unwrap();
        assert_eq!(database.execute(sql, []), Ok(1));
    };
    change("UPDATE annals_events SET message = 'another' WHERE message = 'lamp 1'");
    let (code, said) = verify(&root, &bytes, true);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the journal has another event there"), "{said}");
    change("DELETE FROM annals_events WHERE message = 'another'");
    let (code, said) = verify(&root, &bytes, true);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the journal has neither it nor a tombstone"), "{said}");
    // The bundle by itself is what it was.
    assert_eq!(verify(&root, &bytes, false).0, Some(0));
}

#[tokio::test]
async fn an_export_that_the_journal_never_recorded_is_a_fault() {
    let server = Server::start();
    server.append(&numbers(0..3)).await;
    let mut files = unzip(&bundle(&server, "action=lamp_lit").await);
    let mut manifest: Value = serde_json::from_slice(file(&mut files, "manifest.json")).unwrap();
    manifest["exported_by"] = json!({"type": "user", "id": "mallory"});
    manifest["exported_as"] = json!("0190b7a0-0000-7000-8000-00000000dead");
    manifest["digest"] = "".into();
    manifest["digest"] = sha256(&serde_json_canonical(&manifest)).into();
    *file(&mut files, "manifest.json") = serde_json::to_vec(&manifest).unwrap();
    let forged = zipped(&files);
    assert_eq!(verify(&server.root, &forged, false).0, Some(0));
    let (code, said) = verify(&server.root, &forged, true);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the journal never recorded this export"), "{said}");
}
