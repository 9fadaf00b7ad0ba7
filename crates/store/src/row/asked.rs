//! Answers a filter's questions about an event from its row.

use std::borrow::Cow;

use annals_event::{ActorType, Class, Severity, Time};

use super::Row;
use crate::filter::{Asked, Field, metadata_text};

impl Asked for Row<&str> {
    fn occurred_at(&self) -> Time {
        Time::from_micros(self.occurred_at)
    }

    fn text(&self, field: &Field) -> Option<Cow<'_, str>> {
        if let Field::Metadata(key) = field {
            // Metadata that cannot be read has no fields.
            let metadata = self.metadata().ok()?;
            return metadata.get(key).and_then(metadata_text).map(Cow::Owned);
        }
        self.column(field.column()).map(Cow::Borrowed)
    }

    fn searched(&self) -> [Option<&str>; 4] {
        [Some(self.message), self.entity_name, self.actor_name, Some(self.action)]
    }
}

impl<'r> Row<&'r str> {
    /// The text of a column; the numbers of closed fields as their words.
    fn column(&self, name: &str) -> Option<&'r str> {
        match name {
            "category" => Some(self.category),
            "action" => Some(self.action),
            "class" => Class::from_code(self.class).map(Class::as_str),
            "severity" => Severity::from_code(self.severity).map(Severity::as_str),
            "actor_type" => ActorType::from_code(self.actor_type).map(ActorType::as_str),
            "actor_id" => self.actor_id,
            "actor_name" => self.actor_name,
            "subject_id" => self.subject_id,
            "subject_name" => self.subject_name,
            "account_id" => self.account_id,
            "entity_type" => self.entity_type,
            "entity_id" => self.entity_id,
            "entity_name" => self.entity_name,
            "session_id" => self.session_id,
            "message" => Some(self.message),
            _ => None,
        }
    }
}
