//! Audit events: one change, one event, with its actor; failed sign-ins as well.

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Call, Engine, Server, on_every_engine, root, run};

on_every_engine!(every_change_leaves_one_event);

/// The events that each changing route leaves; a comment gives the reason for each empty list.
const LEAVES: [(&str, &str, &[&str]); 25] = [
    ("POST", "/api/v1/keys", &["key_created"]),
    ("DELETE", "/api/v1/keys/{id}", &["key_revoked"]),
    ("PUT", "/api/v1/people/{id}", &["person_saved"]),
    ("PATCH", "/api/v1/people/{id}", &["person_saved"]),
    ("PUT", "/api/v1/tasks/{id}", &["task_saved"]),
    ("PUT", "/api/v1/rewards/{id}", &["reward_saved"]),
    // The points event is itself the record.
    ("POST", "/child/{id}/adjust", &[]),
    ("POST", "/child/{id}/trigger-task", &[]),
    ("POST", "/child/{id}/request-reward", &[]),
    ("POST", "/child/{id}/cancel-request-reward", &[]),
    ("POST", "/child/{id}/trigger-reward", &[]),
    ("POST", "/child/{id}/undo", &[]),
    ("DELETE", "/api/v1/tasks/{id}", &["task_deleted"]),
    ("DELETE", "/api/v1/rewards/{id}", &["reward_deleted"]),
    ("DELETE", "/api/v1/people/{id}", &["person_archived"]),
    ("POST", "/api/v1/people/{id}/erase", &["person_erased"]),
    ("POST", "/api/v1/session", &["login_success"]),
    ("DELETE", "/api/v1/session", &["logout"]),
    ("POST", "/api/v1/sign-in-links", &["sign_in_link_created"]),
    ("PUT", "/api/v1/settings/recording", &["recording_disabled"]),
    ("PUT", "/api/v1/settings/retention", &["settings_changed"]),
    ("POST", "/api/v1/settings/retention/run", &["retention_ran"]),
    ("PATCH", "/api/analytics/errors/{group}", &["error_group_changed"]),
    // A ticket opens nothing that its maker could not open, and is gone in a minute.
    ("POST", "/api/v1/tickets", &[]),
    // The events are themselves the record.
    ("POST", "/api/v1/events", &[]),
];

/// The audit events, newest first.
async fn acts(server: &Server) -> Vec<Value> {
    let path = "/api/v1/events?category=system,auth&limit=500";
    let page = server.get(path).send().await.json();
    page["events"].as_array().unwrap().clone()
}

/// Sends a call and returns the audit events it left.
async fn left(server: &Server, call: Call) -> (Answer, Vec<Value>) {
    let before = acts(server).await.len();
    let answer = call.send().await;
    let mut acts = acts(server).await;
    acts.truncate(acts.len() - before);
    (answer, acts)
}

fn actions(acts: &[Value]) -> Vec<&str> {
    acts.iter().map(|act| act["action"].as_str().unwrap()).collect()
}

/// The id of an error group.
async fn error_group(server: &Server) -> String {
    server.append(&[json!({"category": "error", "action": "api_error"})]).await;
    let last = server.get("/api/v1/events?limit=1").send().await.json();
    let cursor = last["events"][0]["cursor"].as_str().unwrap();
    let path = format!("/api/analytics/errors?wait_for={cursor}");
    let body = server.get(&path).send().await.json();
    body["groups"][0]["id"].as_str().unwrap().to_owned()
}

