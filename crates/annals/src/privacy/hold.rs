//! Legal holds: what must not age while somebody may still have to prove it.

use annals_event::{FieldError, Time, limits};
use serde::{Deserialize, Serialize};

use crate::filter::Filter;

/// Holds that stand at once.
pub const MAX_HOLDS: usize = 100;
/// Characters of a reason and of a filter.
const TEXT_CHARS: usize = 500;

/// What does not age until the hold ends: a person's events, or those that a filter finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// Given by the server.
    pub id: String,
    /// Whose events, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Which events: a filter as it stands in an address, such as `category=task&subject=ben`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// When it ends by itself.
    pub expires_at: Time,
}

/// A hold as it is sent: without an id it is a new one.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldDraft {
    /// The id of a hold that stands; absent for a new one.
    pub id: Option<String>,
    /// Whose events, by id; either this or `filter`.
    pub person: Option<String>,
    /// Which events, as a filter stands in an address; either this or `person`.
    pub filter: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// When it ends by itself.
    pub expires_at: Time,
}

impl HoldDraft {
    /// The hold, with an id of its own or the new one given.
    pub(super) fn named(self, new_id: impl FnOnce() -> String) -> Hold {
        let HoldDraft { id, person, filter, owner, reason, expires_at } = self;
        let id = id.unwrap_or_else(new_id);
        Hold { id, person, filter, owner, reason, expires_at }
    }

    /// What is wrong with it; `field` says where it stands, `before` are the holds that stand.
    pub(super) fn check(&self, field: &str, before: &[Hold], now: Time) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut wrong = |name: &str, message: String| {
            errors.push(FieldError::new(format!("{field}.{name}"), message));
        };
        let stands = before.iter().find(|hold| Some(&hold.id) == self.id.as_ref());
        if self.id.is_some() && stands.is_none() {
            wrong("id", "is no hold that stands; a new one comes without an id".to_owned());
        }
        match (&self.person, &self.filter) {
            (Some(person), None) => {
                if let Err(message) = line(person, limits::ID_CHARS) {
                    wrong("person", message);
                }
            }
            (None, Some(filter)) => {
                if let Err(message) = check_filter(filter) {
                    wrong("filter", message);
                }
            }
            _ => wrong("person", "or `filter`: a hold needs one of them, and only one".to_owned()),
        }
        if let Err(message) = line(&self.owner, limits::NAME_CHARS) {
            wrong("owner", message);
        }
        if let Err(message) = line(&self.reason, TEXT_CHARS) {
            wrong("reason", message);
        }
        // One that has ended may stay in the list as it was; it is no reason to refuse the rest.
        let as_it_was = stands.is_some_and(|hold| hold.expires_at == self.expires_at);
        if self.expires_at <= now && !as_it_was {
            wrong("expires_at", "must lie in the future".to_owned());
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
        Ok(filter) if filter.is_empty() => Err("asks for nothing; name at least one field".into()),
        Ok(_) => Ok(()),
        Err(errors) => Err(errors.first().map_or_else(String::new, |error| {
            format!("is not one: `{}` {}", error.field, error.message)
        })),
    }
}
