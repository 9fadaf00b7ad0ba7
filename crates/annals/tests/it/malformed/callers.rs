//! Headers with credentials, ids in paths, methods, small JSON bodies.

use bytes::Bytes;
use http::Method;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::{Sent, Target, for_all};
use crate::support::ADMIN;

/// Bytes that HTTP allows in a header's value.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![Just(b'\t'), 0x20_u8..0x7f, 0x80_u8..=0xff];
    vec(byte, 0..120)
}

/// Headers without valid credentials.
fn stranger() -> impl Strategy<Value = Vec<(&'static str, Vec<u8>)>> {
    let prefixed = |prefix: &'static str| {
        value().prop_map(move |rest| [prefix.as_bytes(), rest.as_slice()].concat())
    };
    let nearly = select(vec![
        format!("Bearer {}", &ADMIN[1..]),
        format!("Bearer {ADMIN}x"),
        format!("Basic {ADMIN}"),
        format!("Bearer{ADMIN}"),
        ADMIN.to_owned(),
        "Bearer".to_owned(),
        "Bearer ann_admin_".to_owned(),
    ]);
    let key = prop_oneof![
        prefixed(""),
        prefixed("Bearer "),
        prefixed("Bearer ann_admin_"),
        nearly.prop_map(String::into_bytes),
    ];
    let cookie = prop_oneof![
        prefixed(""),
        prefixed("annals_session="),
        prefixed("a=b; annals_session="),
        prefixed(";;=;annals_session=;"),
    ];
    prop_oneof![
        Just(Vec::new()),
        key.prop_map(|key| vec![("authorization", key)]),
        cookie.prop_map(|cookie| vec![("cookie", cookie)]),
        (value(), value())
            .prop_map(|(cookie, token)| { vec![("cookie", cookie), ("x-csrf-token", token)] }),
    ]
}

/// Endpoints that need credentials, with a valid body.
const ENDPOINTS: [(Method, &str); 7] = [
    (Method::GET, "/api/v1/events"),
    (Method::POST, "/api/v1/events"),
    (Method::GET, "/api/v1/events/export"),
    (Method::GET, "/api/v1/stats"),
    (Method::GET, "/api/v1/keys"),
    (Method::GET, "/api/v1/catalog"),
    (Method::POST, "/api/v1/sign-in-links"),
];

#[test]
fn a_stranger_is_refused() {
    let mut target = Target::start();
    for_all(400, &(stranger(), select(&ENDPOINTS[..])), |(headers, (method, path))| {
        let body = json!({"action": "lamp_lit"}).to_string();
        let answer =
            target.send(Sent { method, path: path.to_owned(), headers, body: body.into() })?;
        prop_assert_eq!(answer.problem().0, 401);
        prop_assert_eq!(answer.header("www-authenticate"), "Bearer");
        Ok(())
    });
    target.finish();
}

#[test]
fn a_path_that_leads_nowhere_is_a_problem() {
    let mut target = Target::start();
    let segment = prop_oneof![
        "[a-zA-Z0-9._~!$&'()*+,;=:@-]{1,40}",
        vec(any::<u8>(), 1..20)
            .prop_map(|bytes| bytes.iter().map(|byte| format!("%{byte:02x}")).collect()),
        select(vec!["%", "%zz", "%00", "%2e%2e", "..", "%2f", "%ff%fe", "{id}"])
            .prop_map(str::to_owned),
        "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{11}",
    ];
    let prefix = select(vec![
        (Method::GET, "/api/v1/events/"),
        (Method::DELETE, "/api/v1/keys/"),
        (Method::GET, "/api/v1/"),
        (Method::POST, "/api/"),
    ]);
    for_all(250, &(prefix, segment), |((method, prefix), segment)| {
        // The one valid path of this form, and hyper's way of saying "none".
        prop_assume!(!matches!(
            segment.as_str(),
            "export" | "events" | "keys" | "stats" | "session"
        ));
        let answer = target.send(Sent::new(method, format!("{prefix}{segment}")))?;
        // 422: what cannot be an id at all, such as a control character.
        prop_assert!(matches!(answer.problem().0, 400 | 404 | 422), "{}", answer.text());
        Ok(())
    });
    target.finish();
}

#[test]
fn a_small_body_that_is_wrong_changes_nothing() {
    let mut target = Target::start();
    let wrong = prop_oneof![
        vec(any::<u8>(), 0..60),
        select(vec![
            json!({}),
            json!([]),
            json!(null),
            json!({"role": "admin"}),
            json!({"role": "king", "name": "n"}),
            json!({"role": "admin", "name": 7}),
            json!({"role": "admin", "name": ""}),
            json!({"role": "admin", "name": "a\nb"}),
            json!({"role": "admin", "name": "x".repeat(101)}),
            json!({"role": "admin", "name": "n", "expires_at": "yesterday"}),
            json!({"role": "admin", "name": "n", "expires_at": "2020-01-01T00:00:00Z"}),
            json!({"role": "admin", "name": "n", "more": 1}),
            json!({"role": {"a": [[[[[[[[[1]]]]]]]]]}, "name": "n"}),
            json!({"key": "a", "link": "b"}),
            json!({"key": 7}),
            json!({"link": []}),
            json!("x".repeat(70_000)),
        ])
        .prop_map(|body| body.to_string().into_bytes()),
        Just(br#"{"role":"admin","role":"admin","name":"n"}"#.to_vec()),
    ];
    let wrong = wrong.prop_map(Bytes::from);
    let path = select(vec!["/api/v1/keys", "/api/v1/session"]);
    for_all(150, &(path, wrong), |(path, body)| {
        let request = Sent::new(Method::POST, path).header("content-type", b"application/json");
        let answer = target.send(request.body(body))?;
        prop_assert!(matches!(answer.problem().0, 400 | 413 | 422), "{}", answer.text());
        Ok(())
    });
    let keys = target.send(Sent::get("/api/v1/keys")).unwrap().json();
    assert_eq!(keys, json!({"keys": []}));
    target.finish();
}