async fn every_change_leaves_one_event(engine: Engine) {
    let server = Server::start_on(engine);
    let document = server.get("/api/openapi.json").send().await.json();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().filter(|method| *method != "get") {
            let method = method.to_uppercase();
            let known = LEAVES.iter().any(|(m, p, _)| (*m, *p) == (&*method, path));
            assert!(known, "{method} {path} is not in the table");
        }
    }

    let (_, spare) = server.key("service").await;
    let group = error_group(&server).await;
    let (secret, key) = server.key("admin").await;
    let mut cookie = String::new();
    let mut csrf = String::new();
    for (method, path, expected) in LEAVES {
        let method: Method = method.parse().unwrap();
        let uri = path.replace("{id}", &spare).replace("{group}", &group);
        let mut call = server.call(method.clone(), &uri).key(&secret);
        let body = match (method.as_str(), path) {
            ("POST", "/api/v1/keys") => Some(json!({"role": "ingest", "name": "a page"})),
            ("PUT", "/api/v1/settings/recording") => Some(json!({"categories": {"device": false}})),
            ("PUT", "/api/v1/settings/retention") => {
                Some(json!({"errors": {"delete_after_days": 90}}))
            }
            ("PATCH", "/api/v1/people/{id}") => Some(json!({"name": "Ada Doe"})),
            ("PATCH", _) => Some(json!({"status": "resolved"})),
            ("PUT", "/api/v1/people/{id}") => Some(json!({"kind": "child", "name": "Ada"})),
            ("PUT", "/api/v1/tasks/{id}") => {
                Some(json!({"name": "Dishes", "points": 1, "is_good": true}))
            }
            ("PUT", "/api/v1/rewards/{id}") => Some(json!({"name": "Film", "cost": 1})),
            ("POST", "/child/{id}/adjust") => Some(json!({"points": 9, "reason": "A start"})),
            ("POST", "/child/{id}/trigger-task") => Some(json!({"task_id": spare})),
            ("POST", "/child/{id}/undo") => {
                let given =
                    server.get(&format!("/admin/tracking?child_id={spare}&action=redeemed"));
                let given = given.send().await.json();
                Some(json!({"tracking_event_id": given["tracking_events"][0]["id"]}))
            }
            ("POST", path) if path.ends_with("-reward") => Some(json!({"reward_id": spare})),
            ("POST", "/api/v1/events") => Some(json!({"action": "lamp_lit"})),
            ("POST", "/api/v1/session") => Some(json!({"key": secret})),
            _ => None,
        };
        if let Some(body) = body {
            call = call.body("application/json", body.to_string());
        }
        if (method.as_str(), path) == ("DELETE", "/api/v1/session") {
            call = call.nobody().header("cookie", &cookie).header("x-csrf-token", &csrf);
        }
        let (answer, acts) = left(&server, call).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.text());
        assert_eq!(actions(&acts), expected, "{method} {path}");
        for act in &acts {
            assert_eq!(act["actor"]["id"], json!(key), "{method} {path}: {act}");
            assert!(!act.to_string().contains(&secret), "{act}");
        }
        if path == "/api/v1/session" && method == Method::POST {
            cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
            csrf = answer.json()["csrf_token"].as_str().unwrap_or_default().to_owned();
        }
    }
    // Repeated, but changed once.
    let (answer, acts) =
        left(&server, server.delete(&format!("/api/v1/keys/{spare}")).key(&secret)).await;
    assert_eq!((answer.status, actions(&acts)), (200, Vec::new()));
}

#[tokio::test]
async fn a_failed_sign_in_is_recorded_without_the_secret_tried() {
    let server = Server::start();
    for tried in [json!({"key": "ann_admin_hunter2"}), json!({"link": "hunter2"})] {
        let call = server.post("/api/v1/session", &tried).nobody();
        let (answer, acts) = left(&server, call).await;
        assert_eq!(answer.status, 401);
        assert_eq!(actions(&acts), ["login_failed"]);
        assert_eq!(acts[0]["actor"], json!({"type": "anonymous"}));
        assert!(!acts[0].to_string().contains("hunter2"));
    }
}

#[tokio::test]
async fn an_export_is_recorded_with_its_filter_and_is_not_in_itself() {
    let server = Server::start();
    let (auditor, key) = server.key("auditor").await;
    let path = "/api/v1/events/export?format=csv&category=system&q=the%00key&metadata.a=b";
    let (answer, acts) = left(&server, server.get(path).key(&auditor)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(actions(&acts), ["exported"]);
    assert_eq!(acts[0]["actor"]["id"], json!(key));
    let filter = json!({"category": "system", "q": "the\u{fffd}key", "metadata.a": "b"});
    assert_eq!(acts[0]["metadata"], json!({"filter": filter, "format": "csv"}));

    let text = server.get("/api/v1/events/export").send().await.text();
    assert_eq!(text.lines().filter(|line| line.contains("\"exported\"")).count(), 1);
    let long = format!("/api/v1/events/export?actor={}", ["x".repeat(400).as_str(); 30].join(","));
    let answer = server.get(&long).send().await;
    assert_eq!(answer.problem(), (400, "filter_too_long".to_owned()));
    // A refused export leaves no event.
    let (_, acts) = left(&server, server.get("/api/v1/events/export?format=pdf")).await;
    assert_eq!(actions(&acts), Vec::<&str>::new());
}

#[tokio::test]
async fn the_server_records_its_start_and_its_end() {
    let root = root();
    let server = Server::on(&root);
    server.append(&[json!({"action": "lamp_lit"})]).await;
    assert!(server.stop().success());
    let output = run(&root, &["export", "--format", "ndjson"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let actions: Vec<&str> = events.iter().filter_map(|event| event["action"].as_str()).collect();
    assert_eq!(actions, ["server_shutting_down", "lamp_lit", "server_started"]);
}
