//! Turns rows into events and back: the columns that both engines share.
//!
//! Ids, names and every field of the filter are columns; fields that are only shown (changes, page,
//! client, request, error) are in one `context` object. JSON texts are canonical, so that an event read
//! back has the same hash.
//!
//! Lists and exports filter and write rows directly (`asked.rs`, `json.rs`), without making events.

use annals_event::{
    Account, Actor, ActorType, Change, Class, Client, Entity, ErrorInfo, Event, Metadata, Page,
    Points, Request, Severity, Subject, Time, Uuid, digest,
};
use serde::Deserialize;

use super::StoreError;

mod asked;
mod json;

/// An event as columns, whose texts are its own or borrowed. Times are in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the column, and the event's field, of its name")]
pub struct Row<T = String> {
    pub seq: u64,
    pub id: Uuid,
    pub created_at: i64,
    pub occurred_at: i64,
    pub category: T,
    pub action: T,
    pub class: u8,
    pub severity: u8,
    pub actor_type: u8,
    pub actor_id: Option<T>,
    pub actor_name: Option<T>,
    pub subject_id: Option<T>,
    pub subject_name: Option<T>,
    pub account_id: Option<T>,
    pub entity_type: Option<T>,
    pub entity_id: Option<T>,
    pub entity_name: Option<T>,
    pub points: Option<(i64, i64, i64)>,
    pub session_id: Option<T>,
    pub message: T,
    pub metadata: Option<T>,
    pub context: Option<T>,
    pub anonymised_at: Option<i64>,
}

/// The fields that are shown but never filtered by.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Context {
    actor_kind: Option<String>,
    changes: Vec<Change>,
    client: Option<Client>,
    cut: Vec<String>,
    error: Option<ErrorInfo>,
    page: Option<Page>,
    request: Option<Request>,
}

/// A row that no event could have written.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("position {seq}: {column} cannot be read")]
pub struct Unreadable {
    /// The row's position.
    pub seq: u64,
    /// The unreadable column.
    pub column: &'static str,
}

/// An event's metadata in the column's form; `None` for an empty object.
pub fn metadata(event: &Event) -> Option<String> {
    (!event.metadata.is_empty()).then(|| text(digest::canonical_object(&event.metadata)))
}

/// The fields of an event that have no column, such as its page and its changes, in the column's form;
/// `None` without any.
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
            class: event.class.code(),
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

impl Row<&str> {
    /// The row with texts of its own.
    pub fn into_owned(self) -> Row {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Row {
            seq: self.seq,
            id: self.id,
            created_at: self.created_at,
            occurred_at: self.occurred_at,
            category: self.category.to_owned(),
            action: self.action.to_owned(),
            class: self.class,
            severity: self.severity,
            actor_type: self.actor_type,
            actor_id: own(self.actor_id),
            actor_name: own(self.actor_name),
            subject_id: own(self.subject_id),
            subject_name: own(self.subject_name),
            account_id: own(self.account_id),
            entity_type: own(self.entity_type),
            entity_id: own(self.entity_id),
            entity_name: own(self.entity_name),
            points: self.points,
            session_id: own(self.session_id),
            message: self.message.to_owned(),
            metadata: own(self.metadata),
            context: own(self.context),
            anonymised_at: self.anonymised_at,
        }
    }
}

impl Row {
    /// The event of a row, if the event would be written as this very row. Another row, such as one
    /// with an extra space in its JSON, can give the same event, and its change would pass
    /// unnoticed.
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

/// The values of the columns, if an event could have written them.
impl<T: AsRef<str>> Row<T> {
    fn unreadable(&self, column: &'static str) -> Unreadable {
        Unreadable { seq: self.seq, column }
    }

    fn severity(&self) -> Result<Severity, Unreadable> {
        Severity::from_code(self.severity).ok_or_else(|| self.unreadable("severity"))
    }

    fn class(&self) -> Result<Class, Unreadable> {
        Class::from_code(self.class).ok_or_else(|| self.unreadable("class"))
    }

    fn actor_type(&self) -> Result<ActorType, Unreadable> {
        ActorType::from_code(self.actor_type).ok_or_else(|| self.unreadable("actor_type"))
    }

    fn metadata(&self) -> Result<Metadata, Unreadable> {
        match &self.metadata {
            None => Ok(Metadata::new()),
            Some(text) => {
                serde_json::from_str(text.as_ref()).map_err(|_| self.unreadable("metadata"))
            }
        }
    }

    fn context(&self) -> Result<Context, Unreadable> {
        match &self.context {
            None => Ok(Context::default()),
            Some(text) => {
                serde_json::from_str(text.as_ref()).map_err(|_| self.unreadable("context"))
            }
        }
    }

    /// Expects an entity to have a type, and a subject an id.
    fn check_parts(&self) -> Result<(), Unreadable> {
        if self.entity_type.is_none() && (self.entity_id.is_some() || self.entity_name.is_some()) {
            return Err(self.unreadable("entity_type"));
        }
        if self.subject_id.is_none() && self.subject_name.is_some() {
            return Err(self.unreadable("subject_id"));
        }
        Ok(())
    }
}

impl<T: AsRef<str> + Into<String>> TryFrom<Row<T>> for Event {
    type Error = Unreadable;

    fn try_from(row: Row<T>) -> Result<Event, Unreadable> {
        row.check_parts()?;
        let (class, severity, kind) = (row.class()?, row.severity()?, row.actor_type()?);
        let (metadata, context) = (row.metadata()?, row.context()?);
        let own = |text: Option<T>| text.map(Into::into);
        let (entity_id, entity_name) = (own(row.entity_id), own(row.entity_name));
        let subject_name = own(row.subject_name);
        Ok(Event {
            id: row.id,
            seq: row.seq,
            cursor: String::new(),
            occurred_at: Time::from_micros(row.occurred_at),
            created_at: Time::from_micros(row.created_at),
            category: row.category.into(),
            action: row.action.into(),
            class,
            severity,
            actor: Actor {
                kind,
                id: own(row.actor_id),
                name: own(row.actor_name),
                own_kind: context.actor_kind,
            },
            subject: own(row.subject_id).map(|id| Subject { id, name: subject_name }),
            account: own(row.account_id).map(|id| Account { id }),
            entity: own(row.entity_type).map(|kind| Entity {
                kind,
                id: entity_id,
                name: entity_name,
            }),
            points: row.points.map(|(before, after, delta)| Points { before, after, delta }),
            changes: context.changes,
            session_id: own(row.session_id),
            page: context.page,
            client: context.client,
            request: context.request,
            error: context.error,
            cut: context.cut,
            message: row.message.into(),
            metadata,
            anonymised_at: row.anonymised_at.map(Time::from_micros),
        })
    }
}
