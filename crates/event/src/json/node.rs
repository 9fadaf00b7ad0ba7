//! A JSON value whose texts are still borrowed from the bytes it was read from.
//!
//! Most of an event's keys and many of its texts are only looked at, so copying them out first
//! would be work for nothing.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::{Map, Number, Value};

/// A JSON value that [`read`](super::read) has checked.
#[derive(Clone, Debug)]
pub enum Node<'t> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number in canonical form.
    Number(Number),
    /// A text, borrowed where it holds no escapes.
    Text(Cow<'t, str>),
    /// A list.
    Array(Vec<Node<'t>>),
    /// An object.
    Object(Object<'t>),
}

/// An object's fields, in their original order.
#[derive(Clone, Debug, Default)]
pub struct Object<'t> {
    fields: Vec<(Cow<'t, str>, Node<'t>)>,
    /// The keys, if the object has many.
    #[expect(clippy::box_collection, reason = "few objects have them, and all are moved about")]
    keys: Option<Box<HashSet<Cow<'t, str>>>>,
    /// The hash bits of all keys that were ever added, to rule out most absent keys quickly.
    marks: u64,
}

impl<'t> Node<'t> {
    /// Returns the text under a key, if this is an object that has one.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self {
            Node::Object(object) => match object.get(key)? {
                Node::Text(text) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Returns one bit of 64, always the same for the same key.
fn mark(key: &str) -> u64 {
    let end = |byte: Option<&u8>| byte.copied().unwrap_or_default();
    let (first, last) = (end(key.as_bytes().first()), end(key.as_bytes().last()));
    let mixed = key.len() as u8 ^ first.wrapping_mul(7) ^ last.wrapping_mul(29);
    1 << (mixed & 63)
}

/// Number of keys up to which they are compared one by one, which costs less than hashing.
const MIN_INDEXED_FIELDS: usize = 32;

impl<'t> Object<'t> {
    /// Returns `true` if the object has this key. Valid only while the object is being read.
    pub(super) fn has(&self, key: &str) -> bool {
        self.marks & mark(key) != 0
            && match &self.keys {
                Some(keys) => keys.contains(key),
                None => self.fields.iter().any(|(known, _)| known == key),
            }
    }

    /// Adds a field whose key it does not have yet.
    pub(super) fn push(&mut self, key: Cow<'t, str>, value: Node<'t>) {
        if let Some(keys) = &mut self.keys {
            keys.insert(key.clone());
        } else if self.fields.len() == MIN_INDEXED_FIELDS {
            let known = self.fields.iter().map(|(known, _)| known);
            self.keys = Some(Box::new(known.chain([&key]).cloned().collect()));
        } else if self.fields.is_empty() {
            self.fields.reserve(8);
        }
        self.marks |= mark(&key);
        self.fields.push((key, value));
    }

    /// Returns a field's value.
    pub fn get(&self, key: &str) -> Option<&Node<'t>> {
        let found = || self.fields.iter().find(|(known, _)| known == key);
        (self.marks & mark(key) != 0).then(found)?.map(|(_, value)| value)
    }

    /// Removes a field and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<Node<'t>> {
        let found = || self.fields.iter().position(|(known, _)| known == key);
        let at = (self.marks & mark(key) != 0).then(found)??;
        Some(self.fields.swap_remove(at).1)
    }

    /// Returns the keys, sorted.
    pub fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = self.fields.iter().map(|(key, _)| &**key).collect();
        keys.sort_unstable();
        keys
    }
}

impl From<Object<'_>> for Map<String, Value> {
    fn from(object: Object<'_>) -> Self {
        let fields = object.fields.into_iter();
        fields.map(|(key, value)| (key.into_owned(), value.into())).collect()
    }
}

impl From<Map<String, Value>> for Object<'_> {
    fn from(map: Map<String, Value>) -> Self {
        let marks = map.keys().fold(0, |marks, key| marks | mark(key));
        let fields = map.into_iter().map(|(key, value)| (Cow::Owned(key), value.into()));
        Object { fields: fields.collect(), keys: None, marks }
    }
}

impl From<Node<'_>> for Value {
    fn from(node: Node<'_>) -> Self {
        match node {
            Node::Null => Value::Null,
            Node::Bool(value) => Value::Bool(value),
            Node::Number(number) => Value::Number(number),
            Node::Text(text) => Value::String(text.into_owned()),
            Node::Array(items) => Value::Array(items.into_iter().map(Value::from).collect()),
            Node::Object(object) => Value::Object(object.into()),
        }
    }
}

impl From<Value> for Node<'_> {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Node::Null,
            Value::Bool(value) => Node::Bool(value),
            Value::Number(number) => Node::Number(number),
            Value::String(text) => Node::Text(Cow::Owned(text)),
            Value::Array(items) => Node::Array(items.into_iter().map(Node::from).collect()),
            Value::Object(map) => Node::Object(map.into()),
        }
    }
}
