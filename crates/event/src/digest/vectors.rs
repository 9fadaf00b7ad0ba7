//! The test vectors in `docs/digest-vectors.json`, which `docs/digest-check.mjs` checks too.
//!
//! `ANNALS_WRITE_VECTORS=1 cargo test -p annals-event vectors` rewrites the file. Do that when
//! vectors are added; existing answers never change within a version.

use serde_json::{Value, json};

use super::*;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/digest-vectors.json");

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn event(json: &Value, seq: u64) -> Event {
    let mut event: Event = serde_json::from_value(json.clone()).unwrap();
    event.seq = seq;
    event
}

/// Returns an event with the fields that all vectors share, and these ones.
fn with(more: Value) -> Value {
    let mut event = json!({
        "id": "0193a5b0-7c11-7a2b-8c3d-1234567890ab",
        "occurred_at": "2026-11-21T08:30:00.000001Z", "created_at": "2026-11-21T08:30:00.250000Z",
        "category": "quest", "action": "quest_completed", "class": "activity", "severity": "info",
        "actor": {"type": "system"}, "message": "Done", "metadata": {},
    });
    for (key, value) in more.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

fn inputs() -> Vec<(&'static str, Value)> {
    vec![
        ("minimal", with(json!({}))),
        (
            "full",
            with(json!({
                "severity": "critical", "actor": {"type": "child", "id": "c-7", "name": "Tim"},
                "subject": {"id": "c-7", "name": "Tim"}, "account": {"id": "u-1"},
                "entity": {"type": "quest", "id": "q-17", "name": "Volcanoes"},
                "points": {"before": 10, "after": 25, "delta": 15}, "session_id": "s-1",
                "page": {"path": "/quests/17", "title": "Volcanoes", "referrer": "https://example.org/", "load_ms": 320, "engaged_ms": 61_000},
                "client": {"ip": "203.0.113.0", "user_agent": "Mozilla/5.0", "device": "tablet", "os": "iOS", "browser": "Safari"},
                "request": {"method": "POST", "route": "/quests/{id}", "status": 201, "duration_ms": 12},
                "error": {"type": "TypeError", "message": "x is not a function", "stack": "at f (a.js:1:2)\n\tat g", "component": "Quest", "endpoint": "/api/q", "status": 500},
                "message": "Tim finished Volcanoes", "metadata": {"xp": 50, "tags": ["a", null, true]},
            })),
        ),
        (
            "unicode",
            with(json!({
                "actor": {"type": "user", "id": "ü", "name": "Zoë 👩‍🚀"},
                "message": "Straße “quoted” \\ / \u{2028} \u{7f} \t\n e\u{301} é",
                // UTF-16 puts the emoji before U+E000; the order of code points puts it after.
                "metadata": {"\u{e000}": 1, "😀": 2, "é": 3, "e\u{301}": 4, "": 5, "__proto__": 6, "10": 7, "9": 8},
            })),
        ),
        (
            "points",
            with(json!({
                "category": "reward", "action": "redeemed", "class": "ledger",
                "points": {"before": 5, "after": -9_007_199_254_740_986_i64, "delta": -9_007_199_254_740_991_i64},
            })),
        ),
        ("entity without id", with(json!({"entity": {"type": "badge"}}))),
        (
            "numbers",
            with(json!({"metadata": {
                "a": 0.1, "b": 1e-7, "c": 123_456_789.123_456_79, "d": -0.000_001, "e": 4.35, "f": 9_007_199_254_740_991_i64,
                "g": 5e-324, "h": 333_333_333.333_333_3, "i": 0, "j": -1.5,
            }})),
        ),
        (
            "before 1970",
            with(json!({
                "occurred_at": "1900-01-01T00:00:00.000000Z", "created_at": "1969-12-31T23:59:59.999999Z",
            })),
        ),
        (
            "an actor of the sender's own kind, cut texts",
            with(json!({
                "category": "Школа", "action": "Lesson given",
                "actor": {"type": "user", "id": "t-1", "kind": "teacher"},
                "page": {"title": "Long"}, "error": {"stack": "at f"}, "cut": ["error.stack", "page.title"],
            })),
        ),
        (
            "changes",
            with(json!({
                "changes": [
                    {"field": "role", "before": "member", "after": "admin"},
                    {"field": "guardians", "before": ["u-1"], "after": ["u-1", "u-2"]},
                    {"field": "limit", "after": 0.5},
                    {"field": "é", "before": {"b": 1, "a": null}},
                ],
            })),
        ),
    ]
}

/// Computes every answer with this crate.
fn answers() -> Value {
    let mut leaves = Vec::new();
    let events: Vec<Value> = (1..)
        .zip(inputs())
        .map(|(seq, (name, json))| {
            let event = event(&json, seq);
            let salt: Salt = std::array::from_fn(|at| {
                u8::try_from(at).unwrap() * 16 + u8::try_from(seq).unwrap()
            });
            let personal = personal(&event);
            let commitment = commitment(&salt, personal.as_bytes());
            let leaf = leaf(&event, &commitment);
            leaves.push(hex(&leaf));
            json!({
                "name": name, "seq": seq, "salt": hex(&salt), "event": json,
                "personal": str::from_utf8(personal.as_bytes()).unwrap(), "commitment": hex(&commitment),
                "skeleton": hex(&skeleton(&event)), "leaf": hex(&leaf),
            })
        })
        .collect();
    let full = &events[1];
    let remains = with(json!({
        "severity": "critical", "actor": {"type": "anonymous"}, "entity": {"type": "quest", "id": "q-17", "name": "Volcanoes"},
        "points": {"before": 10, "after": 25, "delta": 15}, "message": "Somebody finished Volcanoes",
        "metadata": {"xp": 50}, "anonymised_at": "2027-02-20T02:00:00.000000Z",
    }));
    let residue = residue(&event(&remains, 2));
    let tile = |name: &str, count: usize| {
        let hashes: Vec<Hash> = leaves[..count].iter().map(|leaf| unhex(leaf)).collect();
        json!({"name": name, "leaves": leaves[..count], "root": hex(&tree_root(&hashes))})
    };
    json!({
        "version": VERSION,
        "events": events,
        "anonymised": [{
            "name": "full, anonymised", "seq": 2, "event": remains, "commitment": full["commitment"],
            "leaf": full["leaf"], "residue": hex(&residue),
        }],
        "tiles": [tile("no leaves", 0), tile("one leaf", 1), tile("five leaves", 5), tile("seven leaves", 7)],
    })
}

fn unhex(text: &str) -> Hash {
    std::array::from_fn(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).unwrap())
}

#[test]
fn vectors_are_what_this_crate_answers() {
    let answers = answers();
    if std::env::var_os("ANNALS_WRITE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(&answers).unwrap();
        std::fs::write(FILE, text + "\n").unwrap();
    }
    let file: Value = serde_json::from_slice(&std::fs::read(FILE).unwrap()).unwrap();
    assert_eq!(file, answers);
}

/// Hashes the file's own leaves from the file's own events, as an independent reader would.
#[test]
fn vectors_hold_among_themselves() {
    let file: Value = serde_json::from_slice(&std::fs::read(FILE).unwrap()).unwrap();
    for list in ["events", "anonymised"] {
        for vector in file[list].as_array().unwrap() {
            let event = event(&vector["event"], vector["seq"].as_u64().unwrap());
            let commitment = unhex(vector["commitment"].as_str().unwrap());
            assert_eq!(hex(&leaf(&event, &commitment)), vector["leaf"], "{}", vector["name"]);
        }
    }
}
