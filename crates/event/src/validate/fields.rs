//! A reader of JSON objects, field by field, that collects the errors.

use std::borrow::Cow;

use serde_json::Value;

use super::FieldError;
use crate::json::{Node, Object};
use crate::{Metadata, limits};

/// Number of errors reported about one event.
const MOST_ERRORS: usize = 20;

/// The errors so far.
#[derive(Default)]
pub(super) struct Faults(Vec<FieldError>);

impl Faults {
    pub(super) fn add(&mut self, field: String, message: impl Into<String>) {
        if self.0.len() < MOST_ERRORS {
            self.0.push(FieldError::new(field, message));
        }
    }

    /// Returns `true` if a field is named already.
    pub(super) fn name(&self, field: &str) -> bool {
        self.0.iter().any(|fault| fault.field == field)
    }

    pub(super) fn into_result(self) -> Result<(), Vec<FieldError>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// An object being read. Each field is taken out once; what is left over is unknown.
pub(super) struct Fields<'t> {
    object: Object<'t>,
    path: Cow<'static, str>,
    known: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    pub(super) fn new(object: Object<'t>, path: impl Into<Cow<'static, str>>) -> Fields<'t> {
        Fields { object, path: path.into(), known: Vec::with_capacity(20) }
    }

    /// Returns the path of a field.
    pub(super) fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Takes out a field's value; null counts as absent.
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

    /// Reads a text that must be there.
    pub(super) fn required(&mut self, key: &'static str, faults: &mut Faults) -> String {
        self.require(key, faults);
        self.text(key, faults).unwrap_or_default()
    }

    fn require(&self, key: &str, faults: &mut Faults) {
        if self.object.get(key).is_none_or(|value| matches!(value, Node::Null)) {
            faults.add(self.at(key), "is required");
        }
    }

    /// Reads a text that is one of a few words or has a given format.
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
            Node::Number(number) => number.as_i64().or_else(|| as_integer(number.as_f64()?)),
            _ => None,
        };
        let integer = integer.filter(|n| n.unsigned_abs() <= limits::MAX_INTEGER.unsigned_abs());
        if integer.is_none() {
            let expected = "must be a whole number within ±9007199254740991";
            faults.add(self.at(key), format!("{expected}, not {}", kind(&value)));
        }
        integer
    }

    /// Reads an integer that must be there.
    pub(super) fn required_integer(&mut self, key: &'static str, faults: &mut Faults) -> i64 {
        self.require(key, faults);
        self.integer(key, faults).unwrap_or_default()
    }

    /// Reads a number of milliseconds. Clocks give fractions of them, which are rounded.
    pub(super) fn rounded(&mut self, key: &'static str, faults: &mut Faults) -> Option<u64> {
        let value = self.take(key)?;
        let number = match &value {
            Node::Number(number) => {
                number.as_f64().filter(|n| n.abs() <= limits::MAX_INTEGER as f64)
            }
            _ => None,
        };
        match number {
            None => {
                let expected = "must be a number from 0 to 9007199254740991";
                faults.add(self.at(key), format!("{expected}, not {}", kind(&value)));
                None
            }
            Some(number) if number < 0.0 => {
                faults.add(self.at(key), "must not be negative");
                None
            }
            // Integers up to 2⁵³ − 1 are exact as floats.
            Some(number) => Some(number.round() as u64),
        }
    }

    /// Reads a list of texts.
    pub(super) fn texts(&mut self, key: &'static str, faults: &mut Faults) -> Vec<String> {
        let Some(Node::Array(items)) = self.take(key).or(Some(Node::Array(Vec::new()))) else {
            faults.add(self.at(key), "must be a list of texts");
            return Vec::new();
        };
        let text = |item| match item {
            Node::Text(text) => Some(text.into_owned()),
            _ => None,
        };
        let texts: Option<Vec<String>> = items.into_iter().map(text).collect();
        if texts.is_none() {
            faults.add(self.at(key), "must be a list of texts");
        }
        texts.unwrap_or_default()
    }

    /// Reads a list of objects, each of which an error names by its place.
    pub(super) fn objects(&mut self, key: &'static str, faults: &mut Faults) -> Vec<Fields<'t>> {
        let items = match self.take(key) {
            None => return Vec::new(),
            Some(Node::Array(items)) => items,
            Some(other) => {
                faults.add(self.at(key), format!("must be a list, not {}", kind(&other)));
                return Vec::new();
            }
        };
        let mut objects = Vec::with_capacity(items.len());
        for (at, item) in items.into_iter().enumerate() {
            let path = format!("{}[{at}]", self.at(key));
            match item {
                Node::Object(object) => objects.push(Fields::new(object, path)),
                other => faults.add(path, format!("must be an object, not {}", kind(&other))),
            }
        }
        objects
    }

    /// Reads any JSON.
    pub(super) fn value(&mut self, key: &'static str) -> Option<Value> {
        self.take(key).map(Value::from)
    }

    /// Reads an HTTP status as a number; its range is a rule of content.
    pub(super) fn status(&mut self, key: &'static str, faults: &mut Faults) -> Option<u16> {
        let integer = self.integer(key, faults)?;
        // A number that does not fit becomes 0, which the range check refuses under the same name.
        Some(u16::try_from(integer).unwrap_or(0))
    }

    pub(super) fn object(&mut self, key: &'static str, faults: &mut Faults) -> Option<Fields<'t>> {
        self.inner(key, faults).map(|object| Fields::new(object, key))
    }

    /// Reads an object, or the text that says the same in short.
    pub(super) fn object_or_text(
        &mut self,
        key: &'static str,
        faults: &mut Faults,
    ) -> Option<Result<Fields<'t>, String>> {
        match self.take(key)? {
            Node::Object(object) => Some(Ok(Fields::new(object, key))),
            Node::Text(text) => Some(Err(text.into_owned())),
            other => {
                let message = format!("must be an object or an id, not {}", kind(&other));
                faults.add(self.at(key), message);
                None
            }
        }
    }

    /// Reads an object whose keys are the sender's own.
    pub(super) fn free_object(&mut self, key: &'static str, faults: &mut Faults) -> Metadata {
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

    /// Reports the fields that are left over.
    pub(super) fn finish(self, faults: &mut Faults) {
        for key in self.object.keys() {
            let shown: String = key.chars().filter(|c| !c.is_control()).take(60).collect();
            let message = match closest(key, &self.known) {
                Some(known) => format!("unknown field: did you mean `{known}`?"),
                None if self.path.is_empty() => {
                    "unknown field: put your own fields into `metadata`".to_owned()
                }
                None => format!("unknown field: known are {}", self.known.join(", ")),
            };
            faults.add(self.at(&shown), message);
        }
    }
}

/// Returns the integer that a float equals, as programs build them.
fn as_integer(float: f64) -> Option<i64> {
    let fits = float.fract() == 0.0 && float.abs() <= limits::MAX_INTEGER as f64;
    fits.then_some(float as i64)
}

/// Describes the type of a value.
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

/// Returns the known field that was probably meant.
fn closest(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let plain = |text: &str| text.replace(['_', '-'], "").to_ascii_lowercase();
    // Longer keys are not typing errors, and must not cost time.
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

/// Returns the number of single-character edits from one word to another (Levenshtein).
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
