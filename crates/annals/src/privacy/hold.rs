//! Legal holds, which keep events from ageing while somebody may have to prove them.

use annals_event::validate::id_fault;
use annals_event::{FieldError, Time, limits};
use serde::{Deserialize, Serialize};

use crate::filter::Filter;

/// Number of holds at once.
pub const MAX_HOLDS: usize = 100;
/// Number of characters of a reason and of a filter.
const TEXT_CHARS: usize = 500;

/// A legal hold: a person's events, or those that a filter finds, do not age until it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The id, given by the server.
    pub id: String,
    /// The id of the person whose events are held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The filter of the held events, as in a URL: `category=task&subject=ben`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The person who is responsible for it.
    pub owner: String,
    /// The reason.
    pub reason: String,
    /// The time when it ends.
    pub expires_at: Time,
}

/// A hold as it is sent; a new one has no id.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldDraft {
    /// The id of an existing hold; absent for a new one.
    pub id: Option<String>,
    /// The id of the person whose events are held; either this or `filter`.
    pub person: Option<String>,
    /// The filter of the held events, as in a URL; either this or `person`.
    pub filter: Option<String>,
    /// The person who is responsible for it.
    pub owner: String,
    /// The reason.
    pub reason: String,
    /// The time when it ends.
    pub expires_at: Time,
}

impl HoldDraft {
    /// Makes the hold, with its own id or a new one.
    pub(super) fn named(self, new_id: impl FnOnce() -> String) -> Hold {
        let HoldDraft { id, person, filter, owner, reason, expires_at } = self;
        let id = id.unwrap_or_else(new_id);
        Hold { id, person, filter, owner, reason, expires_at }
    }

    /// Checks the hold. `field` is its path in errors, `before` are the existing holds.
    pub(super) fn check(&self, field: &str, before: &[Hold], now: Time) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut wrong = |name: &str, message: String| {
            errors.push(FieldError::new(format!("{field}.{name}"), message));
        };
        let stands = before.iter().find(|hold| Some(&hold.id) == self.id.as_ref());
        if self.id.is_some() && stands.is_none() {
            wrong("id", "is not the id of a hold; leave it out for a new hold".to_owned());
        }
        match (&self.person, &self.filter) {
            (Some(person), None) => {
                if let Some(message) = id_fault(person) {
                    wrong("person", message);
                }
            }
            (None, Some(filter)) => {
                if let Err(message) = check_filter(filter) {
                    wrong("filter", message);
                }
            }
            _ => wrong("person", "or `filter` is needed, and only one of them".to_owned()),
        }
        if let Err(message) = line(&self.owner, limits::NAME_CHARS) {
            wrong("owner", message);
        }
        if let Err(message) = line(&self.reason, TEXT_CHARS) {
            wrong("reason", message);
        }
        // A hold that has ended may stay in the list unchanged, so that the rest can be saved.
        let as_it_was = stands.is_some_and(|hold| hold.expires_at == self.expires_at);
        if self.expires_at <= now && !as_it_was {
            wrong("expires_at", "must be in the future".to_owned());
        }
        errors
    }
}

fn line(text: &str, most: usize) -> Result<(), String> {
    let fits = !text.trim().is_empty() && text.chars().count() <= most;
    if fits && !text.contains(char::is_control) {
        return Ok(());
    }
    Err(format!("must have 1 to {most} characters on one line"))
}

fn check_filter(text: &str) -> Result<(), String> {
    line(text, TEXT_CHARS)?;
    let pairs: Vec<_> = form_urlencoded::parse(text.as_bytes()).collect();
    let filter = Filter::parse(pairs.iter().map(|(name, value)| (&**name, &**value)));
    match filter {
        Ok(filter) if filter.is_empty() => Err("is empty; name at least one field".into()),
        Ok(_) => Ok(()),
        Err(errors) => Err(errors.first().map_or_else(String::new, |error| {
            format!("is not a filter: `{}` {}", error.field, error.message)
        })),
    }
}
