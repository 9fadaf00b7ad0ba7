//! The fields of an event by their dotted names: `actor.id`, `page.path`, `metadata.course`.
//!
//! A mapping's `[event]` and the header of Annals' own CSV export use the same names.

use std::str::FromStr;

use annals_event::{
    Actor, ActorType, Class, Client, Draft, Entity, ErrorInfo, Page, Points, Request, Severity,
    Subject, limits,
};
use serde_json::Value;

use crate::query::export::COLUMNS;

/// The JSON type of a metadata value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    #[default]
    Text,
    /// A whole number.
    Int,
    /// A number.
    Number,
    /// `true` or `false`, also written 1/0, yes/no.
    Bool,
    /// JSON as it is.
    Json,
}

impl Kind {
    /// The words a mapping may use.
    pub const NAMES: &str = "text, int, number, bool, json";

    /// Returns the type with this name.
    pub fn from_name(name: &str) -> Option<Kind> {
        Some(match name {
            "text" => Kind::Text,
            "int" => Kind::Int,
            "number" => Kind::Number,
            "bool" => Kind::Bool,
            "json" => Kind::Json,
            _ => return None,
        })
    }

    fn value(self, text: &str) -> Result<Value, String> {
        match self {
            Kind::Text => Ok(Value::from(text)),
            Kind::Int => number::<i64>(text).map(Value::from),
            Kind::Number => number::<f64>(text).map(Value::from),
            Kind::Bool => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" => Ok(Value::from(true)),
                "false" | "0" | "no" => Ok(Value::from(false)),
                _ => Err(format!("must be true or false, not `{}`", short(text))),
            },
            Kind::Json => serde_json::from_str(text).map_err(|error| format!("not JSON: {error}")),
        }
    }
}

/// One field of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    name: String,
    /// `true` if `category/action` in `action` sets both.
    pair: bool,
}

/// Columns of an export that are not fields of a draft. A mapping's `[time]` sets the time, and the
/// journal sets the rest.
const NOT_A_DRAFT_S: [&str; 4] = ["cursor", "occurred_at", "created_at", "anonymised_at"];

/// Returns every field except those under `metadata.`: an import reads what an export writes.
fn names() -> impl Iterator<Item = &'static str> {
    COLUMNS.into_iter().filter(|name| !NOT_A_DRAFT_S.contains(name))
}

impl FromStr for Field {
    type Err = ();

    fn from_str(name: &str) -> Result<Field, ()> {
        let metadata = name.strip_prefix("metadata.").is_some_and(|key| !key.is_empty());
        if metadata || names().any(|known| known == name) {
            Ok(Field { name: name.into(), pair: true })
        } else {
            Err(())
        }
    }
}

impl Field {
    /// Takes an action as it is: an export has the category in a column of its own.
    pub fn exported(self) -> Field {
        Field { pair: false, ..self }
    }

