//! A finder of secrets inside texts, by their form.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex, RegexSet};

use super::REDACTED;
use super::keys::Keys;

/// The part of a match that is secret.
#[derive(Clone, Copy)]
enum Cut {
    /// The full match.
    All,
    /// Everything after group 1.
    After,
    /// As `After`, unless the "token" is an English word.
    Bearer,
    /// The value of a parameter, if group `name` is a secret name.
    Parameter,
    /// The value of a key in JSON inside the text, if group `name` is a secret name.
    Json,
}

/// Every pattern and its secret part. Order matters: full blocks come first.
const PATTERNS: [(Cut, &str); 9] = [
    // A private key in PEM, including one that was cut off.
    (
        Cut::All,
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\z)",
    ),
    // A JWT (three parts) or JWE (five): a base64url header always begins with `{"`.
    (Cut::All, r"eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){2,4}"),
    // A key of Annals itself.
    (Cut::All, r"(?i)ann_(?:admin|auditor|service|ingest)_[0-9a-f]{16,}"),
    // Headers, as they appear in logs and errors.
    (
        Cut::After,
        r#"(?i)((?-u:\b)authorization\\?["']?\s*[:=]\s*\\?["']?(?:basic|digest|negotiate|token|apikey)\s+)[^\s"'\\,;]+"#,
    ),
    (Cut::Bearer, r"(?i)((?-u:\b)bearer(?:\s+|%20|\+))([A-Za-z0-9._~+/=-]{4,})"),
    (Cut::After, r#"(?i)((?-u:\b)(?:set-)?cookie:\s*)[^\r\n"'\[]*=[^\r\n"']*"#),
    // A password in a URL.
    (Cut::After, r#"(?i)((?-u:\b)[a-z][a-z0-9+.-]*://[^/\s:@?#"'<>]*:)[^/\s@?#"'<>]+@"#),
    // `name=value`, in URLs, forms and elsewhere; also percent-encoded inside another URL. Only the
    // name is matched: with the value, "a=a=a=…" would be read to its end from every "=".
    (
        Cut::Parameter,
        r#"(?i)(?:^|[^a-z0-9_.\[\]-]|%3F|%26|%23)(?<name>[a-z0-9_.\[\]-]{1,60})(?:=|%3D)"#,
    ),
    // `"name": value`, also with escaped quotes.
    (
        Cut::Json,
        r#"\\?["'](?<name>[A-Za-z0-9_. -]{1,60})\\?["']\s*:\s*(?<value>"(?:[^"\\]|\\.)*"|'[^']*'|\\"[^"\\]*\\"|[^\s,}\]\[{"'\\]+)"#,
    ),
];

/// English words that follow "bearer" without being a token.
const NO_TOKENS: [&str; 10] = [
    "token",
    "tokens",
    "auth",
    "authentication",
    "authorization",
    "scheme",
    "header",
    "missing",
    "required",
    "invalid",
];

/// The compiled patterns. The set finds in one pass which of them need a closer look.
struct Patterns {
    any: RegexSet,
    each: Vec<(Cut, Regex)>,
}

#[expect(
    clippy::expect_used,
    reason = "the patterns are constants, and every test of this module compiles them"
)]
static COMPILED: LazyLock<Patterns> = LazyLock::new(|| Patterns {
    any: RegexSet::new(PATTERNS.map(|(_, pattern)| pattern)).expect("the patterns are valid"),
    each: PATTERNS
        .iter()
        .map(|(cut, pattern)| (*cut, Regex::new(pattern).expect("the patterns are valid")))
        .collect(),
});

/// The bytes that [`may_match`] looks for.
const SUSPICIOUS: [bool; 256] = {
    let mut suspicious = [false; 256];
    let bytes = b"=:%-eaAbB";
    let mut at = 0;
    while at < bytes.len() {
        suspicious[bytes[at] as usize] = true;
        at += 1;
    }
    suspicious
};

/// Returns `true` if any of the patterns could match: each needs one of these bytes. Most texts
/// have none, and the check takes a few nanoseconds.
fn may_match(text: &str) -> bool {
    let bytes = text.as_bytes();
    let word_at = |at: usize, word: &str| {
        bytes
            .get(at..at + word.len())
            .is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    };
    let mut suspicious =
        bytes.iter().enumerate().filter(|(_, byte)| SUSPICIOUS[usize::from(**byte)]);
    suspicious.any(|(at, byte)| match byte {
        b'=' | b':' | b'%' => true,
        b'-' => word_at(at, "-----BEGIN"),
        b'e' => word_at(at, "eyJ"),
        b'a' | b'A' => word_at(at, "ann_"),
        b'b' | b'B' => word_at(at, "bearer"),
        _ => false,
    })
}

