//! The filter: one type from URL to SQL, for list, stats, export and tail alike.
//!
//! ```text
//! ?category=quest,badge&severity=!info&q=volcano&from=2026-11-01T00:00:00Z
//!    └─ pairs ──parse──► Filter ──┬─ store::predicate ──► WHERE …
//!                                 └─ matches(&Event)  ──► bool
//! ```

use annals_event::{Event, FieldError, Time};
use sha2::{Digest as _, Sha256};

use crate::words::{all_found, words};

mod asked;
mod fields;

pub use asked::{Asked, metadata_text, searched};
pub use fields::{FIELDS, Field, Index, indexed_fields};

/// Number of values in one term: far more than a person types.
pub const MAX_VALUES: usize = 100;
/// Number of characters of one value.
pub const MAX_CHARS: usize = 500;
/// Number of words in `q`.
const MAX_WORDS: usize = 16;
/// Microseconds of the longest period that may be searched by metadata alone: 31 days.
const METADATA_PERIOD: i64 = 31 * 24 * 3_600 * 1_000_000;

/// The query parameters of a filter besides its fields.
const OTHERS: [&str; 3] = ["from", "to", "q"];

/// "The field has one of these values" or, negated, "it has none of them".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The field.
    pub field: Field,
    /// The values, at least one.
    pub values: Vec<String>,
    /// `true` if the list began with `!`. Rows without the field match a negated term.
    pub negated: bool,
}

/// The wanted events. The default matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The terms, all of which must match.
    pub terms: Vec<Term>,
    /// `occurred_at` is at or after this time.
    pub from: Option<Time>,
    /// `occurred_at` is before this time.
    pub to: Option<Time>,
    /// Folded words that must all be in message, entity name, actor name or action.
    pub words: Vec<String>,
}

impl Filter {
    /// Parses a filter from decoded query pairs, all of which must belong to it.
    pub fn parse<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Filter, Vec<FieldError>> {
        let mut filter = Filter::default();
        let mut errors = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in pairs {
            let result = if seen.contains(&name) {
                Err("is given twice; write several values into one, separated by commas".to_owned())
            } else {
                filter.add(name, value)
            };
            seen.push(name);
            if let Err(message) = result {
                errors.push(FieldError { field: name.to_owned(), message });
            }
        }
        if let Err(error) = filter.check_combination() {
            errors.push(error);
        }
        if errors.is_empty() { Ok(filter) } else { Err(errors) }
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "from" => self.from = Some(moment(value)?),
            "to" => self.to = Some(moment(value)?),
            "q" => {
                self.words = words(value).collect();
                self.words.dedup();
                if self.words.len() > MAX_WORDS {
                    return Err(format!("has more than {MAX_WORDS} words; use fewer"));
                }
            }
            _ => {
                let field = Field::from_parameter(name).ok_or_else(unknown)?;
                self.terms.push(term(field, value)?);
            }
        }
        Ok(())
    }

    fn check_combination(&self) -> Result<(), FieldError> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            return Err(error("to", "must be after `from`"));
        }
        let metadata = |term: &&Term| matches!(term.field, Field::Metadata(_));
        let Some(term) = self.terms.iter().find(metadata) else {
            return Ok(());
        };
        let period = self.from.zip(self.to).map(|(from, to)| to.micros_since(from));
        let narrowed = self.terms.iter().any(|term| !metadata(&term))
            || !self.words.is_empty()
            || period.is_some_and(|period| period <= METADATA_PERIOD);
        if narrowed {
            return Ok(());
        }
        let Field::Metadata(key) = &term.field else {
            return Ok(());
        };
        Err(error(
            &format!("metadata.{key}"),
            "needs another filter beside it, or `from` and `to` at most 31 days apart",
        ))
    }

    /// Returns `true` if every event matches.
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }

    /// Returns `true` if an event matches.
    pub fn matches(&self, event: &Event) -> bool {
        self.fits(event)
    }

    /// Returns `true` if an event matches, however it is kept.
    pub fn fits(&self, event: &impl Asked) -> bool {
        self.from.is_none_or(|from| event.occurred_at() >= from)
            && self.to.is_none_or(|to| event.occurred_at() < to)
            && self.terms.iter().all(|term| term.fits(event))
            && (self.words.is_empty()
                || all_found(&self.words, event.searched().into_iter().flatten()))
    }

    /// Returns eight bytes that differ if filters differ. They bind a cursor to its filter.
    pub fn fingerprint(&self) -> [u8; 8] {
        // Debug output names every field and quotes every value, so two different filters are never
        // written alike.
        let hash = Sha256::digest(format!("{self:?}"));
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&hash[..8]);
        bytes
    }
}

/// Parses `!a,b\,c` as negated, `a` and `b,c`.
fn term(field: Field, text: &str) -> Result<Term, String> {
    let (negated, list) = match text.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let values = split_list(list);
    if values.iter().any(String::is_empty) {
        return Err("has an empty value; leave the parameter out to ask for all".to_owned());
    }
    if values.len() > MAX_VALUES {
        return Err(format!("has more than {MAX_VALUES} values; use fewer"));
    }
    if values.iter().any(|value| value.chars().count() > MAX_CHARS) {
        return Err(format!("has a value longer than {MAX_CHARS} characters"));
    }
    if let Some(closed) = field.closed()
        && let Some(unknown) = values.iter().find(|value| (closed.code)(value).is_none())
    {
        return Err(one_of(unknown, &(closed.names)()));
    }
    Ok(Term { field, values, negated })
}

/// Splits at commas; `\,` is a comma and `\\` a backslash.
fn split_list(list: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut chars = list.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if matches!(chars.peek(), Some(',' | '\\')) => {
                let escaped = chars.next();
                if let (Some(value), Some(c)) = (values.last_mut(), escaped) {
                    value.push(c);
                }
            }
            ',' => values.push(String::new()),
            c => {
                if let Some(value) = values.last_mut() {
                    value.push(c);
                }
            }
        }
    }
    values
}

/// Parses an RFC 3339 time, or a day, which means its first moment in UTC.
pub fn moment(text: &str) -> Result<Time, String> {
    let time = text.parse::<Time>();
    let day = || format!("{text}T00:00:00Z").parse::<Time>();
    time.or_else(|_| day()).map_err(|_| {
        "must be an RFC 3339 time such as 2026-11-21T08:30:00Z, or a day such as 2026-11-21"
            .to_owned()
    })
}

fn unknown() -> String {
    let names: Vec<&str> = FIELDS.iter().map(Field::name).chain(OTHERS).collect();
    format!("is not a known parameter; the filter has {} and metadata.KEY", names.join(", "))
}

fn one_of(value: &str, known: &[&str]) -> String {
    format!("`{value}` is not known; use {}", known.join(", "))
}

fn error(field: &str, message: &str) -> FieldError {
    FieldError { field: field.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests;
