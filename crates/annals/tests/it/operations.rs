//! Health, metrics and the log.

use serde_json::json;

use crate::support::{Engine, Server, on_every_engine, root, until};

on_every_engine!(health_shows_the_journal_and_why_events_were_refused,);

/// The value of a series.
fn value(metrics: &str, series: &str) -> Option<f64> {
    let line = metrics.lines().find(|line| line.starts_with(&format!("{series} ")))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[tokio::test]
async fn metrics_count_what_happened_and_name_nobody() {
    let server = Server::start();
    let id = "0190b7a0-0000-7000-8000-000000000001";
    let event =
        json!({"id": id, "action": "lamp_lit", "actor": {"type": "user", "id": "zelda-77"}});
    server.append(&[event.clone(), json!({"action": "lamp_lit"})]).await;
    server.post("/api/v1/events", &event).send().await;
    server.post("/api/v1/events", &json!({"action": "no,comma"})).send().await;
    server.get("/api/v1/events?actor=zelda-77&q=secretword").send().await;
    server.get(&format!("/api/v1/events/{id}")).send().await;
    server.get("/some/unknown/zelda-77").nobody().send().await;

    // From this machine, without a proxy.
    let answer = server.get("/metrics").nobody().send().await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    let text = answer.text();
    assert!(text.ends_with("# EOF\n"));
    let events = |outcome: &str, reason: &str| {
        let series = format!("annals_events_total{{outcome=\"{outcome}\",reason=\"{reason}\"}}");
        value(&text, &series)
    };
    // One is the server's own `server_started`.
    assert_eq!(events("accepted", ""), Some(3.0), "{text}");
    assert_eq!(events("duplicate", ""), Some(1.0));
    assert_eq!(events("rejected", "invalid"), Some(1.0));
    assert_eq!(value(&text, "annals_head"), Some(3.0));
    assert!(value(&text, "annals_commit_seconds_count").unwrap() >= 3.0);
    assert_eq!(value(&text, "annals_commit_events_sum"), Some(4.0));
    let got =
        "annals_request_seconds_count{method=\"GET\",route=\"/api/v1/events/{id}\",status=\"200\"}";
    assert_eq!(value(&text, got), Some(1.0), "{text}");
    for private in ["zelda", "secretword", id] {
        assert!(!text.contains(private), "{private}");
    }
}

#[tokio::test]
async fn metrics_are_for_this_machine_and_admins() {
    let server = Server::start();
    for (header, value) in [
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-host", "annals.example"),
        ("x-forwarded-proto", "https"),
        ("x-real-ip", "198.51.100.1"),
        ("cf-connecting-ip", "198.51.100.1"),
        ("forwarded", "for=198.51.100.1"),
        ("via", "1.1 proxy"),
        // A second name makes the request ambiguous.
        ("host", "annals.example"),
    ] {
        let proxied = server.get("/metrics").nobody().header(header, value);
        assert_eq!(proxied.send().await.problem(), (401, "key_missing".to_owned()), "{header}");
    }
    let proxied = server.get("/metrics").header("x-forwarded-for", "198.51.100.1");
    assert_eq!(proxied.send().await.status, 200);
    let (auditor, _) = server.key("auditor").await;
    let answer = server.get("/metrics").key(&auditor).send().await;
    assert_eq!(answer.problem(), (403, "forbidden".to_owned()));
}

#[tokio::test]
async fn the_log_shows_how_the_server_works_and_names_nobody() {
    let root = root();
    std::fs::write(root.path().join("annals.toml"), "log = \"debug\"\nlog_format = \"json\"\n")
        .unwrap();
    let server = Server::on(&root);
    server
        .append(&[json!({
            "action": "lamp_lit", "message": "Zelda's private word",
            "actor": {"type": "user", "id": "zelda-77", "name": "Zelda"},
            "metadata": {"colour": "mauve"},
        })])
        .await;
    server.post("/api/v1/events", &json!({"action": "zelda-77 is wrong"})).send().await;
    server.get("/api/v1/events?actor=zelda-77&q=private").send().await;

    let lines = until("the requests to be logged", async || {
        let log = server.get("/api/v1/debug-log").send().await.json();
        let lines = log["lines"].as_array().unwrap().clone();
        lines.iter().any(|line| line["route"] == "/api/v1/events").then_some(lines)
    })
    .await;
    let request = lines.iter().find(|line| line["message"] == "request").unwrap();
    assert_eq!((&request["level"], &request["method"]), (&json!("DEBUG"), &json!("POST")));
    assert_eq!(request["status"], 201);
    let log = server.log();
    assert!(
        log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()),
        "{log}"
    );
    for private in ["zelda", "Zelda", "mauve", "private", "127.0.0.1:"] {
        assert!(!log.contains(private), "{private} is in the log: {log}");
        let logged = serde_json::to_string(&lines).unwrap();
        assert!(!logged.contains(private), "{private} is in the debug log");
    }
    let (auditor, _) = server.key("auditor").await;
    let answer = server.get("/api/v1/debug-log").key(&auditor).send().await;
    assert_eq!(answer.problem(), (403, "forbidden".to_owned()));
}