/// Returns the text without secrets; borrowed if there are none.
pub(super) fn redact<'t>(text: &'t str, keys: &Keys) -> Cow<'t, str> {
    // The shortest known secret is "pin=1".
    if text.len() < 5 || !may_match(text) {
        return Cow::Borrowed(text);
    }
    let mut clean = Cow::Borrowed(text);
    for index in COMPILED.any.matches(text) {
        let Some((cut, regex)) = COMPILED.each.get(index) else {
            continue;
        };
        if let Some(cut) = apply(*cut, regex, &clean, keys) {
            clean = Cow::Owned(cut);
        }
    }
    clean
}

/// Returns the text after one pattern; `None` if it did not change.
fn apply(cut: Cut, regex: &Regex, text: &str, keys: &Keys) -> Option<String> {
    let mut clean = String::new();
    let mut kept = 0;
    let mut from = 0;
    while let Some(found) = regex.captures_at(text, from) {
        let full_match = found.get_match();
        from = full_match.end().max(from + 1);
        if let Some((start, end, instead)) = secret(cut, text, &found, keys) {
            // A parameter's value ends after its match.
            from = from.max(end);
            if text.get(start..end) != Some(instead) {
                clean.push_str(&text[kept..start]);
                clean.push_str(instead);
                kept = end;
            }
        } else if let Some(name) = found.name("name") {
            // The value may hold a parameter of its own: `?next=/a%3Ftoken%3D1`.
            from = name.end();
        }
        if from > text.len() || !text.is_char_boundary(from) {
            break;
        }
    }
    if kept == 0 {
        return None;
    }
    clean.push_str(&text[kept..]);
    Some(clean)
}

/// Returns which bytes of a match are secret, and their replacement.
fn secret(
    cut: Cut,
    text: &str,
    found: &Captures<'_>,
    keys: &Keys,
) -> Option<(usize, usize, &'static str)> {
    let full_match = found.get_match();
    let after = || found.get(1).map_or(full_match.start(), |kept| kept.end());
    let value = || found.name("value").map(|value| (value.start(), value.end()));
    let name = || found.name("name").map_or("", |name| name.as_str());
    match cut {
        Cut::All => Some((full_match.start(), full_match.end(), REDACTED)),
        Cut::After if full_match.as_str().ends_with('@') => {
            Some((after(), full_match.end() - 1, REDACTED))
        }
        Cut::After => Some((after(), full_match.end(), REDACTED)),
        Cut::Bearer => {
            let token = found.get(2)?.as_str().trim_end_matches(['.', ',']);
            let is_word = NO_TOKENS.contains(&token.to_ascii_lowercase().as_str());
            (!is_word).then_some((after(), full_match.end(), REDACTED))
        }
        Cut::Parameter if keys.is_secret_parameter(name()) => {
            let start = full_match.end();
            let length = parameter_value(&text[start..], full_match.as_str().ends_with('='));
            (length > 0).then_some((start, start + length, REDACTED))
        }
        Cut::Parameter => None,
        Cut::Json => {
            let (start, end) = value()?;
            // Quoted values keep their quotes, so that the JSON stays valid.
            let quotes = match found["value"].as_bytes() {
                [b'"' | b'\'', ..] => 1,
                [b'\\', b'"', ..] => 2,
                _ => 0,
            };
            keys.is_secret(name()).then_some((start + quotes, end - quotes, REDACTED))
        }
    }
}

/// Returns the length of a parameter's value. In a percent-encoded URL its separators are encoded
/// too.
fn parameter_value(text: &str, plain: bool) -> usize {
    let ends = |c: char| c.is_whitespace() || matches!(c, '&' | '#' | '"' | '\'' | '<' | '>');
    let end = text.find(ends).unwrap_or(text.len());
    let encoded = if plain { None } else { text[..end].find("%26") };
    encoded.unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_may_not_match_does_not(text in prop_oneof![
            any::<String>(),
            "(-----BEGIN|PRIVATE KEY-----|eyJ|abcdef|ann_|ANN_|bearer |BEARER|%3D|=|:|a|0){0,8}",
        ]) {
            prop_assert!(may_match(&text) || !COMPILED.any.is_match(&text), "{}", text);
        }
    }
}
