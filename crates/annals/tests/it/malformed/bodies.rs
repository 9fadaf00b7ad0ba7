//! Broken bodies for `POST /api/v1/events`.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::{Sent, Target, for_all};

/// Text fields, and the most characters each may have; 0 for a closed set of values.
const TEXTS: [(&str, usize); 29] = [
    ("/id", 0),
    ("/occurred_at", 0),
    ("/severity", 0),
    ("/category", 50),
    ("/action", 100),
    ("/actor/type", 0),
    ("/actor/id", 200),
    ("/actor/name", 200),
    ("/subject/id", 200),
    ("/subject/name", 200),
    ("/account/id", 200),
    ("/entity/type", 200),
    ("/entity/id", 200),
    ("/entity/name", 200),
    ("/session_id", 200),
    ("/page/path", 2_000),
    ("/page/title", 500),
    ("/page/referrer", 2_000),
    ("/client/user_agent", 1_000),
    ("/client/device", 50),
    ("/client/os", 50),
    ("/client/browser", 50),
    ("/request/method", 50),
    ("/request/route", 2_000),
    ("/error/type", 200),
    ("/error/message", 2_000),
    ("/error/stack", 16_000),
    ("/error/component", 200),
    ("/message", 1_000),
];
const NUMBERS: [&str; 9] = [
    "/points/before",
    "/points/after",
    "/points/delta",
    "/page/load_ms",
    "/page/engaged_ms",
    "/request/status",
    "/request/duration_ms",
    "/error/status",
    "/metadata/n",
];
const OBJECTS: [&str; 9] = [
    "/actor",
    "/subject",
    "/account",
    "/entity",
    "/points",
    "/page",
    "/client",
    "/request",
    "/metadata",
];

/// A valid event with every field.
pub fn full_event() -> Value {
    json!({
        "occurred_at": "2026-01-02T03:04:05.000006Z", "category": "quest",
        "id": "0190b7a0-0000-7000-8000-000000000001",
        "action": "quest_started", "severity": "notice", "message": "began",
        "actor": {"type": "user", "id": "u", "name": "Ada"},
        "subject": {"id": "s", "name": "Bo"}, "account": {"id": "a"},
        "entity": {"type": "quest", "id": "q", "name": "Volcano"},
        "points": {"before": 1, "after": 3, "delta": 2}, "session_id": "v",
        "page": {"path": "/p", "title": "P", "referrer": "/", "load_ms": 1, "engaged_ms": 2},
        "client": {"ip": "10.0.0.1", "user_agent": "x", "device": "d", "os": "o", "browser": "b"},
        "request": {"method": "GET", "route": "/r", "status": 200, "duration_ms": 1},
        "error": {
            "type": "T", "message": "m", "stack": "s", "component": "c", "endpoint": "/e",
            "status": 500,
        },
        "metadata": {"n": 1, "text": "t", "list": [1, {"k": null}]},
    })
}

/// The full event with another value at a path.
fn with(path: &str, value: Value) -> Vec<u8> {
    let mut event = full_event();
    *event.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = value;
    event.to_string().into_bytes()
}

/// The full event with raw text at a path, for values that `Value` cannot hold.
fn with_raw(path: &str, raw: &str) -> Vec<u8> {
    let text = String::from_utf8(with(path, json!("PLACE"))).unwrap();
    text.replace("\"PLACE\"", raw).into_bytes()
}

/// Text fields that are refused when they are too long; the others are cut.
fn refused_if_long() -> Vec<(&'static str, usize)> {
    let cut = ["/page/", "/client/", "/request/", "/error/"];
    let cut = |path: &str| cut.iter().any(|part| path.starts_with(part));
    TEXTS.into_iter().filter(|(path, _)| !cut(path)).collect()
}

