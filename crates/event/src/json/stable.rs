//! A check whether JSON can be copied as it is, because reading and writing it changes nothing.

/// The deepest nesting that is followed; serde_json's own limit is 128.
const DEEPEST: usize = 100;
/// Digits of a number that any float holds exactly (`f64::DIGITS`).
const DIGITS: usize = f64::DIGITS as usize;

/// Returns `true` if serde_json would read this into a [`Map`](serde_json::Map) and write the very
/// same text. Returns `false` when in doubt: only the plainest form is recognised, which is that of
/// nearly all metadata.
pub fn is_stable(text: &str) -> bool {
    let mut scan = Scan { rest: text.as_bytes() };
    scan.rest.first() == Some(&b'{') && scan.value(DEEPEST) && scan.rest.is_empty()
}

/// The rest of a text. Each step returns `true` if everything was plain so far.
struct Scan<'t> {
    rest: &'t [u8],
}

impl<'t> Scan<'t> {
    fn value(&mut self, depth: usize) -> bool {
        match self.rest.first() {
            Some(b'{') if depth > 0 => self.object(depth - 1),
            Some(b'[') if depth > 0 => self.array(depth - 1),
            Some(b'"') => self.text().is_some(),
            Some(b't') => self.skips(b"true"),
            Some(b'f') => self.skips(b"false"),
            Some(b'n') => self.skips(b"null"),
            _ => self.number(),
        }
    }

    fn skips(&mut self, expected: &[u8]) -> bool {
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Reads an object. Keys must ascend, as in a map, and must not have serde_json's private
    /// prefix.
    fn object(&mut self, depth: usize) -> bool {
        let mut before: Option<&[u8]> = None;
        if self.skips(b"{}") {
            return true;
        }
        while self.skips(if before.is_none() { b"{" } else { b"," }) {
            let Some(key) = self.text() else { return false };
            let plain = !key.starts_with(b"$") && !key.contains(&b'\\');
            if !plain || before.is_some_and(|before| before >= key) {
                return false;
            }
            before = Some(key);
            if !self.skips(b":") || !self.value(depth) {
                return false;
            }
        }
        self.skips(b"}")
    }

    fn array(&mut self, depth: usize) -> bool {
        if self.skips(b"[]") {
            return true;
        }
        let mut open = self.skips(b"[");
        while open {
            if !self.value(depth) {
                return false;
            }
            open = self.skips(b",");
        }
        self.skips(b"]")
    }

    /// Returns the text between the quotes, if every escape in it is a short one.
    fn text(&mut self) -> Option<&'t [u8]> {
        let text = self.rest.strip_prefix(b"\"")?;
        let mut at = 0;
        loop {
            match *text.get(at)? {
                b'"' => break,
                b'\\'
                    if matches!(
                        text.get(at + 1),
                        Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't')
                    ) =>
                {
                    at += 2;
                }
                b'\\' | ..0x20 => return None,
                _ => at += 1,
            }
        }
        self.rest = &text[at + 1..];
        Some(&text[..at])
    }

    /// Reads an integer, or a decimal without exponent, of at most as many digits as a float holds.
    fn number(&mut self) -> bool {
        let negative = self.skips(b"-");
        let whole = self.digits();
        let decimals = if self.skips(b".") { Some(self.digits()) } else { None };
        let ends = !matches!(self.rest.first(), Some(b'e' | b'E'));
        let zero = whole == b"0";
        let begins = zero || !matches!(whole.first(), None | Some(b'0'));
        let digits = whole.len() + decimals.map_or(0, <[u8]>::len);
        let shortest = match decimals {
            None => !(zero && negative),
            Some(decimals) => {
                decimals.last().is_some_and(|last| *last != b'0')
                    && !(zero && decimals.starts_with(b"0000"))
            }
        };
        ends && begins && shortest && digits <= DIGITS
    }

    fn digits(&mut self) -> &'t [u8] {
        let end = self.rest.iter().position(|byte| !byte.is_ascii_digit());
        let (digits, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        digits
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Metadata;
    use crate::digest::canonical_object;
    use crate::testing::metadata;

    /// Returns the text after reading and writing it.
    fn reread(text: &str) -> Option<String> {
        let object: Metadata = serde_json::from_str(text).ok()?;
        serde_json::to_string(&object).ok()
    }

    proptest! {
        #[test]
        fn stable_text_comes_back_as_it_was(
            object in metadata(), at: prop::sample::Index, put in "[-0-9.eE,:{}\\[\\]\"\\\\a$ \u{1}]{0,2}",
        ) {
            let mut text = String::from_utf8(canonical_object(&object)).unwrap();
            prop_assert!(!is_stable(&text) || reread(&text).as_ref() == Some(&text), "{}", text);
            // A random byte becomes another one.
            let mut at = at.index(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            text.insert_str(at, &put);
            prop_assert!(!is_stable(&text) || reread(&text).as_ref() == Some(&text), "{}", text);
        }

        #[test]
        fn numbers_come_back_as_they_were(number in "-?[0-9]{0,17}(\\.[0-9]{0,17})?([eE]-?[0-9])?") {
            let text = format!("{{\"n\":{number}}}");
            prop_assert!(!is_stable(&text) || reread(&text).as_ref() == Some(&text), "{}", text);
        }
    }

    #[test]
    fn most_metadata_is_stable() {
        for text in [
            "{}",
            r#"{"a":1,"b":-2.25,"c":[true,false,null,"x",[],{}],"d":{"e":"ü \"quoted\"\n"}}"#,
            r#"{"score":0.85,"small":0.0001,"xp":100000000000000}"#,
        ] {
            assert!(is_stable(text), "{text}");
        }
    }

    #[test]
    fn what_serde_would_write_otherwise_is_not() {
        for text in [
            "",
            "[]",
            "1",
            "{",
            "{}x",
            "{ }",
            r#"{"a":1,}"#,
            r#"{"b":1,"a":1}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a":-0}"#,
            r#"{"a":1.0}"#,
            r#"{"a":01}"#,
            r#"{"a":1e5}"#,
            r#"{"a":.5}"#,
            r#"{"a":0.00001}"#,
            r#"{"a":12345678901234567}"#,
            r#"{"a":"\u0041"}"#,
            r#"{"a":"\/"}"#,
            r#"{"$serde_json::private::RawValue":"1"}"#,
            r#"{"\n":1}"#,
            r#"{"a":nul}"#,
        ] {
            assert!(!is_stable(text), "{text}");
        }
        assert!(!is_stable(&format!("{{\"a\":{}{}}}", "[".repeat(120), "]".repeat(120))));
    }
}