    /// Returns the dotted name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns `true` if there are names of this group, such as `actor`.
    pub fn is_group(name: &str) -> bool {
        names().any(|field| field.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
            || name == "metadata"
    }

    /// Writes the text into the draft, or says why it is invalid.
    pub fn set(&self, draft: &mut Draft, text: &str, kind: Kind) -> Result<(), String> {
        let own = || Some(text.to_owned());
        match self.name.as_str() {
            "id" => draft.id = Some(text.parse().map_err(|_| "must be a UUID".to_owned())?),
            "category" => draft.category = own(),
            // `navigation/page_view` gives both: many actions decide their category.
            "action" => match text.split_once('/').filter(|_| self.pair) {
                Some((category, action)) => {
                    draft.category = Some(category.into());
                    draft.action = action.into();
                }
                None => draft.action = text.into(),
            },
            "class" => {
                let class = Class::from_name(text);
                draft.class = Some(class.ok_or_else(|| unknown(text, "class"))?);
            }
            "severity" => {
                let severity = Severity::from_name(text);
                draft.severity = Some(severity.ok_or_else(|| unknown(text, "severity"))?);
            }
            "actor.type" => {
                let known = ActorType::from_name(text);
                let actor = actor(draft);
                actor.kind = known.unwrap_or(ActorType::User);
                if known.is_none() {
                    actor.own_kind.get_or_insert(text.into());
                }
            }
            "actor.id" => actor(draft).id = own(),
            "actor.name" => actor(draft).name = own(),
            "actor.kind" => actor(draft).own_kind = own(),
            "subject.id" => subject(draft).id = text.into(),
            "subject.name" => subject(draft).name = own(),
            "account.id" => draft.account.get_or_insert_default().id = text.into(),
            "entity.type" => entity(draft).kind = text.into(),
            "entity.id" => entity(draft).id = own(),
            "entity.name" => entity(draft).name = own(),
            "points.before" => points(draft).before = number(text)?,
            "points.after" => points(draft).after = number(text)?,
            "points.delta" => points(draft).delta = number(text)?,
            "session_id" => draft.session_id = own(),
            "page.path" => page(draft).path = own(),
            "page.title" => page(draft).title = own(),
            "page.referrer" => page(draft).referrer = own(),
            "page.load_ms" => page(draft).load_ms = Some(rounded(text)?),
            "page.engaged_ms" => page(draft).engaged_ms = Some(rounded(text)?),
            "client.ip" => client(draft).ip = own(),
            "client.user_agent" => client(draft).user_agent = own(),
            "client.device" => client(draft).device = own(),
            "client.os" => client(draft).os = own(),
            "client.browser" => client(draft).browser = own(),
            "request.method" => request(draft).method = own(),
            "request.route" => request(draft).route = own(),
            "request.status" => request(draft).status = Some(number(text)?),
            "request.duration_ms" => request(draft).duration_ms = Some(rounded(text)?),
            "error.type" => fault(draft).kind = own(),
            "error.message" => fault(draft).message = own(),
            "error.stack" => fault(draft).stack = own(),
            "error.component" => fault(draft).component = own(),
            "error.endpoint" => fault(draft).endpoint = own(),
            "error.status" => fault(draft).status = Some(number(text)?),
            "cut" => draft.cut = text.split(' ').map(str::to_owned).collect(),
            "changes" => {
                draft.changes = serde_json::from_str(text).map_err(|_| {
                    "must be a JSON list such as [{\"field\":\"role\",\"before\":1,\"after\":2}]"
                })?;
            }
            "message" => draft.message = own(),
            "metadata" => match Kind::Json.value(text)? {
                Value::Object(object) => draft.metadata.extend(object),
                _ => return Err("must be a JSON object".into()),
            },
            // `metadata.KEY`: the only other name that `from_str` accepts.
            name => {
                let key = name.strip_prefix("metadata.").unwrap_or(name);
                draft.metadata.insert(key.into(), kind.value(text)?);
            }
        }
        Ok(())
    }
}

fn actor(draft: &mut Draft) -> &mut Actor {
    draft.actor.get_or_insert_default()
}
fn subject(draft: &mut Draft) -> &mut Subject {
    draft.subject.get_or_insert_default()
}
fn entity(draft: &mut Draft) -> &mut Entity {
    draft.entity.get_or_insert_default()
}
fn points(draft: &mut Draft) -> &mut Points {
    draft.points.get_or_insert_default()
}
fn page(draft: &mut Draft) -> &mut Page {
    draft.page.get_or_insert_default()
}
fn client(draft: &mut Draft) -> &mut Client {
    draft.client.get_or_insert_default()
}
fn request(draft: &mut Draft) -> &mut Request {
    draft.request.get_or_insert_default()
}
fn fault(draft: &mut Draft) -> &mut ErrorInfo {
    draft.error.get_or_insert_default()
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    let wrong = |_| format!("must be a number, not `{}`", short(text));
    text.trim().parse().map_err(wrong)
}

/// Reads a number of milliseconds; fractions are rounded, as the server does.
fn rounded(text: &str) -> Result<u64, String> {
    let number: f64 = number(text)?;
    if !(0.0..=limits::MAX_INTEGER as f64).contains(&number) {
        return Err(format!("must be a number from 0 on, not `{}`", short(text)));
    }
    Ok(number.round() as u64)
}

fn unknown(text: &str, what: &str) -> String {
    format!("`{}` is not a valid {what}", short(text))
}

/// Returns the beginning of a text, for an error message.
pub fn short(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_field_that_can_be_set() {
        for name in names() {
            let field: Field = name.parse().unwrap();
            let text = match name {
                "id" => "0190a0b0-0000-7000-8000-000000000000",
                "class" => "audit",
                "severity" => "warning",
                "actor.type" => "child",
                "changes" => "[{\"field\":\"a\",\"after\":1}]",
                "metadata" => "{\"a\":1}",
                _ => "7",
            };
            let mut draft = Draft::default();
            field.set(&mut draft, text, Kind::Text).unwrap();
            assert_ne!(draft, Draft::default(), "{name} set nothing");
        }
        assert!("actor.colour".parse::<Field>().is_err());
        assert!("metadata.".parse::<Field>().is_err());
    }

    #[test]
    fn metadata_keeps_its_type() {
        let field: Field = "metadata.n".parse().unwrap();
        let mut draft = Draft::default();
        for (kind, text, json) in [
            (Kind::Text, "4", "\"4\""),
            (Kind::Int, "4", "4"),
            (Kind::Number, "4.5", "4.5"),
            (Kind::Bool, "yes", "true"),
            (Kind::Json, "[1]", "[1]"),
        ] {
            field.set(&mut draft, text, kind).unwrap();
            assert_eq!(draft.metadata["n"].to_string(), json);
        }
        assert!(field.set(&mut draft, "four", Kind::Int).is_err());
    }
}
