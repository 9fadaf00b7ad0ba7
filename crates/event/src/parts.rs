//! The parts an event is made of.
//!
//! Every optional field is left out of JSON when absent; `null` on the way in means absent.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The type of an actor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ActorType {
    /// A grown-up user of the application.
    User,
    /// A child.
    Child,
    /// A program holding an API key.
    ApiKey,
    /// A device, such as a lamp or a sensor.
    Device,
    /// The application or Annals itself.
    #[default]
    System,
    /// Somebody who did not say who they are.
    Anonymous,
}

impl ActorType {
    /// Every actor type.
    pub const ALL: [ActorType; 6] = [
        ActorType::User,
        ActorType::Child,
        ActorType::ApiKey,
        ActorType::Device,
        ActorType::System,
        ActorType::Anonymous,
    ];

    /// Returns the word used in JSON, filters and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            ActorType::User => "user",
            ActorType::Child => "child",
            ActorType::ApiKey => "api_key",
            ActorType::Device => "device",
            ActorType::System => "system",
            ActorType::Anonymous => "anonymous",
        }
    }

    /// Returns the byte used in compact storage.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Returns the actor type with this [`code`](ActorType::code).
    pub fn from_code(code: u8) -> Option<ActorType> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Returns the actor type with this name.
    pub fn from_name(name: &str) -> Option<ActorType> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Returns `true` if such an actor is a person, whom privacy law protects.
    pub const fn is_person(self) -> bool {
        matches!(self, ActorType::User | ActorType::Child)
    }
}

/// The person or program that did it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// The type of actor.
    #[serde(rename = "type")]
    pub kind: ActorType,
    /// The application's own id of the actor, ≤ 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name at that moment, ≤ 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The sender's own word for the type, such as `teacher`, ≤ 50 characters.
    #[serde(rename = "kind", default, skip_serializing_if = "Option::is_none")]
    pub own_kind: Option<String>,
}

/// An actor as a sender may write it, for the API's document.
#[cfg(feature = "openapi")]
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum SentActor {
    /// The id of a user.
    Id(String),
    /// The actor.
    Actor(Actor),
}

/// The person an event is about: the child, the student; privacy law's data subject.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Subject {
    /// The application's own id of the person, ≤ 200 characters.
    pub id: String,
    /// The name at that moment, ≤ 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The user account an event belongs to, if that is not the actor: the guardian in whose family a
/// child acts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    /// The application's own id of the account, ≤ 200 characters.
    pub id: String,
}

/// The entity it was done to. The name is kept, because the entity may be deleted later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entity {
    /// The type of entity, in the sender's own word, ≤ 50 characters.
    #[serde(rename = "type")]
    pub kind: String,
    /// The application's own id of the entity, ≤ 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name at that moment, ≤ 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A change of a balance: `delta == after - before`, always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Points {
    /// The balance before.
    pub before: i64,
    /// The balance after.
    pub after: i64,
    /// The difference.
    pub delta: i64,
}

/// One field that an event changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The field's name in the sender's own word, ≤ 100 characters.
    pub field: String,
    /// The value before, any JSON; absent or null: it had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Value>))]
    pub before: Option<Value>,
    /// The value after, any JSON; absent or null: it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Value>))]
    pub after: Option<Value>,
}

impl Change {
    /// Makes a change; null counts as absent.
    pub fn new(field: impl Into<String>, before: Value, after: Value) -> Change {
        let some = |value: Value| (!value.is_null()).then_some(value);
        Change { field: field.into(), before: some(before), after: some(after) }
    }
}

/// The page it happened on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page {
    /// The path without query and fragment, ≤ 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The page's title, ≤ 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The address the visitor came from, ≤ 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// Time to load, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_ms: Option<u64>,
    /// Time the page was visible and focused, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engaged_ms: Option<u64>,
}

/// The program and machine it was done with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Client {
    /// The IP address, truncated at intake to /24 or /48 unless configured otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// The user agent as sent, ≤ 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// `mobile`, `tablet`, `desktop` or `bot`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The operating system's family, such as `Android`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// The browser's family, such as `Firefox`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
}

/// The HTTP request it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Request {
    /// The method, such as `GET`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The route pattern or path, ≤ 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// The HTTP status, 100 to 599.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Duration in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// A fault in the application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorInfo {
    /// The error's type, such as `TypeError`, ≤ 200 characters.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The error's message, ≤ 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The stack, ≤ 16,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// The component that failed, ≤ 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// The endpoint that failed, ≤ 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The HTTP status, 100 to 599.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}
