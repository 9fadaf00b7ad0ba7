//! The removal of one person from an event.

use std::collections::BTreeSet;

use annals_event::{Actor, Entity, Event, Time};
use serde_json::Value;

/// The text in place of the person.
const ERASED: &str = "[erased]";

/// A person to be erased, with their id and names.
#[derive(Clone, Debug)]
pub struct Forget {
    id: String,
    /// Id and names, longest first: a name may contain a shorter one.
    known_as: Vec<String>,
    at: Time,
}

impl Forget {
    /// Makes the removal of a person known by these names in the given events, and by `name`
    /// elsewhere.
    pub fn new<'a>(
        id: &str,
        name: Option<&str>,
        events: impl IntoIterator<Item = &'a Event>,
        at: Time,
    ) -> Forget {
        let mut known_as: BTreeSet<&str> = [Some(id), name].into_iter().flatten().collect();
        for event in events {
            let (actor, subject, entity) = (&event.actor, &event.subject, &event.entity);
            let mine = |other: Option<&str>| other == Some(id);
            let names = [
                actor.name.as_deref().filter(|_| is_actor(actor, id)),
                subject.as_ref().filter(|s| s.id == id).and_then(|s| s.name.as_deref()),
                entity
                    .as_ref()
                    .filter(|entity| is_person(entity) && mine(entity.id.as_deref()))
                    .and_then(|entity| entity.name.as_deref()),
            ];
            if entity.as_ref().is_some_and(|of| is_person(of) && mine(of.id.as_deref())) {
                known_as.extend(changed_names(event).into_iter().map(String::as_str));
            }
            known_as.extend(names.into_iter().flatten().filter(|name| !name.is_empty()));
        }
        let mut known_as: Vec<String> = known_as.into_iter().map(str::to_owned).collect();
        known_as.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Forget { id: id.to_owned(), known_as, at }
    }

    /// Returns an event without the person.
    pub fn without(&self, event: &Event) -> Event {
        let mut event = event.clone();
        let acted = is_actor(&event.actor, &self.id);
        let about = event.subject.as_ref().is_some_and(|subject| subject.id == self.id);
        if acted {
            event.actor =
                Actor { kind: event.actor.kind, id: None, name: None, ..Actor::default() };
        }
        event.subject = event.subject.filter(|_| !about);
        event.account = event.account.filter(|account| account.id != self.id);
        if let Some(entity) = &mut event.entity
            && is_person(entity)
            && entity.id.as_ref() == Some(&self.id)
        {
            (entity.id, entity.name) = (None, None);
        }
        if acted || about {
            event.session_id = None;
            event.client = None;
        }
        self.text(&mut event.message);
        event.metadata.values_mut().for_each(|value| self.value(value));
        let changes = event.changes.iter_mut();
        let sides = changes.flat_map(|change| [&mut change.before, &mut change.after]);
        sides.flatten().for_each(|value| self.value(value));
        let page = event.page.iter_mut();
        let page = page.flat_map(|page| [&mut page.path, &mut page.title, &mut page.referrer]);
        let error = event.error.iter_mut().map(|error| &mut error.message);
        page.chain(error).flatten().for_each(|text| self.text(text));
        event.anonymised_at = Some(self.at);
        event
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.value(value)),
            Value::Object(values) => values.values_mut().for_each(|value| self.value(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Removes the person's id and names from a text, where they are separate words.
    fn text(&self, text: &mut String) {
        for name in &self.known_as {
            let mut from = 0;
            while let Some(found) = text[from..].find(name.as_str()) {
                let (start, end) = (from + found, from + found + name.len());
                let before = text[..start].chars().next_back();
                let after = text[end..].chars().next();
                let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                if inside(before) || inside(after) {
                    from = start + text[start..].chars().next().map_or(1, char::len_utf8);
                } else {
                    text.replace_range(start..end, ERASED);
                    from = start + ERASED.len();
                }
            }
        }
    }
}

fn is_actor(actor: &Actor, id: &str) -> bool {
    actor.kind.is_person() && actor.id.as_deref() == Some(id)
}

/// Returns the names that an event about a person gave or took.
pub(super) fn changed_names(event: &Event) -> Vec<&String> {
    let changes = event.changes.iter().filter(|change| change.field == "name");
    let sides = changes.flat_map(|change| [&change.before, &change.after]).flatten();
    fn name(value: &Value) -> Option<&String> {
        match value {
            Value::String(name) if !name.trim().is_empty() => Some(name),
            _ => None,
        }
    }
    sides.filter_map(name).collect()
}

/// Returns `true` if an entity is a person.
pub(super) fn is_person(entity: &Entity) -> bool {
    matches!(entity.kind.as_str(), "user" | "child")
}

#[cfg(test)]
mod tests {
    use annals_event::{Account, ActorType, Change, Subject};
    use serde_json::json;

    use super::*;
    use crate::store::conformance::START;
    use crate::store::conformance::world::plain;

    fn event() -> Event {
        Event {
            actor: Actor {
                kind: ActorType::User,
                id: Some("cleo".to_owned()),
                name: Some("Cleo Doe".to_owned()),
                own_kind: Some("teacher".to_owned()),
            },
            subject: Some(Subject { id: "ben".to_owned(), name: Some("Ben".to_owned()) }),
            account: Some(Account { id: "cleo".to_owned() }),
            session_id: Some("s".to_owned()),
            message: "Cleo Doe (cleo) thanked Ben for Cleopatra, said Cleo".to_owned(),
            metadata: json!({"by": "cleo", "list": [{"x": "for Cleo Doe"}], "n": 5})
                .as_object()
                .unwrap()
                .clone(),
            ..plain(1).event
        }
    }

    #[test]
    fn somebody_is_taken_out_and_nobody_else() {
        let event = event();
        let left = Forget::new("cleo", Some("Cleo"), [&event], START).without(&event);
        assert_eq!(
            left.actor,
            Actor { kind: ActorType::User, id: None, name: None, ..Actor::default() }
        );
        assert_eq!((left.account, left.session_id), (None, None));
        assert_eq!(left.subject, event.subject);
        let message = "[erased] ([erased]) thanked Ben for Cleopatra, said [erased]";
        assert_eq!(left.message, message);
        let metadata = json!({"by": "[erased]", "list": [{"x": "for [erased]"}], "n": 5});
        assert_eq!(json!(left.metadata), metadata);
        assert_eq!(left.anonymised_at, Some(START));
    }

    #[test]
    fn a_child_leaves_its_guardian_s_event() {
        let event = event();
        let left = Forget::new("ben", None, [&event], START).without(&event);
        assert_eq!((left.subject, left.actor), (None, event.actor.clone()));
        assert_eq!((left.account, left.session_id), (event.account.clone(), None));
        assert!(left.message.contains("thanked [erased] for"), "{}", left.message);
    }

    #[test]
    fn a_text_of_names_alone_ends() {
        for (id, text, left) in [
            ("a", "a a aa a", "[erased] [erased] aa [erased]"),
            ("é", "éé é", "éé [erased]"),
            ("erased", "erased", "[erased]"),
        ] {
            let mut text = text.to_owned();
            Forget::new(id, None, [], START).text(&mut text);
            assert_eq!(text, left);
        }
    }

    #[test]
    fn former_names_are_those_that_changes_gave_and_took() {
        let renamed = Event {
            entity: Some(Entity {
                kind: "child".to_owned(),
                id: Some("kim".to_owned()),
                name: Some("Kim".to_owned()),
            }),
            changes: vec![
                Change::new("name", "Kimberly".into(), "Kim".into()),
                Change::new("note", "Kimberly stays".into(), json!(["kim", "kind"])),
            ],
            ..plain(1).event
        };
        let forget = Forget::new("kim", Some("Kim"), [&renamed], START);
        let left = forget.without(&renamed);
        let changes = json!([
            {"field": "name", "before": ERASED, "after": ERASED},
            {"field": "note", "before": "[erased] stays", "after": [ERASED, "kind"]},
        ]);
        assert_eq!(json!(left.changes), changes);
        let other = Event { message: "Kimberly waved".to_owned(), ..plain(2).event };
        assert_eq!(forget.without(&other).message, "[erased] waved");
    }
}
