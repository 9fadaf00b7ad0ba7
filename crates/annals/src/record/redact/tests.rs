use annals_event::Time;
use proptest::prelude::*;
use serde_json::json;

use super::*;

const JWT: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
const KEY: &str = "ann_admin_0123456789abcdef0123456789abcdef";

fn clean(text: &str) -> String {
    Redactor::default().text(text).into_owned()
}

#[test]
fn secrets_inside_texts() {
    let jwt = format!("got {JWT}, then");
    let key = format!("key {KEY}.");
    for (text, without) in [
        (jwt.as_str(), "got [redacted], then"),
        (key.as_str(), "key [redacted]."),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer [redacted]"),
        ("sent bearer s3cr3t", "sent bearer [redacted]"),
        ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic [redacted]"),
        ("Cookie: a=1; sid=xyz", "Cookie: [redacted]"),
        ("Set-Cookie: sid=xyz; Path=/", "Set-Cookie: [redacted]"),
        ("https://ada:hunter2@example.org/x", "https://ada:[redacted]@example.org/x"),
        ("/reset?token=abc&x=1", "/reset?token=[redacted]&x=1"),
        ("/cb#access_token=abc&x=1", "/cb#access_token=[redacted]&x=1"),
        ("/a?x=1&api_key=k%20k&y=2", "/a?x=1&api_key=[redacted]&y=2"),
        ("/go?next=%2Fa%3Ftoken%3Dabc", "/go?next=%2Fa%3Ftoken%3D[redacted]"),
        ("/go?next=%2Fa%3Ftoken%3Dabc%26b%3D1", "/go?next=%2Fa%3Ftoken%3D[redacted]%26b%3D1"),
        ("/a?token=&b=1", "/a?token=&b=1"),
        ("/a?user[password]=x", "/a?user[password]=[redacted]"),
        ("/f?sig=abc&ticket=t", "/f?sig=[redacted]&ticket=[redacted]"),
        ("password=hunter2", "password=[redacted]"),
        (r#"body {"password":"hun\"ter2","a":1}"#, r#"body {"password":"[redacted]","a":1}"#),
        (r#"body {\"pin\":\"1234\"}"#, r#"body {\"pin\":\"[redacted]\"}"#),
        (r#"{"pin": 1234, "x": 2}"#, r#"{"pin": [redacted], "x": 2}"#),
        ("card 4111 1111 1111 1111.", "card [redacted]."),
        ("card 4111-1111-1111-1111 12/27", "card [redacted] 12/27"),
        ("card 4111111111111111", "card [redacted]"),
        ("amex 3782 822463 10005", "amex [redacted]"),
        ("5555555555554444,378282246310005", "[redacted],[redacted]"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- ok",
            "[redacted] ok",
        ),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "[redacted]"),
    ] {
        assert_eq!(clean(text), without, "{text}");
    }
}

/// Texts made to be slow: each pattern must stay linear, or a browser could stop the server.
#[test]
fn hostile_texts_cost_no_time() {
    for unit in [
        "a=",
        "token=",
        "\"a\":\"",
        "\\\"a\\\":1",
        "bearer ",
        "cookie:",
        "a://b:c@",
        "4111 ",
        "eyJ",
        "-",
        "%3D",
        "-----BEGIN PRIVATE KEY-----",
        "'a':'",
        "authorization: basic ",
        "ann_admin_",
        "?",
        "€=",
    ] {
        let text = unit.repeat(64 * 1024 / unit.len());
        let start = std::time::Instant::now();
        let _ = clean(&text);
        let spent = start.elapsed();
        assert!(spent.as_millis() < 5_000, "{unit} took {spent:?}");
    }
}

#[test]
fn harmless_texts_stay() {
    for text in [
        "Unexpected token: '<'",
        "invalid bearer token",
        "Bearer authentication required",
        "/quests?tab=2&sort=asc#top",
        "https://example.org:8080/a@b",
        "mailto:ada@example.org",
        "4111 1111 1111 1112",
        "4111 1111-1111 1111",
        "51.4111111111111111",
        "x4111111111111111",
        "710808b6-5181-8958-188a-00000000001a by 710808b6-5181-8958-188a-00000000001a",
        "order 1234567890123456",
        "2026-11-21T08:30:00.123456Z",
        "tokenizer=fast keyboard=de monkey=1",
        r#"{"token_count": 12, "author": "x"}"#,
        "a=b",
        "cookies are good",
        "ä=ö€=ß",
        "",
    ] {
        assert_eq!(clean(text), text);
    }
}

#[test]
fn values_of_any_type_at_any_depth() {
    let mut value = json!({
        "password": "x", "apiKey": 5, "secrets": ["a", {"b": 1}], "token": null,
        "list": [{"deep": {"PIN": true, "note": "bearer abcd1234", "n": 4_111_111_111_111_111_u64}}],
        "tokenCount": 7, "when": 1_763_712_000_000_000_u64,
    });
    Redactor::default().value(&mut value);
    assert_eq!(
        value,
        json!({
            "password": REDACTED, "apiKey": REDACTED, "secrets": REDACTED, "token": REDACTED,
            "list": [{"deep": {"PIN": REDACTED, "note": "bearer [redacted]", "n": REDACTED}}],
            "tokenCount": 7, "when": 1_763_712_000_000_000_u64,
        })
    );
}

#[test]
fn keys_that_are_secrets_go_and_keep_their_values() {
    let mut value = json!({JWT: 1, KEY: 2, "a": 3});
    Redactor::default().value(&mut value);
    assert_eq!(value, json!({"[redacted]": 2, "[redacted] 2": 1, "a": 3}));
}

/// Returns a number with its check digit.
fn luhn(stem: &str) -> String {
    (0..10)
        .map(|digit| format!("{stem}{digit}"))
        .find(|number| cards::is_card_number(number))
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_card_in_any_sentence(
        stem in "4[0-9]{14}", gap in prop::sample::select(vec!["", " ", "-"]),
        before in "[^0-9]{0,10}[ (:]", behind in "([ ).,][^0-9]{0,10})?",
    ) {
        let number = luhn(&stem);
        let written = number.as_bytes().chunks(4)
            .map(|four| std::str::from_utf8(four).unwrap())
            .collect::<Vec<_>>()
            .join(gap);
        let text = clean(&format!("{before}{written}{behind}"));
        prop_assert!(!text.contains(&written), "{text}");
    }

    #[test]
    fn any_annals_key_jwt_and_bearer_token(
        role in "(admin|auditor|service|ingest)", hex in "[0-9a-f]{16,64}",
        parts in "eyJ[A-Za-z0-9_-]{8,20}\\.eyJ[A-Za-z0-9_-]{8,20}\\.[A-Za-z0-9_-]{20,43}",
        token in "[A-Za-z0-9][A-Za-z0-9._~+/-]{15,40}[A-Za-z0-9]",
        before in ".{0,10} ", behind in "( .{0,10})?",
    ) {
        let key = format!("ann_{role}_{hex}");
        for (text, secret) in [
            (format!("{before}{key}{behind}"), &key),
            (format!("{before}{parts}{behind}"), &parts),
            (format!("{before}Bearer {token}{behind}"), &token),
            (format!("/a?access_token={token}&b=1"), &token),
        ] {
            prop_assert!(!clean(&text).contains(secret.as_str()), "{text}");
        }
    }

    #[test]
    fn ids_and_times_stay(
        bits in any::<u128>(), millis in 1_000_000_000_000_u64..2_000_000_000_000,
        number in 0_u64..1_000_000_000_000, ulid in "[0-9A-HJKMNP-TV-Z]{26}",
        hex in "[0-9a-f]{20,64}", snowflake in 1_000_000_000_000_000_000_u64..2_000_000_000_000_000_000,
    ) {
        let uuid = annals_event::Uuid::from_u128(bits);
        let micros = millis * 1_000;
        let time = Time::from_micros(i64::try_from(micros).unwrap());
        for text in [
            uuid.to_string(), uuid.simple().to_string(), millis.to_string(), micros.to_string(),
            number.to_string(), ulid, format!("id-{hex}x"), snowflake.to_string(), time.to_string(),
        ] {
            prop_assert_eq!(clean(&text), text.clone());
            let sentence = format!("quest {text} was done by {text}");
            prop_assert_eq!(clean(&sentence), sentence.clone());
        }
    }

    #[test]
    fn redacting_twice_is_redacting_once(text in ".{0,200}", pieces in prop::collection::vec(
        prop::sample::select(vec![
            "?token=", "&", "Bearer ", "\"password\":\"", "\"", "eyJabcdefgh.abc.def", "=", "://",
            "4111 1111 1111 1111", "@", ":", "pin=1", "cookie: ", " ", "a", "authorization: basic ",
            "-----BEGIN PRIVATE KEY-----", "%3F", "%3D", "[redacted]", "'", "\\",
        ]), 0..12,
    )) {
        for text in [text, pieces.concat()] {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once, "{}", text);
        }
    }
}
