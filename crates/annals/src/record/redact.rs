//! The step that replaces secrets with `[redacted]` before anything is stored.
//!
//! A secret is recognised by its key ([`keys`]) or by its form ([`text`], [`cards`]), in every text
//! field. Category, action and entity type are words that cannot be redacted; a secret there is
//! refused.

use std::borrow::Cow;

use annals_event::cut::cut_end;
use annals_event::{Change, FieldError, Metadata, limits};
use serde_json::Value;

use super::{Refusal, Work};

mod cards;
mod keys;
mod text;

use keys::Keys;

/// The text that replaces a secret.
pub const REDACTED: &str = "[redacted]";
/// Number of times a text is searched again. Texts made to need more are not worth the time.
const PASSES: usize = 8;

/// A redactor, which finds secrets and replaces them with `[redacted]`.
#[derive(Default)]
pub struct Redactor {
    keys: Keys,
}

impl Redactor {
    /// The words that make a key secret when a deployment names none.
    pub const DEFAULT_KEYS: [&'static str; 17] = keys::DEFAULT;

    /// Makes a redactor for these key words, such as `password` or `api_key`, in any case style.
    pub fn new<'k>(keys: impl IntoIterator<Item = &'k str>) -> Redactor {
        Redactor { keys: Keys::new(keys) }
    }

    /// Returns a text without its secrets; borrowed if there are none.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some(mut clean) = self.pass(text) else {
            return Cow::Borrowed(text);
        };
        // Removing one secret may reveal another, whose quotes close now or whose neighbour ends.
        for _ in 0..PASSES {
            match self.pass(&clean) {
                Some(cleaner) => clean = cleaner,
                None => break,
            }
        }
        Cow::Owned(clean)
    }

    /// Returns the text after one search; `None` if nothing was found.
    fn pass(&self, text: &str) -> Option<String> {
        let clean = text::redact(text, &self.keys);
        match cards::redact(&clean) {
            Some(redacted) => Some(redacted),
            None => match clean {
                Cow::Owned(clean) => Some(clean),
                Cow::Borrowed(_) => None,
            },
        }
    }

    /// Removes the secrets from a JSON value.
    pub fn value(&self, value: &mut Value) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => {
                // Card numbers have at least 13 digits.
                let long = number.as_u64().is_some_and(|number| number >= 1_000_000_000_000);
                if long && cards::is_card_number(&number.to_string()) {
                    *value = Value::from(REDACTED);
                }
            }
            Value::String(text) => self.string(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(map) => self.object(map),
        }
    }

    /// Removes the secrets from a JSON object: all values under secret keys, secrets inside other
    /// values, and keys that are secrets themselves.
    pub fn object(&self, map: &mut Metadata) {
        let mut renamed = Vec::new();
        for (key, value) in map.iter_mut() {
            if self.keys.is_secret(key) {
                *value = Value::from(REDACTED);
            } else {
                self.value(value);
            }
            if let Cow::Owned(clean) = self.text(key) {
                renamed.push((key.clone(), clean));
            }
        }
        for (key, clean) in renamed {
            let Some(value) = map.remove(&key) else {
                continue;
            };
            // Two secrets as keys must not overwrite each other's values.
            let mut name = clean.clone();
            let mut number = 2;
            while map.contains_key(&name) {
                name = format!("{clean} {number}");
                number += 1;
            }
            map.insert(name, value);
        }
    }

    /// Removes the secrets from a changed field: both values if its name is secret, else those
    /// inside its values.
    fn change(&self, change: &mut Change) {
        let secret = self.keys.is_secret(&change.field);
        for value in [change.before.as_mut(), change.after.as_mut()].into_iter().flatten() {
            match secret {
                true => *value = Value::from(REDACTED),
                false => self.value(value),
            }
        }
        self.string(&mut change.field);
        cut_end(&mut change.field, limits::CHANGE_FIELD_CHARS);
    }

    fn string(&self, text: &mut String) {
        if let Cow::Owned(redacted) = self.text(text) {
            *text = redacted;
        }
    }

    /// Redacts a field of bounded length: redacting may make a short secret longer.
    fn field(&self, text: &mut Option<String>, most: usize) {
        let Some(text) = text else { return };
        self.string(text);
        if text.len() > most
            && let Some((end, _)) = text.char_indices().nth(most)
        {
            text.truncate(end);
        }
    }
}

/// Removes the secrets from every text of the draft.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    let redactor = &work.intake.redactor;
    let draft = &mut work.draft;
    words(redactor, draft)?;
    redactor.field(&mut draft.message, limits::MESSAGE_CHARS);
    redactor.field(&mut draft.session_id, limits::ID_CHARS);
    if let Some(actor) = &mut draft.actor {
        redactor.field(&mut actor.id, limits::ID_CHARS);
        redactor.field(&mut actor.name, limits::NAME_CHARS);
        redactor.field(&mut actor.own_kind, limits::CATEGORY_CHARS);
    }
    if let Some(subject) = &mut draft.subject {
        redactor.string(&mut subject.id);
        redactor.field(&mut subject.name, limits::NAME_CHARS);
    }
    if let Some(account) = &mut draft.account {
        redactor.string(&mut account.id);
    }
    if let Some(entity) = &mut draft.entity {
        redactor.field(&mut entity.id, limits::ID_CHARS);
        redactor.field(&mut entity.name, limits::NAME_CHARS);
    }
    draft.cut_fields().into_iter().for_each(|(_, text)| redactor.string(text));
    draft.changes.iter_mut().for_each(|change| redactor.change(change));
    draft.cut_texts();
    redactor.object(&mut draft.metadata);
    Ok(())
}

/// Refuses words that hold a secret: they name what happened and cannot be redacted.
fn words(redactor: &Redactor, draft: &annals_event::Draft) -> Result<(), Refusal> {
    let kind = draft.entity.as_ref().map(|entity| entity.kind.as_str());
    let errors: Vec<FieldError> = [
        ("category", draft.category.as_deref()),
        ("action", Some(draft.action.as_str())),
        ("entity.type", kind),
    ]
    .into_iter()
    .filter(|(_, word)| word.is_some_and(|word| matches!(redactor.text(word), Cow::Owned(_))))
    .map(|(field, _)| FieldError::new(field, "contains a secret, which is never stored"))
    .collect();
    if errors.is_empty() { Ok(()) } else { Err(Refusal::fields(errors)) }
}

#[cfg(test)]
mod tests;
