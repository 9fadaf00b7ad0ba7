//! Reads a JSON object field by field and keeps what is wrong.

use std::borrow::Cow;

use super::FieldError;
use crate::json::{Node, Object};
use crate::{Metadata, limits};

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
pub(super) struct Fields<'t> {
    object: Object<'t>,
    path: &'static str,
    known: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    pub(super) fn new(object: Object<'t>, path: &'static str) -> Fields<'t> {
        Fields { object, path, known: Vec::with_capacity(20) }
    }

    /// Where a field stands.
    pub(super) fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A field's value; null is absent.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Node<'t>> {
        self.known.push(key);
        self.object.remove(key).filter(|value| !matches!(value, Node::Null))
    }

    pub(super) fn text(&mut self, key: &'static str, faults: &mut Faults) -> Option<String> {
        self.borrowed(key, faults).map(Cow::into_owned)
    }

    fn borrowed(&mut self, key: &'static str, faults: &mut Faults) -> Option<Cow<'t, str>> {
        match self.take(key)? {
            Node::Text(text) => Some(text),
            other => {
                faults.add(self.at(key), format!("must be text, not {}", kind(&other)));
                None
            }
        }
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, key: &'static str, faults: &mut Faults) -> String {
        self.demand(key, faults);
        self.text(key, faults).unwrap_or_default()
    }

    fn demand(&self, key: &str, faults: &mut Faults) {
        if self.object.get(key).is_none_or(|value| matches!(value, Node::Null)) {
            faults.add(self.at(key), "is required");
        }
    }

    /// A text that is one of a few words, or an instance of a written form.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        faults: &mut Faults,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.borrowed(key, faults)?;
        let value = read(&text);
        if value.is_none() {
            faults.add(self.at(key), format!("must be {expected}"));
        }
        value
    }

    pub(super) fn integer(&mut self, key: &'static str, faults: &mut Faults) -> Option<i64> {
        let value = self.take(key)?;
        let integer = match &value {
            Node::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
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
        self.demand(key, faults);
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

    pub(super) fn object(&mut self, key: &'static str, faults: &mut Faults) -> Option<Fields<'t>> {
        self.inner(key, faults).map(|object| Fields::new(object, key))
    }

    /// An object whose keys are the sender's own.
    pub(super) fn own(&mut self, key: &'static str, faults: &mut Faults) -> Metadata {
        self.inner(key, faults).map(Metadata::from).unwrap_or_default()
    }

    fn inner(&mut self, key: &'static str, faults: &mut Faults) -> Option<Object<'t>> {
        match self.take(key)? {
            Node::Object(object) => Some(object),
            other => {
                faults.add(self.at(key), format!("must be an object, not {}", kind(&other)));
                None
            }
        }
    }

    /// Names what is left over.
    pub(super) fn finish(self, faults: &mut Faults) {
        for key in self.object.keys() {
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
fn kind(value: &Node<'_>) -> &'static str {
    match value {
        Node::Null => "null",
        Node::Bool(_) => "true or false",
        Node::Number(_) => "this number",
        Node::Text(_) => "text",
        Node::Array(_) => "a list",
        Node::Object(_) => "an object",
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