async fn health_shows_the_journal_and_why_events_were_refused(engine: Engine) {
    let server = Server::start_on(engine);
    let before = server.get("/api/v1/health").send().await.json();
    assert_eq!(before["writable"], true);
    server.append(&[json!({"action": "lamp_lit"}), json!({"action": "lamp_lit"})]).await;
    server.post("/api/v1/events", &json!({"action": "no,comma"})).send().await;

    let health = server.get("/api/v1/health").send().await.json();
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(health["started_at"], before["started_at"]);
    // One is the server's own `server_started`.
    assert_eq!(health["journal"]["positions"], 3);
    assert!(health["journal"]["last_at"].as_str() > health["started_at"].as_str(), "{health}");
    assert!(health["journal"]["bytes"].as_u64().unwrap() > 10_000);
    let outcomes = json!([
        {"outcome": "accepted", "count": 3},
        {"outcome": "rejected", "reason": "invalid", "count": 1},
    ]);
    assert_eq!(health["outcomes"], outcomes);
}

#[tokio::test]
async fn the_log_at_info_says_what_an_operator_looks_for() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let root = root();
    let server = Server::on(&root);
    let tried = json!({"key": "ann_admin_tried-in-vain"});
    assert_eq!(server.post("/api/v1/session", &tried).nobody().send().await.problem().0, 401);
    // A body that takes its time makes a slow request.
    let body = json!({"action": "lamp_lit"}).to_string();
    let head = format!(
        "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Authorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        server_key(),
        body.len()
    );
    let mut socket = tokio::net::TcpStream::connect(server.address).await.unwrap();
    socket.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    let _ = socket.write_all(body.as_bytes()).await;
    let _ = socket.read_to_end(&mut Vec::new()).await;
    let log = until("the slow request to be logged", async || {
        let log = server.log();
        log.contains("slow request").then_some(log)
    })
    .await;
    let line = |words: &str| {
        let found = log.lines().find(|line| line.contains(words));
        found.unwrap_or_else(|| panic!("{words}: {log}")).to_owned()
    };
    let start = line("annals serves");
    assert!(start.contains("INFO") && start.contains(env!("CARGO_PKG_VERSION")), "{start}");
    assert!(start.contains("SQLite") && start.contains("journal.db"), "{start}");
    assert!(line("the next retention run").contains("T02:00:00"), "{log}");
    assert!(line("to sign in: ").contains("annals link"), "{log}");
    let failed = line("a sign-in failed");
    assert!(failed.contains("key_invalid") && failed.contains("127.0.0.0"), "{failed}");
    let slow = line("slow request");
    assert!(slow.contains("/api/v1/events") && slow.contains("status="), "{slow}");
    for private in ["tried-in-vain", "127.0.0.1", server_key()] {
        assert!(!log.contains(private), "{private}: {log}");
    }
}

/// The bootstrap key of the test servers.
fn server_key() -> &'static str {
    crate::support::ADMIN
}
