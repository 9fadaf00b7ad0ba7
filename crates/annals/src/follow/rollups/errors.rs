//! Errors by group: of one type, at the same place in the application's own code, or, where no
//! stack tells the place, with the same message but for what differs from one time to the next.

mod frame;
mod message;

use annals_event::Event;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use crate::id;
use crate::store::Sighting;

/// What an error says, as the group it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trait {
    /// Its type; what happened, where it names none.
    kind: String,
    /// The uppermost frame of the application's own code.
    place: Option<String>,
    /// The message without numbers, ids and quoted words.
    words: String,
}

impl Trait {
    fn of(event: &Event) -> Trait {
        let error = event.error.as_ref();
        let kind = error.and_then(|error| error.kind.as_deref()).unwrap_or(&event.action);
        let stack = error.and_then(|error| error.stack.as_deref());
        let said = error.and_then(|error| {
            let said = [&error.message, &error.endpoint, &error.component];
            said.into_iter().find_map(|text| text.as_deref())
        });
        Trait {
            kind: kind.to_owned(),
            place: stack.and_then(frame::top),
            words: message::folded(said.unwrap_or_default()),
        }
    }

    /// The group's name: eight bytes of a hash, in hex.
    fn group(&self) -> String {
        let (by, text) = match &self.place {
            Some(place) => ("place", place),
            None => ("words", &self.words),
        };
        let hash = Sha256::digest(format!("{}\0{by}\0{text}", self.kind));
        id::hex(&hash[..8])
    }
}

/// What an event that is an error tells.
pub(super) fn sighting(event: &Event, day: Date, person: Option<&str>) -> Sighting {
    let told = Trait::of(event);
    Sighting {
        group: told.group(),
        kind: told.kind,
        place: told.place,
        words: told.words,
        at: event.occurred_at,
        day,
        person: person.map(str::to_owned),
        position: event.seq,
        event: event.id,
    }
}

#[cfg(test)]
mod tests;
