//! A JSON writer for shapes that are known beforehand: names are written in the order they are
//! given, without building a value first. Tests compare the result with serde's.

use std::io::Write as _;

use uuid::Uuid;

use crate::Time;

/// Writes an object, field by field.
pub struct Object<'o> {
    out: &'o mut Vec<u8>,
    empty: bool,
}

impl Object<'_> {
    /// Writes an object with these fields.
    pub fn write(out: &mut Vec<u8>, fields: impl FnOnce(&mut Object<'_>)) {
        out.push(b'{');
        let mut object = Object { out, empty: true };
        fields(&mut object);
        out.push(b'}');
    }

    /// Writes a field's name; its value must follow. Names are plain words.
    pub fn name(&mut self, name: &str) -> &mut Vec<u8> {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    /// Writes a text.
    pub fn text(&mut self, name: &str, value: &str) {
        text(self.name(name), value);
    }

    /// Writes a text, if there is one.
    pub fn some_text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// Writes a list of texts.
    pub fn texts(&mut self, name: &str, values: &[String]) {
        let out = self.name(name);
        out.push(b'[');
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            text(out, value);
        }
        out.push(b']');
    }

    /// Writes a whole number.
    pub fn integer(&mut self, name: &str, value: i64) {
        // Writing to memory cannot fail.
        let _ = write!(self.name(name), "{value}");
    }

    /// Writes an id.
    pub fn uuid(&mut self, name: &str, value: Uuid) {
        self.text(name, value.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    }

    /// Writes a time.
    pub fn time(&mut self, name: &str, value: Time) {
        self.text(name, value.text(&mut [0; 27]));
    }

    /// Writes an object within this one.
    pub fn object(&mut self, name: &str, fields: impl FnOnce(&mut Object<'_>)) {
        Object::write(self.name(name), fields);
    }
}

/// Writes a text with JSON's short escapes, other control characters as `\u00…`, as both canonical
/// JSON and serde do.
pub fn text(out: &mut Vec<u8>, text: &str) {
    if is_plain(text.as_bytes()) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        // Writing to memory cannot fail.
        let _ = serde_json::to_writer(out, text);
    }
}

/// Returns `true` if nothing needs an escape. Checks sixteen bytes at a time.
fn is_plain(bytes: &[u8]) -> bool {
    let plain = |bytes: &[u8]| {
        bytes.iter().fold(true, |plain, &b| plain & (b >= 0x20) & (b != b'"') & (b != b'\\'))
    };
    let (chunks, rest) = bytes.as_chunks::<16>();
    chunks.iter().all(|chunk| plain(chunk)) && plain(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_are_written_as_serde_writes_them(value in ".{0,40}|[\u{0}-\u{7f}]{0,40}") {
            let mut out = Vec::new();
            text(&mut out, &value);
            prop_assert_eq!(out, serde_json::to_vec(&value).unwrap());
        }
    }
}
