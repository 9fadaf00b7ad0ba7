//! Limits by key and address, proxies, and CORS.

use http::Method;
use serde_json::json;

use crate::support::{Answer, Call, Root, Server, root};

fn configured(text: &str) -> (Root, Server) {
    let root = root();
    std::fs::write(root.path().join("annals.toml"), text).unwrap();
    let server = Server::on(&root);
    (root, server)
}

fn limited(answer: &Answer) {
    assert_eq!(answer.problem(), (429, "rate_limited".to_owned()));
    let wait: u32 = answer.header("retry-after").parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
}

/// An event sent with a key, through the proxies named.
fn event(server: &Server, key: &str, forwarded_for: &str) -> Call {
    let call = server.post("/api/v1/events", &json!({"action": "page_view"})).key(key);
    call.header("x-forwarded-for", forwarded_for)
}

#[tokio::test]
async fn an_address_has_its_own_limit_and_only_trusted_proxies_name_it() {
    let (_root, server) =
        configured("trusted_proxies = [\"127.0.0.0/8\"]\nrate_limit.address_per_minute = 2\n");
    let (ingest, _) = server.key("ingest").await;
    let (service, _) = server.key("service").await;
    for _ in 0..2 {
        assert_eq!(event(&server, &ingest, "198.51.100.1").send().await.status, 201);
    }
    limited(&event(&server, &ingest, "198.51.100.1").send().await);
    // Entries written by the client come before the proxy's own and are ignored.
    limited(&event(&server, &ingest, "203.0.113.7, 198.51.100.1").send().await);
    assert_eq!(event(&server, &ingest, "198.51.100.2").send().await.status, 201);
    // A service acts for many people: only its key's limit applies.
    for _ in 0..5 {
        assert_eq!(event(&server, &service, "198.51.100.1").send().await.status, 201);
    }
    // The stored address is the client's too, truncated.
    let listed = server.get("/api/v1/events?action=page_view&actor_type=anonymous").send().await;
    let events = listed.json()["events"].clone();
    assert_eq!(events[0]["client"]["ip"], "198.51.100.0", "{events}");

    let (_root, server) = configured("rate_limit.address_per_minute = 2\n");
    let (ingest, _) = server.key("ingest").await;
    for address in ["198.51.100.1", "198.51.100.2"] {
        assert_eq!(event(&server, &ingest, address).send().await.status, 201);
    }
    limited(&event(&server, &ingest, "198.51.100.3").send().await);
}

#[tokio::test]
async fn a_key_has_its_own_limit() {
    let (_root, server) = configured("rate_limit.key_per_minute = 3\n");
    let (one, _) = server.key("auditor").await;
    let (other, _) = server.key("auditor").await;
    for _ in 0..3 {
        assert_eq!(server.get("/api/v1/stats").key(&one).send().await.status, 200);
    }
    limited(&server.get("/api/v1/stats").key(&one).send().await);
    assert_eq!(server.get("/api/v1/stats").key(&other).send().await.status, 200);
}

#[tokio::test]
async fn attempts_to_sign_in_are_limited_and_cannot_fill_the_journal() {
    let (_root, server) = configured("rate_limit.attempts_per_minute = 3\n");
    let attempt = || server.post("/api/v1/session", &json!({"key": "ann_admin_guess"})).nobody();
    for _ in 0..3 {
        assert_eq!(attempt().send().await.problem().0, 401);
    }
    for _ in 0..20 {
        limited(&attempt().send().await);
    }
    // Wrong keys on other endpoints count as attempts; valid ones are not limited by them.
    limited(&server.get("/api/v1/events").key("ann_admin_guess").send().await);
    let failed = server.get("/api/v1/stats?action=login_failed").send().await;
    assert_eq!(failed.json()["total"], 3);
}

#[tokio::test]
async fn only_pages_that_a_key_names_may_use_it() {
    let server = Server::start();
    let make = async |body: serde_json::Value| server.post("/api/v1/keys", &body).send().await;
    let page = "https://school.example";
    let made = make(json!({"role": "ingest", "name": "pages", "origins": [page]})).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let key = made.json()["secret"].as_str().unwrap().to_owned();
    let other = make(json!({"role": "ingest", "name": "any", "origins": ["*"]})).await.json();
    let any = other["secret"].as_str().unwrap();
    let other_id = other["key"]["id"].as_str().unwrap();

    let preflight = |origin: &str| {
        let call = server.call(Method::OPTIONS, "/api/v1/events").nobody();
        let call = call.header("access-control-request-method", "POST");
        call.header("origin", origin)
    };
    let send = |key: &str, origin: &str| event(&server, key, "").header("origin", origin);
    let answer = preflight(page).send().await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), page);
    for needed in ["authorization", "content-type", "x-annals-user"] {
        assert!(answer.header("access-control-allow-headers").contains(needed), "{needed}");
    }
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    let answer = send(&key, page).send().await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (201, page));
    assert!(answer.header("vary").contains("origin"));

    // The preflight has no key, so it is allowed if any key names the page; the request itself
    // needs its own key to name it.
    let stranger = "https://elsewhere.example";
    assert_eq!(preflight(stranger).send().await.status, 204);
    assert_eq!(send(any, stranger).send().await.status, 201);
    let refused = send(&key, stranger).send().await;
    assert_eq!(refused.problem(), (403, "origin_not_allowed".to_owned()));
    server.delete(&format!("/api/v1/keys/{other_id}")).send().await;
    let refused = preflight(stranger).send().await;
    assert_eq!(refused.problem(), (403, "origin_not_allowed".to_owned()));
    assert_eq!(refused.header("access-control-allow-origin"), "");

    // The server's own pages, programs, and keys for programs.
    let own = format!("http://{}", server.address);
    assert_eq!(send(&key, &own).send().await.status, 201);
    let (service, _) = server.key("service").await;
    assert_eq!(send(&service, stranger).send().await.status, 201);
    // No other endpoint answers other origins.
    let elsewhere = server.call(Method::OPTIONS, "/api/v1/keys").header("origin", page);
    let elsewhere = elsewhere.header("access-control-request-method", "POST").send().await;
    assert_eq!((elsewhere.status, elsewhere.header("access-control-allow-origin")), (405, ""));

    for (body, field) in [
        (json!({"role": "service", "name": "x", "origins": [page]}), "origins"),
        (json!({"role": "ingest", "name": "x", "origins": ["school.example"]}), "origins.0"),
        (json!({"role": "ingest", "name": "x", "origins": [page, "https://a/b"]}), "origins.1"),
    ] {
        let answer = make(body).await;
        assert_eq!(answer.problem(), (422, "invalid".to_owned()));
        assert_eq!(answer.json()["errors"][0]["field"], field);
    }
}
