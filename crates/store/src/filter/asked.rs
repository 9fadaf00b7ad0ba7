//! The part of an event that a filter reads, whether the event is complete or still a row.

use std::borrow::Cow;

use annals_event::{Event, Time};
use serde_json::Value;

use super::{Field, Term};

/// An event that a filter can be applied to.
pub trait Asked {
    /// Returns when it happened.
    fn occurred_at(&self) -> Time;
    /// Returns a field as the text that terms compare; `None` if the event has none.
    fn text(&self, field: &Field) -> Option<Cow<'_, str>>;
    /// Returns the texts that `q` searches.
    fn searched(&self) -> [Option<&str>; 4];
}

impl Asked for Event {
    fn occurred_at(&self) -> Time {
        self.occurred_at
    }

    fn text(&self, field: &Field) -> Option<Cow<'_, str>> {
        match field {
            Field::Metadata(key) => self.metadata.get(key).and_then(metadata_text).map(Cow::Owned),
            field => field.text(self).map(Cow::Borrowed),
        }
    }

    fn searched(&self) -> [Option<&str>; 4] {
        [
            Some(self.message.as_str()),
            self.entity.as_ref().and_then(|entity| entity.name.as_deref()),
            self.actor.name.as_deref(),
            Some(self.action.as_str()),
        ]
    }
}

/// Returns the texts of an event that `q` searches.
pub fn searched(event: &Event) -> impl Iterator<Item = &str> {
    Asked::searched(event).into_iter().flatten()
}

impl Term {
    pub(super) fn fits(&self, event: &impl Asked) -> bool {
        match event.text(&self.field) {
            Some(value) => self.values.iter().any(|wanted| *wanted == value) != self.negated,
            None => self.negated,
        }
    }
}

/// Returns a metadata value as the text that a filter compares: strings as they are, numbers and
/// booleans as in JSON; `null`, arrays and objects count as absent.
pub fn metadata_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
