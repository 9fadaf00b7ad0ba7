//! What a filter asks of an event, answered by its row.

use std::borrow::Cow;

use annals_event::{ActorType, Severity, Time};

use super::Row;
use crate::filter::{Asked, Field, metadata_text};

impl Asked for Row<&str> {
    fn occurred_at(&self) -> Time {
        Time::from_micros(self.occurred_at)
    }

    fn text(&self, field: &Field) -> Option<Cow<'_, str>> {
        let text = match field {
            Field::Category => Some(self.category),
            Field::Action => Some(self.action),
            Field::Severity => Severity::from_code(self.severity).map(Severity::as_str),
            Field::Actor => self.actor_id,
            Field::ActorType => ActorType::from_code(self.actor_type).map(ActorType::as_str),
            Field::Subject => self.subject_id,
            Field::EntityType => self.entity_type,
            Field::EntityId => self.entity_id,
            Field::SessionId => self.session_id,
            Field::Metadata(key) => {
                // One that cannot be read has no field, and nothing is told of it.
                let metadata = self.metadata().ok()?;
                return metadata.get(key).and_then(metadata_text).map(Cow::Owned);
            }
        };
        text.map(Cow::Borrowed)
    }

    fn searched(&self) -> [Option<&str>; 4] {
        [Some(self.message), self.entity_name, self.actor_name, Some(self.action)]
    }
}
