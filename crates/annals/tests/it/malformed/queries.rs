//! Query strings of lists, exports and counts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::json;

use super::{Sent, Target, for_all};

const PATHS: [&str; 3] = ["/api/v1/events", "/api/v1/events/export", "/api/v1/stats"];

/// Parameters that no endpoint accepts, whatever else the query holds.
fn wrong() -> impl Strategy<Value = (String, String)> {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let fixed = select(vec![
        ("from", "yesterday"),
        ("from", "2026-02-30"),
        ("from", "2026-01-01T25:00:00Z"),
        ("to", "-99999999999-01-01"),
        ("to", "1e9"),
        ("to", "\0"),
        ("from", "2026-01-01T00:00:00"),
        ("severity", "loud"),
        ("severity", "!info,"),
        ("actor_type", "ghost"),
        ("category", ""),
        ("category", "!"),
        ("category", ","),
        ("action", "a,,b"),
        ("metadata.", "x"),
        ("metadata", "x"),
        ("order", "up"),
        ("order", ""),
        ("limit", "0"),
        ("limit", "501"),
        ("limit", "-1"),
        ("limit", "1e2"),
        ("limit", "99999999999999999999"),
        ("format", "xml"),
        ("format", "CSV"),
        ("cursor", ""),
        ("cursor", "AAAA"),
        ("cursor", "\u{fffd}"),
        ("", ""),
        ("Category", "quest"),
    ]);
    let long = (501_usize..3_000).prop_map(|size| ("session_id".to_owned(), "x".repeat(size)));
    let many = (100_usize..900).prop_map(|more| ("entity_id".to_owned(), "x,".repeat(more) + "x"));
    let words = (17_usize..200).prop_map(|count| {
        let words: String = (0..count).map(|number| format!("w{number} ")).collect();
        ("q".to_owned(), words)
    });
    let cursor = "[A-Za-z0-9_-]{1,80}".prop_map(|cursor| ("cursor".to_owned(), cursor));
    let unknown = ("[a-z_]{1,12}x", ".{0,20}");
    prop_oneof![4 => fixed.prop_map(owned), 1 => long, 1 => many, 1 => words, 1 => cursor, 1 => unknown]
}

/// Parameters that may be valid.
fn any_parameter() -> impl Strategy<Value = (String, String)> {
    let names = select(vec![
        "category",
        "action",
        "actor",
        "subject",
        "entity_type",
        "entity_id",
        "session_id",
        "q",
        "metadata.k",
        "metadata.a.b[0]",
        "metadata.'\"",
        "metadata.\0",
    ]);
    let hostile = select(vec!["\0", "'; --", "%", "\\", "\\,", "!", "!!", "$1", "?1", "\u{202e}"]);
    let value = prop_oneof![".{1,30}", hostile.prop_map(str::to_owned)];
    (names.prop_map(str::to_owned), value)
}

fn query(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[test]
fn what_is_wrong_is_refused() {
    let mut target = Target::start();
    let strategy = (select(&PATHS[..]), vec(any_parameter(), 0..3), wrong(), any::<Index>());
    for_all(1_000, &strategy, |(path, mut pairs, wrong, at)| {
        pairs.insert(at.index(pairs.len() + 1), wrong);
        let answer = target.send(Sent::get(format!("{path}?{}", query(&pairs))))?;
        prop_assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()));
        prop_assert!(!answer.json()["errors"].as_array().unwrap().is_empty());
        Ok(())
    });
    target.finish();
}

#[test]
fn anything_may_be_asked_for() {
    let mut target = Target::start();
    let raw = prop_oneof![
        "[!$&'()*+,;=:@/?a-z0-9._~%-]{0,60}",
        vec(any_parameter(), 0..4).prop_map(|pairs| query(&pairs)),
    ];
    let mut answered = 0;
    for_all(800, &(select(&PATHS[..]), raw), |(path, raw)| {
        let answer = target.send(Sent::get(format!("{path}?{raw}")))?;
        if answer.status == 200 {
            answered += 1;
            let export = path.ends_with("export");
            // An export leaves an audit event.
            target.events += u64::from(export);
            let complete = !export || answer.text().contains("\"count\":");
            prop_assert!(complete, "no end marker: {}", answer.text());
        } else {
            prop_assert_eq!(answer.problem().0, 400);
        }
        Ok(())
    });
    assert!(answered > 100, "only {answered} were answered: nothing was put to the test");
    target.finish();
}

#[test]
fn a_cursor_with_any_bit_flipped_is_refused() {
    let mut target = Target::start();
    let events: Vec<_> = (0..5).map(|n| json!({"action": format!("lamp_{n}")})).collect();
    let body = json!(events).to_string();
    assert_eq!(target.send(Sent::events("application/json", body)).unwrap().status, 201);
    target.events += 5;
    let page = target.send(Sent::get("/api/v1/events?limit=2")).unwrap().json();
    let cursor = URL_SAFE_NO_PAD.decode(page["next_cursor"].as_str().unwrap()).unwrap();
    for_all(400, &(any::<Index>(), 0..8), |(at, bit)| {
        let mut cursor = cursor.clone();
        let at = at.index(cursor.len());
        cursor[at] ^= 1_u8 << bit;
        let cursor = URL_SAFE_NO_PAD.encode(cursor);
        let answer = target.send(Sent::get(format!("/api/v1/events?limit=2&cursor={cursor}")))?;
        prop_assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()));
        Ok(())
    });
    target.finish();
}
