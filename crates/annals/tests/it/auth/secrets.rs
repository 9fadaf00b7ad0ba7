//! No secret in a file or in the log, and security headers on every answer.

use http::Method;
use serde_json::json;

use crate::support::{ADMIN, Server, files};

#[tokio::test]
async fn no_secret_is_written_down() {
    let server = Server::start();
    let (key, _) = server.key("service").await;
    let made = server.call(Method::POST, "/api/v1/sign-in-links").send().await;
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let link = text(&made.json()["token"]);
    let session = async |with: serde_json::Value| {
        let answer = server.post("/api/v1/session", &with).nobody().send().await;
        let cookie = answer.header("set-cookie").split([';', '=']).nth(1).unwrap();
        (cookie.to_owned(), text(&answer.json()["csrf_token"]))
    };
    let (cookie, csrf) = session(json!({ "key": key })).await;
    let (second, _) = session(json!({ "link": link })).await;
    let tried = "ann_admin_tried-and-wrong-0123456789";
    server.get("/api/v1/events").key(tried).send().await;
    server.post("/api/v1/session", &json!({ "key": tried })).nobody().send().await;
    server.get(&format!("/api/v1/events?surprise={key}")).send().await;
    server.get(&format!("/api/v1/events/{key}")).send().await;
    let used = server.get("/api/v1/events").key(&key).send().await;
    assert_eq!(used.status, 200);
    let in_use = files(&server.data_dir());
    let root = server.root.clone();
    assert!(server.stop().success());

    let all = [in_use, files(root.path())].concat();
    assert!(all.iter().any(|(path, _)| path.ends_with("journal.db")));
    assert!(all.iter().any(|(path, _)| path.ends_with("log")));
    for secret in [ADMIN, &key, &link, &cookie, &csrf, &second, tried] {
        // The key itself, its random part alone, and that part's bytes.
        let random = secret.rsplit('_').next().unwrap();
        for (path, content) in &all {
            let there = |wanted: &[u8]| content.windows(wanted.len()).any(|part| part == wanted);
            assert!(!there(random.as_bytes()), "{random} in {}", path.display());
            let bytes: Option<Vec<u8>> = (0..random.len() / 2)
                .map(|at| u8::from_str_radix(random.get(2 * at..2 * at + 2)?, 16).ok())
                .collect();
            let found = bytes.is_some_and(|bytes| there(&bytes));
            assert!(!found, "the bytes of {random} in {}", path.display());
        }
    }
}

/// The log at level `trace` holds routes; it holds no query, no key and no person.
#[tokio::test]
async fn the_log_holds_routes_and_nothing_of_the_query() {
    let root = crate::support::root();
    let data = crate::support::data_dir(&root);
    let arguments = ["--data-dir", data.to_str().unwrap(), "--log", "trace"];
    let server = Server::with(&root, &arguments);
    let event = json!({"action": "lamp_lit", "message": "a-private-sentence"});
    server.append(&[event]).await;
    server.get("/api/v1/events?q=a-searched-word&actor=a-person").send().await;
    let log = server.log();
    assert!(log.contains("/api/v1/events"), "{log}");
    for secret in [ADMIN, "a-private-sentence", "a-searched-word", "a-person"] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn every_answer_keeps_browsers_careful() {
    let server = Server::start();
    let unpacked = |call: crate::support::Call| call.header("content-encoding", "br");
    for call in [
        server.get("/"),
        server.get("/healthz"),
        server.get("/readyz"),
        server.get("/events"),
        server.get("/nothing.js"),
        server.get("/api/openapi.json"),
        server.get("/api/nothing"),
        server.get("/api/v1/events"),
        server.get("/api/v1/events").nobody(),
        server.get("/api/v1/events/export"),
        server.get("/api/v1/events?surprise=1"),
        server.call(Method::PUT, "/api/v1/events"),
        server.call(Method::OPTIONS, "/api/v1/events"),
        server.call(Method::HEAD, "/api/v1/events"),
        unpacked(server.post("/api/v1/events", &json!({}))),
    ] {
        let answer = call.send().await;
        let policy = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";
        assert_eq!(answer.header("content-security-policy"), policy, "{answer:?}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{answer:?}");
        }
        assert_eq!(answer.header("server"), "");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
    // Personal data must not be cached.
    for path in ["/api/v1/events", "/api/v1/events/export", "/api/v1/session"] {
        let answer = server.get(path).send().await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}