/// Invalid events.
fn wrong() -> impl Strategy<Value = Vec<u8>> {
    let texts = || select(&TEXTS[..]);
    let no_text =
        select(vec![json!(7), json!(true), json!([]), json!({}), json!(1.5), json!(["a"])]);
    // Milliseconds may have a fraction.
    let no_number = select(vec![json!("1"), json!(true), json!([1]), json!({}), json!(-1.5)]);
    let no_object = select(vec![json!("x"), json!(7), json!(false), json!([]), json!([{}])]);
    let huge = select(vec!["9007199254740992", "-9007199254740992", "1e300", "1e400", "-1e999"]);
    let half = select(vec![r#""\ud800""#, r#""a\udfff""#, r#""\ud83d\ud83d""#, r#""\ud800x""#]);
    let nul = select(vec![r#""\u0000""#, r#""a\u0000b""#, "\"a\0b\"", "\"\u{1}\""]);
    let bytes = select(vec![&b"\xff"[..], b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"]);
    let strange = select(vec!["NaN", "Infinity", "01", "+1", "1.", "'x'", "undefined", "0x1", ""]);
    let twice = select(vec!["actor", "action", "metadata", "n", "type", "load_ms", "k"]);
    let stranger = "[a-z_]{1,12}x";
    prop_oneof![
        (texts(), no_text).prop_map(|((path, _), value)| with(path, value)),
        (select(&NUMBERS[..8]), no_number).prop_map(|(path, value)| with(path, value)),
        (select(&OBJECTS[..]), no_object).prop_map(|(path, value)| match path {
            // A text is the id of a user.
            "/actor" if value.is_string() => with(path, json!("undefined")),
            _ => with(path, value),
        }),
        (select(refused_if_long()), 1_usize..50).prop_map(|((path, most), more)| {
            // A field with a closed set of values is refused at any length.
            with(path, json!(if most == 0 { "?" } else { "x" }.repeat(most + more)))
        }),
        (select(&NUMBERS[..]), huge).prop_map(|(path, raw)| with_raw(path, raw)),
        (texts(), half).prop_map(|((path, _), raw)| with_raw(path, raw)),
        (texts(), nul).prop_map(|((path, _), raw)| with_raw(path, raw)),
        (select(&["/metadata/text", "/metadata/list/1/k", "/message"][..]), strange)
            .prop_map(|(path, raw)| with_raw(path, raw)),
        (any::<Index>(), bytes).prop_map(|(at, bytes)| {
            let mut body = full_event().to_string().into_bytes();
            let at = at.index(body.len());
            body.splice(at..at, bytes.iter().copied());
            body
        }),
        any::<Index>().prop_map(|at| {
            let mut body = full_event().to_string().into_bytes();
            body.truncate(1 + at.index(body.len() - 1));
            body
        }),
        twice.prop_map(|key| {
            let twice = format!("\"{key}\":null,\"{key}\":");
            full_event().to_string().replacen(&format!("\"{key}\":"), &twice, 1).into_bytes()
        }),
        (select(&OBJECTS[..8]), stranger).prop_map(|(path, key)| {
            let mut event = full_event();
            event.pointer_mut(path).unwrap()[key] = json!(1);
            event.to_string().into_bytes()
        }),
        (8_usize..3_000, select(vec![("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")])).prop_map(
            |(depth, (open, close))| {
                let raw = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                with_raw("/metadata/text", &raw)
            }
        ),
        (-9_i64..9, -9_i64..9, -9_i64..9)
            .prop_filter("right", |(before, after, delta)| after - before != *delta)
            .prop_map(|(before, after, delta)| {
                with("/points", json!({"before": before, "after": after, "delta": delta}))
            }),
        (65_usize..200).prop_map(|keys| {
            let keys = (0..keys).map(|key| (format!("k{key}"), json!(1)));
            with("/metadata", Value::Object(keys.collect()))
        }),
        (16_384_usize..80_000).prop_map(|size| with("/metadata/text", json!("x".repeat(size)))),
    ]
}

/// An invalid event by itself, among others in an array, or on lines.
fn wrapped() -> impl Strategy<Value = (&'static str, Bytes)> {
    let json = "application/json";
    prop_oneof![
        3 => wrong().prop_map(move |event| (json, event.into())),
        1 => vec(wrong(), 1..4).prop_map(move |events| {
            (json, [b"[", events.join(&b',').as_slice(), b"]"].concat().into())
        }),
        1 => vec(wrong(), 1..4)
            .prop_map(|events| ("application/x-ndjson", events.join(&b'\n').into())),
    ]
}

#[test]
fn what_is_wrong_is_refused() {
    let mut target = Target::start();
    for_all(4_000, &wrapped(), |(kind, body)| {
        let answer = target.send(Sent::events(kind, body))?;
        let refused = matches!(answer.status, 400 | 413 | 422);
        prop_assert!(refused, "{}: {}", answer.status, answer.text());
        Ok(())
    });
    // Each body was invalid in one place: the event itself is valid.
    let answer = target.send(Sent::events("application/json", full_event().to_string())).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
    target.events += 1;
    target.finish();
}

/// Random bytes, and valid events with a few bytes changed, which may still be valid.
fn scrambled() -> impl Strategy<Value = Bytes> {
    let change = (any::<Index>(), any::<u8>(), 0_usize..3);
    let body = prop_oneof![
        1 => vec(any::<u8>(), 0..200),
        1 => "[\\[\\]{}:,\"\\\\0-9a-z.eE+ \n-]{0,60}".prop_map(String::into_bytes),
        4 => (vec(change, 1..4), any::<bool>()).prop_map(|(changes, array)| {
            let mut event = full_event();
            // Without the id, each valid one is another event.
            event.as_object_mut().unwrap().remove("id");
            let event = if array { json!([event, event]) } else { event };
            let mut body = event.to_string().into_bytes();
            for (at, byte, how) in changes {
                let at = at.index(body.len());
                match how {
                    0 => body[at] = byte,
                    1 => body.insert(at, byte),
                    _ => drop(body.remove(at)),
                }
            }
            body
        }),
    ];
    body.prop_map(Bytes::from)
}

#[test]
fn what_happens_to_be_right_is_counted() {
    let mut target = Target::start();
    let mut right = 0;
    let kinds = select(vec!["application/json", "application/x-ndjson"]);
    for_all(2_000, &(scrambled(), kinds), |(body, kind)| {
        let answer = target.send(Sent::events(kind, body))?;
        if answer.status == 201 {
            let outcomes = answer.json();
            right += 1;
            target.events += outcomes["accepted"].as_u64().unwrap();
        } else {
            prop_assert!(matches!(answer.status, 400 | 422), "{}", answer.text());
        }
        Ok(())
    });
    assert!(right > 50, "only {right} were right: nothing was put to the test");
    target.finish();
}
