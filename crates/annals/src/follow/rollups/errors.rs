//! Errors by group: of one type at the same place in the application's own code. If no stack shows
//! the place, the message decides, without its variable parts.

mod frame;
mod message;

use annals_event::Event;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use crate::id;
use crate::store::Sighting;

/// The features of an error that decide its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Features {
    /// The type, or else the action.
    kind: String,
    /// The uppermost frame of the application's own code.
    place: Option<String>,
    /// The message without numbers, ids and quoted words.
    words: String,
}

impl Features {
    fn of(event: &Event) -> Features {
        let error = event.error.as_ref();
        let kind = error.and_then(|error| error.kind.as_deref()).unwrap_or(&event.action);
        let stack = error.and_then(|error| error.stack.as_deref());
        let said = error.and_then(|error| {
            let said = [&error.message, &error.endpoint, &error.component];
            said.into_iter().find_map(|text| text.as_deref())
        });
        Features {
            kind: kind.to_owned(),
            place: stack.and_then(frame::top),
            words: message::folded(said.unwrap_or_default()),
        }
    }

    /// Returns the group's id: eight bytes of a hash, in hex.
    fn group(&self) -> String {
        let (by, text) = match &self.place {
            Some(place) => ("place", place),
            None => ("words", &self.words),
        };
        let hash = Sha256::digest(format!("{}\0{by}\0{text}", self.kind));
        id::hex(&hash[..8])
    }
}

/// Returns an occurrence of an event that is an error.
pub(super) fn sighting(event: &Event, day: Date, person: Option<&str>) -> Sighting {
    let features = Features::of(event);
    Sighting {
        group: features.group(),
        kind: features.kind,
        place: features.place,
        words: features.words,
        at: event.occurred_at,
        day,
        person: person.map(str::to_owned),
        position: event.seq,
        event: event.id,
    }
}

#[cfg(test)]
mod tests;
