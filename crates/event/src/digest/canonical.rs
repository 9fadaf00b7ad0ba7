//! A writer of canonical JSON (RFC 8785, without Unicode normalisation).
//!
//! Every event is written this way at intake and at every verification. Shapes whose field order
//! is known are therefore written without sorting. Tests compare the result with a general writer.

use std::io::Write as _;
use std::ops::Range;

use serde::Serialize;
use serde_json::{Map, Number, Value};

use crate::json::write::{Object, text};
use crate::limits;

/// Returns any JSON value in canonical form (RFC 8785, without Unicode normalisation).
pub fn canonical<T: Serialize>(value: &T) -> Vec<u8> {
    // Writing to memory cannot fail, and no type of this crate has a map key that is not a
    // string or a number that is not finite.
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

/// Returns a JSON object in canonical form.
pub fn canonical_object(object: &Map<String, Value>) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    map(&mut out, object);
    out
}

impl Object<'_> {
    pub(super) fn some_number(&mut self, name: &str, value: Option<u64>) {
        if let Some(value) = value {
            number(self.name(name), &Number::from(value));
        }
    }

    /// Writes an object and returns its byte range in the output.
    pub(super) fn map(&mut self, name: &str, value: &Map<String, Value>) -> Range<usize> {
        let out = self.name(name);
        let start = out.len();
        map(out, value);
        start..out.len()
    }
}

fn value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(value) => number(out, value),
        Value::String(value) => text(out, value),
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                self::value(out, item);
            }
            out.push(b']');
        }
        Value::Object(object) => map(out, object),
    }
}

fn map(out: &mut Vec<u8>, map: &Map<String, Value>) {
    // RFC 8785 sorts by UTF-16, which differs from the order of UTF-8 from U+E000 on.
    let plain = map.keys().all(|key| key.bytes().all(|byte| byte < 0xEE));
    out.push(b'{');
    if plain && map.keys().is_sorted() {
        fields(out, map.iter());
    } else {
        let mut sorted: Vec<_> = map.iter().collect();
        sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        fields(out, sorted.into_iter());
    }
    out.push(b'}');
}

fn fields<'v>(out: &mut Vec<u8>, fields: impl Iterator<Item = (&'v String, &'v Value)>) {
    for (at, (key, field)) in fields.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        text(out, key);
        out.push(b':');
        value(out, field);
    }
}

fn number(out: &mut Vec<u8>, number: &Number) {
    match number.as_i64() {
        Some(integer) if integer.unsigned_abs() <= limits::MAX_INTEGER.unsigned_abs() => {
            // Writing to memory cannot fail.
            let _ = write!(out, "{integer}");
        }
        // ECMAScript's format of floats is the canonical writer's job.
        _ => out.extend(canonical(number)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_in_the_order_of_utf_16() {
        let object = json!({
            "\u{e000}": 1, "😀": 2, "z": 3, "é": 4, "": [], "a\"b": {"y": null, "x": true},
            "numbers": [1.5, 1e-7, 1e21, 0, -7, 9007199254740991_i64, 123456789012345678_u64],
            "controls": "\u{1}\u{1f}\u{7f}\n\t\\/",
        });
        let Value::Object(object) = object else { panic!() };
        assert_eq!(canonical_object(&object), canonical(&object));
        let text = String::from_utf8(canonical_object(&object)).unwrap();
        assert!(text.contains("\"😀\":2,\"\u{e000}\":1"), "{text}");
    }
}
