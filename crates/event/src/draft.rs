//! An event as its sender writes it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Account, Actor, Change, Class, Client, Entity, ErrorInfo, Metadata, Page, Points, Request,
    Severity, Subject, Time,
};

/// An event as its sender writes it; the server fills in what is absent.
///
/// [`Draft::from_json`](crate::validate) reads one from JSON and names every invalid field.
/// Programs build it directly.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Draft {
    /// A UUID (version 7 recommended) of the sender's, so that sending again records once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// When it happened; only a `service` or `admin` key may say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Time>,
    /// Age in milliseconds, at most 24 hours: for a browser's offline queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_ms: Option<u64>,
    /// The sender's own word, ≤ 50 characters; absent: the catalog's category of the action, else
    /// what comes before its first `.` or `:` (not from browsers), else `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The sender's own word, ≤ 100 characters: letters and digits of any script, `_ . : / -` and
    /// single spaces between them.
    pub action: String,
    /// `audit`, `activity` or `error`, which decides how long it is kept; only a `service` or `admin`
    /// key may say so, and only of actions that the catalog does not name. Absent: `audit` from
    /// such a key, else `activity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    /// Absent: the catalog's severity, else `info`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The person or program that did it; absent: `system`. A plain text is a user's id. An unknown
    /// type, such as `teacher`, is kept as `user` with the word in `kind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::parts::SentActor>))]
    pub actor: Option<Actor>,
    /// The person it is about; absent: the actor, when a user or a child.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The user account it belongs to, if that is not the actor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// The entity it was done to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<Entity>,
    /// A change of a balance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// The fields it changed, ≤ 50 and ≤ 16 KiB.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_items = 50))]
    pub changes: Vec<Change>,
    /// The session it belongs to, ≤ 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The page it happened on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<Page>,
    /// The program and machine it was done with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Client>,
    /// The HTTP request it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    /// A fault in the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorInfo>,
    /// The texts that somebody cut already, such as `error.stack`: an export has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<String>,
    /// One human sentence, ≤ 1,000 characters; absent: rendered from the catalog's template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The sender's own JSON object, ≤ 16 KiB, ≤ 64 keys, depth ≤ 8.
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Metadata,
}
