//! Row ↔ [`Event`]: the columns both engines share.
//!
//! Ids, names and whatever a filter asks for are columns; what is only shown (page, client,
//! request, error) goes into one `context` object. Texts of JSON are canonical, so that what is
//! read back hashes as it did when it was written.

use annals_event::{
    Account, Actor, ActorType, Client, Entity, ErrorInfo, Event, Metadata, Page, Points, Request,
    Severity, Subject, Time, Uuid, digest,
};
use serde::Deserialize;

use super::StoreError;

/// An event as columns. Times are microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the column, and the event's field, of its name")]
pub struct Row {
    pub seq: u64,
    pub id: Uuid,
    pub created_at: i64,
    pub occurred_at: i64,
    pub category: String,
    pub action: String,
    pub severity: u8,
    pub actor_type: u8,
    pub actor_id: Option<String>,
    pub actor_name: Option<String>,
    pub subject_id: Option<String>,
    pub subject_name: Option<String>,
    pub account_id: Option<String>,
    pub entity_type: Option<String>,
    pub entity_id: Option<String>,
    pub entity_name: Option<String>,
    pub points: Option<(i64, i64, i64)>,
    pub session_id: Option<String>,
    pub message: String,
    pub metadata: Option<String>,
    pub context: Option<String>,
    pub anonymised_at: Option<i64>,
}

/// What is shown but never asked for.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Context {
    client: Option<Client>,
    error: Option<ErrorInfo>,
    page: Option<Page>,
    request: Option<Request>,
}

/// A row that no event could have written.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("position {seq}: {column} cannot be read")]
pub struct Unreadable {
    /// Which row.
    pub seq: u64,
    /// Which column.
    pub column: &'static str,
}

/// An event's metadata as the column has it; none for an empty object.
pub fn metadata(event: &Event) -> Option<String> {
    (!event.metadata.is_empty()).then(|| text(digest::canonical_object(&event.metadata)))
}

/// An event's page, client, request and error as the column has them; none without any.
pub fn context(event: &Event) -> Option<String> {
    digest::context(event).map(text)
}

impl From<&Event> for Row {
    fn from(event: &Event) -> Row {
        let entity = event.entity.as_ref();
        Row {
            seq: event.seq,
            id: event.id,
            created_at: event.created_at.as_micros(),
            occurred_at: event.occurred_at.as_micros(),
            category: event.category.clone(),
            action: event.action.clone(),
            severity: event.severity.code(),
            actor_type: event.actor.kind.code(),
            actor_id: event.actor.id.clone(),
            actor_name: event.actor.name.clone(),
            subject_id: event.subject.as_ref().map(|subject| subject.id.clone()),
            subject_name: event.subject.as_ref().and_then(|subject| subject.name.clone()),
            account_id: event.account.as_ref().map(|account| account.id.clone()),
            entity_type: entity.map(|entity| entity.kind.clone()),
            entity_id: entity.and_then(|entity| entity.id.clone()),
            entity_name: entity.and_then(|entity| entity.name.clone()),
            points: event.points.map(|points| (points.before, points.after, points.delta)),
            session_id: event.session_id.clone(),
            message: event.message.clone(),
            metadata: metadata(event),
            context: context(event),
            anonymised_at: event.anonymised_at.map(Time::as_micros),
        }
    }
}

impl Row {
    /// The event of a row, if the row is the one that event is written as. Other columns can give
    /// the same event, such as JSON with a space more: the event would pass for untouched, the row
    /// is not.
    pub fn exactly(self) -> Result<Event, String> {
        let event = Event::try_from(self.clone()).map_err(|error| error.to_string())?;
        if Row::from(&event) == self {
            Ok(event)
        } else {
            Err("its columns are not as they were written".to_owned())
        }
    }
}

impl From<Unreadable> for StoreError {
    fn from(error: Unreadable) -> StoreError {
        StoreError::Damaged(error.to_string())
    }
}

/// Canonical JSON as text.
fn text(canonical: Vec<u8>) -> String {
    // Canonical JSON is UTF-8 by definition (RFC 8785, section 3.2.4).
    String::from_utf8(canonical).unwrap_or_default()
}

impl TryFrom<Row> for Event {
    type Error = Unreadable;

    fn try_from(row: Row) -> Result<Event, Unreadable> {
        let unreadable = |column| Unreadable { seq: row.seq, column };
        let metadata: Metadata = match &row.metadata {
            None => Metadata::new(),
            Some(text) => serde_json::from_str(text).map_err(|_| unreadable("metadata"))?,
        };
        let context: Context = match &row.context {
            None => Context::default(),
            Some(text) => serde_json::from_str(text).map_err(|_| unreadable("context"))?,
        };
        let severity = Severity::from_code(row.severity).ok_or(unreadable("severity"))?;
        let kind = ActorType::from_code(row.actor_type).ok_or(unreadable("actor_type"))?;
        let entity = match (row.entity_type, row.entity_id, row.entity_name) {
            (Some(kind), id, name) => Some(Entity { kind, id, name }),
            (None, None, None) => None,
            _ => return Err(unreadable("entity_type")),
        };
        let subject = match (row.subject_id, row.subject_name) {
            (Some(id), name) => Some(Subject { id, name }),
            (None, None) => None,
            (None, Some(_)) => return Err(unreadable("subject_id")),
        };
        Ok(Event {
            id: row.id,
            seq: row.seq,
            cursor: String::new(),
            occurred_at: Time::from_micros(row.occurred_at),
            created_at: Time::from_micros(row.created_at),
            category: row.category,
            action: row.action,
            severity,
            actor: Actor { kind, id: row.actor_id, name: row.actor_name },
            subject,
            account: row.account_id.map(|id| Account { id }),
            entity,
            points: row.points.map(|(before, after, delta)| Points { before, after, delta }),
            session_id: row.session_id,
            page: context.page,
            client: context.client,
            request: context.request,
            error: context.error,
            message: row.message,
            metadata,
            anonymised_at: row.anonymised_at.map(Time::from_micros),
        })
    }
}
