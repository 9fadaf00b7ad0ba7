//! Keys: which work, and what each role may do.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use crate::support::{ADMIN, Server, until};

const NOWHERE: &str = "/api/v1/events/0190b7a0-0000-7000-8000-00000000dead";
const NO_PROOF: &str = "/api/v1/events/0190b7a0-0000-7000-8000-00000000dead/proof";

#[tokio::test]
async fn a_key_that_does_not_work_is_told_why() {
    let server = Server::start();
    let list = || server.get("/api/v1/events");
    let nobody = list().nobody().send().await;
    assert_eq!(nobody.problem(), (401, "key_missing".to_owned()));
    assert_eq!(nobody.header("www-authenticate"), "Bearer");
    for wrong in ["ann_admin_0", "", &ADMIN[1..], &format!("{ADMIN}x")] {
        let answer = list().key(wrong).send().await;
        assert_eq!(answer.problem(), (401, "key_invalid".to_owned()), "{wrong}");
    }
    let basic = list().nobody().header("authorization", "Basic YWRtaW4=");
    assert_eq!(basic.send().await.problem(), (401, "key_invalid".to_owned()));

    let (secret, id) = server.key("auditor").await;
    assert_eq!(list().key(&secret).send().await.status, 200);
    let revoked = server.delete(&format!("/api/v1/keys/{id}")).send().await;
    assert_eq!(revoked.status, 200);
    let answer = list().key(&secret).send().await;
    assert_eq!(answer.problem(), (401, "key_revoked".to_owned()));

    // A key that lives for a moment.
    let soon = jiff::Timestamp::from_second(now() + 2).unwrap().to_string();
    let new = json!({"role": "auditor", "name": "short-lived", "expires_at": soon});
    let made = server.post("/api/v1/keys", &new).send().await.json();
    let secret = made["secret"].as_str().unwrap();
    let code = until("the key to expire", async || {
        let answer = list().key(secret).send().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        (answer.status != 200).then(|| answer.problem().1)
    })
    .await;
    assert_eq!(code, "key_expired");
    let past = json!({"role": "auditor", "name": "late", "expires_at": "2020-01-01T00:00:00Z"});
    let answer = server.post("/api/v1/keys", &past).send().await;
    assert_eq!(answer.problem(), (422, "invalid".to_owned()));
    assert_eq!(answer.json()["errors"][0]["field"], "expires_at");
}

/// Seconds since the epoch, from the one clock that both processes share.
fn now() -> i64 {
    let file = tempfile::NamedTempFile::new().unwrap();
    let made = file.as_file().metadata().unwrap().modified().unwrap();
    let since = made.duration_since(std::time::UNIX_EPOCH).unwrap();
    since.as_secs().try_into().unwrap()
}

/// Every endpoint and every role. A call that is let in answers anything but 401 and 403.
#[tokio::test]
async fn each_role_may_do_what_its_row_says() {
    let server = Server::start();
    let (_, spare) = server.key("service").await;
    let spare = format!("/api/v1/keys/{spare}");
    let event = json!({"action": "page_view"});
    let new = json!({"role": "ingest", "name": "made by a test"});
    // What, then whether admin, auditor, service, ingest and nobody may.
    let table: [(Method, &str, Option<&Value>, [bool; 5]); 17] = [
        (Method::POST, "/api/v1/events", Some(&event), [true, false, true, true, false]),
        (Method::GET, "/api/v1/events", None, [true, true, true, false, false]),
        (Method::GET, NOWHERE, None, [true, true, true, false, false]),
        (Method::GET, NO_PROOF, None, [true, true, true, false, false]),
        (Method::GET, "/api/v1/events/export", None, [true, true, true, false, false]),
        (Method::GET, "/api/v1/stats", None, [true, true, true, false, false]),
        (Method::GET, "/api/v1/catalog", None, [true, true, true, false, false]),
        (Method::GET, "/api/v1/keys", None, [true, true, false, false, false]),
        (Method::POST, "/api/v1/keys", Some(&new), [true, false, false, false, false]),
        (Method::DELETE, &spare, None, [true, false, false, false, false]),
        (Method::POST, "/api/v1/sign-in-links", None, [true, false, false, false, false]),
        (Method::GET, "/api/v1/session", None, [true, true, true, true, false]),
        (Method::GET, "/api/v1/debug-log", None, [true, false, false, false, false]),
        (Method::GET, "/api/v1/health", None, [true, true, false, false, false]),
        // From this machine also without a key: `operations.rs`.
        (Method::GET, "/metrics", None, [true, false, false, false, true]),
        (Method::GET, "/healthz", None, [true; 5]),
        (Method::GET, "/readyz", None, [true; 5]),
    ];
    let mut keys = Vec::new();
    for role in ["admin", "auditor", "service", "ingest"] {
        keys.push((role, Some(server.key(role).await.0)));
    }
    keys.push(("nobody", None));
    for (method, path, body, may) in &table {
        // The strongest last, so that what it does takes nothing from the others.
        for ((role, key), may) in keys.iter().zip(may).rev() {
            let mut call = server.call(method.clone(), path);
            call = match key {
                Some(key) => call.key(key),
                None => call.nobody(),
            };
            if let Some(body) = body {
                call = call.body("application/json", body.to_string());
            }
            let answer = call.send().await;
            let expected = match (may, key) {
                (true, _) => None,
                (false, Some(_)) => Some((403, "forbidden".to_owned())),
                (false, None) => Some((401, "key_missing".to_owned())),
            };
            let refused = matches!(answer.status, 401 | 403).then(|| answer.problem());
            assert_eq!(refused, expected, "{role}: {method} {path}");
            assert!(answer.status < 500, "{role}: {method} {path}");
        }
    }
    // Whatever is added to the API must be added to the table.
    let document = server.get("/api/openapi.json").send().await.json();
    let documented = document["paths"].as_object().unwrap().iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().keys();
        methods.map(move |method| (path.clone(), method.to_uppercase()))
    });
    for (path, method) in documented {
        let pattern = path.split("{id}").collect::<Vec<_>>();
        let known = table.iter().any(|(m, p, ..)| {
            let fits = match pattern[..] {
                [start, end] => p.starts_with(start) && p.ends_with(end),
                _ => *p == path,
            };
            m.as_str() == method && fits
        });
        // Signing in and out is `sessions.rs`.
        let elsewhere = path == "/api/v1/session" && method != "GET";
        assert!(known || elsewhere, "{method} {path} is not in the table");
    }
}
