//! A line of an audit file, and the name of the file.

use std::fmt::Write as _;

use annals_event::Event;
use sha2::{Digest as _, Sha256};

use crate::id::hex;
use crate::store::LedgerKind;
use crate::store::ledger::account_of;

/// The prefix of the name of every audit file.
pub(super) const PREFIX: &str = "tracking_user_";
/// Number of characters of an id in a file's name; a longer id is hashed.
const NAME_CHARS: usize = 200;

/// Returns the name of an account's file. Every id gives a name in the folder, and no two ids the
/// same: everything but letters, digits, `_` and `-` of ASCII is percent-encoded.
pub(super) fn file_name(account: &str) -> String {
    let mut name = String::with_capacity(account.len());
    for byte in account.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' {
            name.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(name, "%{byte:02X}");
        }
    }
    if name.len() > NAME_CHARS {
        // No encoded id has a `%` before a letter beyond F.
        name = format!("%sha256-{}", hex(&Sha256::digest(account)));
    }
    format!("{PREFIX}{name}.log")
}

/// Returns the line of a points event, with its end; `None` for any other event.
pub(super) fn line(event: &Event) -> Option<String> {
    let kind = LedgerKind::of(event)?;
    let points = event.points?;
    let subject = event.subject.as_ref().map(|subject| subject.id.as_str());
    let entity_id = event.entity.as_ref().and_then(|entity| entity.id.as_deref());
    let metadata = serde_json::to_string(&event.metadata).unwrap_or_default();
    let mut line = String::with_capacity(320);
    for (key, value) in [
        ("occurred_at", event.occurred_at.to_string().as_str()),
        ("user_id", account_of(event).unwrap_or_default()),
        ("child_id", subject.unwrap_or_default()),
        ("entity_type", kind.entity.as_str()),
        ("entity_id", entity_id.unwrap_or_default()),
        ("action", kind.action.as_str()),
        ("points_before", &points.before.to_string()),
        ("points_after", &points.after.to_string()),
        ("delta", &points.delta.to_string()),
        ("id", &event.id.to_string()),
        ("created_at", &event.created_at.to_string()),
        ("metadata", &metadata),
    ] {
        let space = if line.is_empty() { "" } else { " " };
        let _ = write!(line, "{space}{key}=\"");
        escape(&mut line, value);
        line.push('"');
    }
    line.push('\n');
    Some(line)
}

/// Writes a value so that it ends neither its quotes nor its line, whoever reads it.
fn escape(line: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            // Some readers treat line and paragraph separators as line ends, and characters that
            // change the direction of writing can disguise them.
            c if c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                let _ = write!(line, "\\u{{{:x}}}", u32::from(c));
            }
            c => line.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_id_leaves_the_folder_and_no_two_share_a_file() {
        let long = "é".repeat(200);
        let longer = format!("{long}x");
        let ids = [
            "u1",
            "U-1_",
            "..",
            ".",
            "../../etc/passwd",
            "/etc/passwd",
            "a/b",
            "a%2Fb",
            "a b",
            "",
            "a\0b",
            "a\nb",
            "ü",
            "con",
            "u1.log",
            "u1.1",
            "%sha256-",
            &long,
            &longer,
        ];
        let mut names = BTreeSet::new();
        for id in ids {
            let name = file_name(id);
            let plain = |c: char| c.is_ascii_alphanumeric() || "_-%".contains(c);
            let inner = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(".log"));
            assert!(inner.is_some_and(|inner| inner.chars().all(plain)), "{name}");
            assert!(name.len() < 240, "{name}");
            assert!(names.insert(name), "{id}");
        }
        assert_eq!(file_name("u1"), "tracking_user_u1.log");
        assert_eq!(file_name("../x"), "tracking_user_%2E%2E%2Fx.log");
    }

    #[test]
    fn a_value_ends_neither_quotes_nor_line() {
        let mut line = String::new();
        escape(&mut line, "a\" user_id=\"x\"\nb\r\t\\\u{1b}[1m\u{85}\u{2028}\u{202e}é");
        let escaped = "a\\\" user_id=\\\"x\\\"\\nb\\r\\t\\\\\\u{1b}[1m\\u{85}\\u{2028}\\u{202e}é";
        assert_eq!(line, escaped);
    }
}
