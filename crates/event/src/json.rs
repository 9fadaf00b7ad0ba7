//! A strict JSON reader: it refuses what two readers could understand differently.
//!
//! The record is hashed, compared and read in several languages. So a text is accepted only if
//! every reader makes the same value of it: no key twice, no lone surrogate, no NUL, no integer
//! beyond ±(2⁵³−1). Numbers are normalised on the way in (`1.0` is `1`, `-0` is `0`), because a
//! stored value is compared with a sent one after a round trip through canonical text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use crate::limits;

mod node;
mod split;
mod stable;
pub mod write;
pub use node::{Node, Object};
pub use split::split;
pub use stable::is_stable;

/// The deepest nesting a caller may ask for. It is below serde_json's own limit of 128, so that
/// this reader's message is shown, and far below what a thread's stack holds.
const DEEPEST: usize = 100;

/// Keys that serde_json treats as its own when it reads a `Value` back. A stored object with such
/// a key would come back as another value, and the record would look tampered with.
const PRIVATE_KEYS: &str = "$serde_json::private::";

/// A text is not JSON that every reader understands alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// The problem, in plain words.
    pub message: String,
    /// The place, as a path such as `metadata.tags[2]`; empty at the top.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1.
    pub column: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.path.is_empty() {
            write!(f, " in {}", self.path)?;
        }
        write!(f, " (line {}, column {})", self.line, self.column)
    }
}

impl std::error::Error for JsonError {}

/// Reads one JSON text. `depth` limits how deep objects and arrays may nest; the outermost is 1.
///
/// # Errors
/// The first problem and its position.
pub fn parse(bytes: &[u8], depth: usize) -> Result<Value, JsonError> {
    read(bytes, depth).map(Value::from)
}

/// Reads like [`parse`], but borrows every text that needs no unescaping.
///
/// # Errors
/// As [`parse`].
pub fn read(bytes: &[u8], depth: usize) -> Result<Node<'_>, JsonError> {
    match str::from_utf8(bytes) {
        // UTF-8 is checked once for the full text, and not again for every string.
        Ok(text) => strict(serde_json::Deserializer::from_str(text), depth),
        // This reader reports the position of the invalid byte.
        Err(_) => strict(serde_json::Deserializer::from_slice(bytes), depth),
    }
}

fn strict<'t, R: serde_json::de::Read<'t>>(
    mut deserializer: serde_json::Deserializer<R>,
    depth: usize,
) -> Result<Node<'t>, JsonError> {
    let mut path = Vec::new();
    let seed = Strict { depth: depth.min(DEEPEST), path: &mut path };
    let value =
        seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let position = format!(" at line {line} column {column}");
        JsonError {
            message: text.strip_suffix(&position).unwrap_or(&text).to_owned(),
            path: show(&path),
            line,
            column,
        }
    })
}

/// Returns why a text cannot be stored, if it cannot.
pub(crate) fn text_fault(text: &str) -> Option<&'static str> {
    text.contains('\0').then_some("a NUL character cannot be stored")
}

/// Returns why a key cannot be stored, if it cannot.
pub(crate) fn key_fault(key: &str) -> Option<&'static str> {
    if key.starts_with(PRIVATE_KEYS) {
        return Some("keys that begin with $serde_json::private:: cannot be stored");
    }
    text_fault(key)
}

/// Returns a number in canonical form: whole numbers as integers, so that equal values are equal.
///
/// # Errors
/// Integers beyond ±(2⁵³−1) are refused: not every JSON reader holds them exactly.
pub(crate) fn canonical_number(number: &Number) -> Result<Number, &'static str> {
    const FAULT: &str =
        "integers beyond ±9007199254740991 are not read alike everywhere: send them as text";
    if let Some(integer) = number.as_i64() {
        return if integer.unsigned_abs() <= limits::MAX_INTEGER.unsigned_abs() {
            Ok(number.clone())
        } else {
            Err(FAULT)
        };
    }
    let float = number.as_f64().ok_or(FAULT)?;
    // Every float beyond 2⁵³ is a whole number.
    if number.is_u64() || float.abs() > limits::MAX_INTEGER as f64 {
        return Err(FAULT);
    }
    if float.fract() == 0.0 {
        // Within ±(2⁵³−1), checked above, so the cast is exact; it also makes -0.0 into 0.
        return Ok(Number::from(float as i64));
    }
    Ok(number.clone())
}

/// Brings every number of a value built by a program into canonical form, as [`parse`] does.
/// Numbers that have none are left alone: [`Draft::check`](crate::Draft::check) reports them.
pub fn normalise(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Ok(canonical) = canonical_number(number) {
                *number = canonical;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(normalise),
        Value::Object(map) => map.values_mut().for_each(normalise),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// One step of a path.
enum Step {
    Key(String),
    Index(usize),
}

/// Renders a path whose innermost step comes first. Short, because keys are the sender's own words.
fn show(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path.iter().rev() {
        match step {
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.extend(key.chars().filter(|c| !c.is_control()).take(60));
            }
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// A strict reader of one value. On an error it records the path on the way out.
struct Strict<'p> {
    depth: usize,
    path: &'p mut Vec<Step>,
}

impl Strict<'_> {
    /// Returns the depth left one level further in, or refuses.
    fn deeper<E: serde::de::Error>(&mut self) -> Result<usize, E> {
        self.depth.checked_sub(1).ok_or_else(|| E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Node<'de>, E> {
        number(value.into())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Node<'de>, E> {
        number(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Node<'de>, E> {
        let value = Number::from_f64(value).ok_or_else(|| E::custom("not a finite number"))?;
        number(value)
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Node<'de>, E> {
        self::text(Cow::Borrowed(text))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Node<'de>, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Node<'de>, E> {
        self::text(Cow::Owned(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Node<'de>, A::Error> {
        let depth = self.deeper()?;
        let mut items = Vec::new();
        loop {
            let seed = Strict { depth, path: &mut *self.path };
            let item = seq.next_element_seed(seed);
            let item = item.inspect_err(|_| self.path.push(Step::Index(items.len())))?;
            match item {
                Some(item) => items.push(item),
                None => return Ok(Node::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Node<'de>, A::Error> {
        use serde::de::Error as _;
        let depth = self.deeper()?;
        let mut object = Object::default();
        while let Some(key) = access.next_key_seed(Key)? {
            let twice = || object.has(&key).then_some("this key occurs twice in one object");
            let value = match key_fault(&key).or_else(twice) {
                Some(fault) => Err(A::Error::custom(fault)),
                None => access.next_value_seed(Strict { depth, path: &mut *self.path }),
            };
            match value {
                Ok(value) => object.push(key, value),
                Err(error) => {
                    self.path.push(Step::Key(key.into_owned()));
                    return Err(error);
                }
            }
        }
        Ok(Node::Object(object))
    }
}

/// Returns a text as a value, if it can be stored.
fn text<E: serde::de::Error>(text: Cow<'_, str>) -> Result<Node<'_>, E> {
    match text_fault(&text) {
        Some(fault) => Err(E::custom(fault)),
        None => Ok(Node::Text(text)),
    }
}

/// Returns a canonical number as a value.
fn number<'t, E: serde::de::Error>(number: Number) -> Result<Node<'t>, E> {
    canonical_number(&number).map(Node::Number).map_err(E::custom)
}

/// A reader of keys, which are kept as they are.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }

    fn visit_string<E>(self, key: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key))
    }
}

#[cfg(test)]
mod tests;
