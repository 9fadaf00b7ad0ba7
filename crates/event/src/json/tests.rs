use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::value;

fn read(text: &str) -> Result<Value, JsonError> {
    parse(text.as_bytes(), 8)
}

#[test]
fn equal_numbers_become_equal_values() {
    for (text, value) in [
        ("1.0", json!(1)),
        ("-0", json!(0)),
        ("-0.0", json!(0)),
        ("1e3", json!(1000)),
        ("-5.00", json!(-5)),
        ("9007199254740991", json!(9_007_199_254_740_991_i64)),
        ("0.1", json!(0.1)),
        ("1e-7", json!(1e-7)),
    ] {
        assert_eq!(read(text), Ok(value), "{text}");
    }
}

#[test]
fn refuses_what_readers_understand_differently() {
    for text in [
        r#"{"a":1,"a":2}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"x":{"b":1,"b":1}}"#,
        r#""\ud800""#,
        r#""\udc00x""#,
        r#""a\u0000b""#,
        r#"{"a\u0000":1}"#,
        "9007199254740992",
        "-9007199254740992",
        "18446744073709551616",
        "1e300",
        "1e400",
        "NaN",
        "Infinity",
        "01",
        "1 2",
        "{} x",
        "[1,]",
        "",
        "\u{feff}{}",
        r#"{"a":{"$serde_json::private::RawValue":"1"}}"#,
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    assert!(parse(b"\"\xff\"", 8).is_err());
    assert!(parse(b"\"\xed\xa0\x80\"", 8).is_err(), "a surrogate in UTF-8");
}

#[test]
fn says_what_and_where() {
    let error = read("{\n \"metadata\": {\"tags\": [1, 1e300]}}").unwrap_err();
    assert_eq!(error.path, "metadata.tags[1]");
    assert_eq!(error.line, 2);
    assert!(error.message.contains("send them as text"), "{error}");
    assert!(!error.message.contains("line"), "{error}");
    let twice = read(r#"{"a":1,"a":2}"#).unwrap_err();
    assert_eq!(twice.path, "a");
}

#[test]
fn depth_is_counted_from_the_outermost() {
    assert!(parse(b"[[[]]]", 3).is_ok());
    assert!(parse(b"[[[]]]", 2).is_err());
    assert!(parse(b"1", 0).is_ok());
    assert!(parse(br#"{"a":{"b":1}}"#, 1).is_err());
}

#[test]
fn endless_nesting_costs_no_stack() {
    for unit in ["[", "{\"a\":", "[{\"a\":"] {
        let text = unit.repeat(1_000_000);
        assert!(parse(text.as_bytes(), usize::MAX).is_err());
        let _ = split(text.as_bytes(), false, 1_000);
    }
}

#[test]
fn splits_arrays_and_lines() {
    let cut = |text: &'static str, lines| {
        split(text.as_bytes(), lines, 10).map(|items| {
            items.iter().map(|item| std::str::from_utf8(item).unwrap().trim()).collect::<Vec<_>>()
        })
    };
    assert_eq!(cut("{\"a\":[1,2]}", false), Ok(vec!["{\"a\":[1,2]}"]));
    assert_eq!(
        cut(r#" [{"a":"],\""}, [1,2] ,3] "#, false),
        Ok(vec![r#"{"a":"],\""}"#, "[1,2]", "3"])
    );
    assert_eq!(cut(" [ ] ", false), Ok(vec![]));
    assert_eq!(cut("[1,]", false), Ok(vec!["1", ""]));
    assert!(cut("[1", false).is_err());
    assert!(cut("[1] 2", false).is_err());
    assert!(cut("[1}", false).is_err());
    assert_eq!(cut("{}\r\n\n [1]\n", true), Ok(vec!["{}", "[1]"]));
    assert_eq!(split(b"[1,2,3,4,5]", false, 2).unwrap().len(), 3);
    assert_eq!(split(b"1\n2\n3\n4", true, 2).unwrap().len(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_value_survives_its_canonical_text(value in value()) {
        let text = crate::digest::canonical(&value);
        prop_assert_eq!(parse(&text, 20), Ok(value.clone()));
        // Stores read with plain serde_json, which must give the same.
        prop_assert_eq!(serde_json::from_slice::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_key_twice_is_found_among_few_and_many(keys in 1_usize..100, again in any::<prop::sample::Index>()) {
        let fields: Vec<String> = (0..keys).map(|key| format!("\"k{key}\":{key}")).collect();
        let twice = format!("\"k{}\":0", again.index(keys));
        let object = |fields: &[String]| format!("{{{}}}", fields.join(","));
        prop_assert!(read(&object(&fields)).is_ok());
        let text = object(&[fields, vec![twice]].concat());
        prop_assert_eq!(read(&text).unwrap_err().path, format!("k{}", again.index(keys)));
    }

    #[test]
    fn bytes_of_any_kind_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes, 8);
        let _ = split(&bytes, false, 10);
        let _ = split(&bytes, true, 10);
    }

    #[test]
    fn items_of_an_array_are_what_a_reader_sees(values in prop::collection::vec(value(), 0..6)) {
        let text = serde_json::to_vec_pretty(&values).unwrap();
        let items = split(&text, false, 100).unwrap();
        let read: Vec<Value> = items.iter().map(|item| parse(item, 20).unwrap()).collect();
        prop_assert_eq!(read, values);
    }
}
