//! Reads a JSON object field by field and keeps what is wrong.

use serde_json::{Map, Value};

use super::FieldError;
use crate::limits;

/// Errors told about one event. A sender who got twenty wrong is helped by twenty.
const MOST_ERRORS: usize = 20;

/// What is wrong so far.
#[derive(Default)]
pub(super) struct Faults(Vec<FieldError>);

impl Faults {
    pub(super) fn add(&mut self, field: String, message: impl Into<String>) {
        if self.0.len() < MOST_ERRORS {
            self.0.push(FieldError::new(field, message));
        }
    }

    pub(super) fn into_result(self) -> Result<(), Vec<FieldError>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// An object being read: each field is taken out once, and what is left over is unknown.
pub(super) struct Fields {
    map: Map<String, Value>,
    path: &'static str,
    known: Vec<&'static str>,
}

impl Fields {
    pub(super) fn new(map: Map<String, Value>, path: &'static str) -> Fields {
        Fields { map, path, known: Vec::with_capacity(20) }
    }

    /// Where a field stands.
    pub(super) fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A field's value; null is absent.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        self.map.remove(key).filter(|value| !value.is_null())
    }

    pub(super) fn text(&mut self, key: &'static str, faults: &mut Faults) -> Option<String> {
        match self.take(key)? {
            Value::String(text) => Some(text),
            other => {
                faults.add(self.at(key), format!("must be text, not {}", kind(&other)));
                None
            }
        }
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, key: &'static str, faults: &mut Faults) -> String {
        if self.map.get(key).is_none_or(Value::is_null) {
            faults.add(self.at(key), "is required");
        }
        self.text(key, faults).unwrap_or_default()
    }

    /// A text that is one of a few words, or an instance of a written form.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        faults: &mut Faults,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(key, faults)?;
        let value = read(&text);
        if value.is_none() {
            faults.add(self.at(key), format!("must be {expected}"));
        }
        value
    }

    pub(super) fn integer(&mut self, key: &'static str, faults: &mut Faults) -> Option<i64> {
        let value = self.take(key)?;
        let integer = match &value {
            Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            _ => None,
        };
        let integer = integer.filter(|n| n.unsigned_abs() <= limits::MAX_INTEGER.unsigned_abs());
        if integer.is_none() {
            let expected = "must be a whole number within ±9007199254740991";
            faults.add(self.at(key), format!("{expected}, not {}", kind(&value)));
        }
        integer
    }

    /// An integer that must be there.
    pub(super) fn required_integer(&mut self, key: &'static str, faults: &mut Faults) -> i64 {
        if self.map.get(key).is_none_or(Value::is_null) {
            faults.add(self.at(key), "is required");
        }
        self.integer(key, faults).unwrap_or_default()
    }

    /// A whole number from 0 on.
    pub(super) fn count(&mut self, key: &'static str, faults: &mut Faults) -> Option<u64> {
        let integer = self.integer(key, faults)?;
        let count = u64::try_from(integer).ok();
        if count.is_none() {
            faults.add(self.at(key), "must not be negative");
        }
        count
    }

    /// An HTTP status as a number; its range is a rule of content.
    pub(super) fn status(&mut self, key: &'static str, faults: &mut Faults) -> Option<u16> {
        let integer = self.integer(key, faults)?;
        // What does not fit becomes 0, which the range refuses under the same name.
        Some(u16::try_from(integer).unwrap_or(0))
    }

    pub(super) fn object(&mut self, key: &'static str, faults: &mut Faults) -> Option<Fields> {
        self.map_of(key, faults).map(|map| Fields::new(map, key))
    }

    /// An object whose keys are the sender's own.
    pub(super) fn map_of(
        &mut self,
        key: &'static str,
        faults: &mut Faults,
    ) -> Option<Map<String, Value>> {
        match self.take(key)? {
            Value::Object(map) => Some(map),
            other => {
                faults.add(self.at(key), format!("must be an object, not {}", kind(&other)));
                None
            }
        }
    }

    /// Names what is left over.
    pub(super) fn finish(self, faults: &mut Faults) {
        for key in self.map.keys() {
            let shown: String = key.chars().filter(|c| !c.is_control()).take(60).collect();
            let message = match closest(key, &self.known) {
                Some(known) => format!("unknown field: did you mean `{known}`?"),
                None if self.path.is_empty() => {
                    "unknown field: what is your own belongs into `metadata`".to_owned()
                }
                None => format!("unknown field: known are {}", self.known.join(", ")),
            };
            faults.add(self.at(&shown), message);
        }
    }
}

/// A float that is a whole number, as programs build them.
fn whole(float: f64) -> Option<i64> {
    let fits = float.fract() == 0.0 && float.abs() <= limits::MAX_INTEGER as f64;
    fits.then_some(float as i64)
}

/// What a value is, in words.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "this number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The known field that was probably meant.
fn closest(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let plain = |text: &str| text.replace(['_', '-'], "").to_ascii_lowercase();
    // Longer keys are no slip of the finger, and must not cost time.
    if key.len() > 40 {
        return None;
    }
    known
        .iter()
        .map(|known| (distance(&plain(key), &plain(known)), *known))
        .filter(|(distance, known)| *distance <= known.len() / 4 + 1)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// Single-character edits from one word to another (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, b) in right.bytes().enumerate() {
            let change = corner + usize::from(a != b);
            corner = row[j + 1];
            row[j + 1] = change.min(corner + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}
