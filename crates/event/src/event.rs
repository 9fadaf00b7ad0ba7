//! An event as the journal keeps and returns it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Account, Actor, Change, Class, Client, Entity, ErrorInfo, Metadata, Page, Points, Request,
    Severity, Subject, Time,
};

/// An event on record: who did what, to whom, when, and what it changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// The event's own id.
    pub id: Uuid,
    /// Position in the journal; 0 until the journal has numbered it. Never public: the outside
    /// sees the opaque `cursor`.
    #[serde(skip)]
    pub seq: u64,
    /// The position as an opaque, authenticated text; filled in when the event is served.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cursor: String,
    /// When it happened.
    pub occurred_at: Time,
    /// When the journal recorded it; never runs backwards along the journal.
    pub created_at: Time,
    /// The sender's own word, ≤ 50 characters.
    pub category: String,
    /// The sender's own word, ≤ 100 characters.
    pub action: String,
    /// The class, which decides how long it is kept.
    pub class: Class,
    /// The severity.
    pub severity: Severity,
    /// The person or program that did it.
    pub actor: Actor,
    /// The person it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The user account it belongs to, if that is not the actor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// The entity it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<Entity>,
    /// A change of a balance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// The fields it changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// The session it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The page it happened on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Page>,
    /// The program and machine it was done with; shown to the person themselves, admins and
    /// auditors only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Client>,
    /// The HTTP request it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    /// A fault in the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorInfo>,
    /// The texts that were too long and were cut, such as `error.stack`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<String>,
    /// One human sentence.
    pub message: String,
    /// The sender's own JSON object.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Metadata,
    /// When the people were removed from the event, if they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anonymised_at: Option<Time>,
}
