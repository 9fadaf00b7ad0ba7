//! Events as applications send them: about 110 bytes of metadata, twenty events in a session.

use std::fmt::{self, Display, Formatter, Write as _};

/// Writes an event as JSON; every number gives another event.
pub fn event(out: &mut String, number: usize) {
    const KINDS: [(&str, &str); 4] = [
        ("quest", "quest_started"),
        ("quest", "quest_completed"),
        ("navigation", "page_view"),
        ("badge", "badge_viewed"),
    ];
    let (category, action) = KINDS[number % KINDS.len()];
    let learner = learner(number);
    let quest = number % 300;
    // Writing to memory cannot fail.
    let _ = write!(
        out,
        r#"{{"category":"{category}","action":"{action}","actor":{{"type":"user","id":"learner-{learner}","name":"Learner {learner}"}},"entity":{{"type":"quest","id":"quest-{quest}","name":"Volcano {quest}"}},"session_id":"visit-{}","metadata":{}}}"#,
        number / 20,
        Metadata(number),
    );
}

/// The event's person, one of 5,000.
pub fn learner(number: usize) -> usize {
    number / 20 % 5_000
}

/// The event's metadata, formatted as JSON.
pub struct Metadata(pub usize);

impl Display for Metadata {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            r#"{{"attempt":{},"course":"volcanoes-and-earthquakes","device_hint":"tablet in the library","pillar":"science","xp":{}}}"#,
            self.0 % 7,
            self.0 % 90,
        )
    }
}

/// The message that the catalog makes of it, or one of the same length.
pub fn message(number: usize) -> String {
    format!("Learner {} started Volcano {}", learner(number), number % 300)
}
