//! Events as applications send them: about 110 bytes of metadata, twenty in a person's visit.

use std::fmt::{self, Display, Formatter, Write as _};

/// Writes the text of an event; every number gives another.
pub fn event(out: &mut String, number: usize) {
    const KINDS: [(&str, &str); 4] = [
        ("quest", "quest_started"),
        ("quest", "quest_completed"),
        ("navigation", "page_view"),
        ("badge", "badge_viewed"),
    ];
    let (category, action) = KINDS[number % KINDS.len()];
    let learner = learner(number);
    let thing = number % 300;
    // Writing to memory cannot fail.
    let _ = write!(
        out,
        r#"{{"category":"{category}","action":"{action}","actor":{{"type":"user","id":"learner-{learner}","name":"Learner {learner}"}},"entity":{{"type":"quest","id":"quest-{thing}","name":"Volcano {thing}"}},"session_id":"visit-{}","metadata":{}}}"#,
        number / 20,
        Metadata(number),
    );
}

/// Whose event it is: of 5,000 people.
pub fn learner(number: usize) -> usize {
    number / 20 % 5_000
}

/// Its metadata, as it is shown.
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

/// The sentence the catalog makes of it, or one as long.
pub fn message(number: usize) -> String {
    format!("Learner {} started Volcano {}", learner(number), number % 300)
}
