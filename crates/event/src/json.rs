//! Strict JSON: what two readers could understand differently is refused.
//!
//! The record is hashed, compared and read in several languages. So a text is taken in only if
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

/// Deepest nesting that may ever be asked for; below serde_json's own limit of 128, so that ours
/// is the one that answers, and far below what a thread's stack holds.
const DEEPEST: usize = 100;

/// Keys that serde_json treats as its own when it reads a `Value` back. A stored object with such
/// a key would come back as another value, and the record would look tampered with.
const PRIVATE_KEYS: &str = "$serde_json::private::";

/// The text is not JSON that every reader understands alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong, in plain words.
    pub message: String,
    /// Where, as a path such as `metadata.tags[2]`; empty at the top.
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

/// Reads one JSON text. `depth` is how deep objects and arrays may nest, the outermost being 1.
///
/// # Errors
/// Names the first thing that is wrong and where it stands.
pub fn parse(bytes: &[u8], depth: usize) -> Result<Value, JsonError> {
    read(bytes, depth).map(Value::from)
}

/// As [`parse`], without copying any text that stands in the JSON as it is.
///
/// # Errors
/// As [`parse`].
pub fn read(bytes: &[u8], depth: usize) -> Result<Node<'_>, JsonError> {
    match str::from_utf8(bytes) {
        // Looked at once as a whole, and not again text by text.
        Ok(text) => strict(serde_json::Deserializer::from_str(text), depth),
        // It says where.
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

/// What is wrong with a text that is to be stored, if anything is.
pub(crate) fn text_fault(text: &str) -> Option<&'static str> {
    text.contains('\0').then_some("a NUL character cannot be stored")
}

/// What is wrong with a key, if anything is.
pub(crate) fn key_fault(key: &str) -> Option<&'static str> {
    if key.starts_with(PRIVATE_KEYS) {
        return Some("keys that begin with $serde_json::private:: cannot be stored");
    }
    text_fault(key)
}

/// A number in its canonical form: whole numbers as integers, so that equal values are equal.
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
/// Numbers that cannot be are left alone: [`Draft::check`](crate::Draft::check) names them.
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

/// A path, its innermost step first, as text; kept short: keys are the sender's own words.
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

/// Reads a value strictly. On an error the path is written down on the way out.
struct Strict<'p> {
    depth: usize,
    path: &'p mut Vec<Step>,
}

impl Strict<'_> {
    /// One level further in, or a refusal.
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
            let twice = || object.has(&key).then_some("this key stands twice in one object");
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

/// A text that can be stored, as a value.
fn text<E: serde::de::Error>(text: Cow<'_, str>) -> Result<Node<'_>, E> {
    match text_fault(&text) {
        Some(fault) => Err(E::custom(fault)),
        None => Ok(Node::Text(text)),
    }
}

/// A canonical number as a value.
fn number<'t, E: serde::de::Error>(number: Number) -> Result<Node<'t>, E> {
    canonical_number(&number).map(Node::Number).map_err(E::custom)
}

/// Reads a key as it is.
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
