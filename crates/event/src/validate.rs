//! The rules an event must meet, and JSON to [`Draft`]: every field that is wrong is named.
//!
//! * [`Draft::from_json`] reads a JSON object: types and unknown fields. Wrong types are reported
//!   first; content is checked once the types are right.
//! * [`Draft::check`] holds the rules about content, for drafts read from JSON and for those that
//!   programs build.
//! * [`validate_time`] needs the time of day and is therefore separate.

use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;

use crate::{Draft, Time, limits};

mod check;
mod fields;
mod read;

/// One invalid field, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field's path, such as `points.delta`.
    pub field: String,
    /// The problem, and what would be right.
    pub message: String,
}

impl FieldError {
    /// Makes an error about a field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> FieldError {
        FieldError { field: field.into(), message: message.into() }
    }
}

/// Refuses a draft whose time lies in the future.
///
/// Five minutes are allowed: clocks differ. More would let one sender write ahead of everybody
/// else's events in every list by date.
///
/// # Errors
/// `occurred_at` lies too far ahead.
pub fn validate_time(draft: &Draft, now: Time) -> Result<(), FieldError> {
    match draft.occurred_at {
        Some(time) if time.micros_since(now) > limits::AHEAD_MICROS => Err(FieldError::new(
            "occurred_at",
            "lies more than 5 minutes ahead of the server's clock",
        )),
        _ => Ok(()),
    }
}

/// Returns what is wrong with a word: an action, a category, an entity type.
///
/// Words are the sender's own and are kept as they are sent: `user.created`, `Order Completed`,
/// `quest_started`. Letters and digits of any script, their combining marks, `_ . : / -` and single
/// spaces within the word are allowed, so that it fits on one line and in every filter.
pub fn word_fault(text: &str, most: usize) -> Option<String> {
    if text.is_empty() {
        return Some("must not be empty".to_owned());
    }
    let inside = |c: char| {
        c.is_alphanumeric()
            || matches!(c, '_' | '.' | ':' | '/' | '-' | ' ')
            || is_combining_mark(c)
    };
    let spaces = text.starts_with(' ') || text.ends_with(' ') || text.contains("  ");
    if spaces || !text.chars().all(inside) {
        let rule = "may have letters and digits of any script, `_`, `.`, `:`, `/`, `-`, and single \
                    spaces between them";
        return Some(rule.to_owned());
    }
    // Bytes are at least as many as characters, so most words need no counting.
    (text.len() > most && text.chars().count() > most)
        .then(|| format!("must have at most {most} characters"))
}

/// Words that a program writes where it has no id, in lower case.
const NO_IDS: [&str; 4] = ["undefined", "null", "nan", "[object object]"];

/// Returns what is wrong with an id: of a person, an account, an entity, a session.
///
/// `undefined` and its like are refused, because all events of people without an id would become
/// those of one person called so.
pub fn id_fault(id: &str) -> Option<String> {
    let plain = id.trim();
    if plain.is_empty() {
        return Some("must not be empty".to_owned());
    }
    if let Some(word) = NO_IDS.iter().find(|word| plain.eq_ignore_ascii_case(word)) {
        return Some(format!("`{word}` is not an id: the sender has none; leave the field out"));
    }
    let most = limits::ID_CHARS;
    if (id.len() > most && id.chars().count() > most) || id.contains(char::is_control) {
        return Some(format!("must have 1 to {most} characters on one line"));
    }
    None
}

/// Returns `true` if a text is a snake_case word: `^[a-z][a-z0-9_]*$`.
pub fn is_snake_case(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests;
