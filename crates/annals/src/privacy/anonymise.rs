//! The anonymiser, which removes people from events that are too old to be about anybody.

use std::collections::HashSet;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use annals_event::{Actor, Change, Event, Metadata, Time};
use serde_json::Value;

use super::forget::{changed_names, is_person};
use super::places;
use crate::store::{PeopleQuery, Result, Store, StoreError};

/// The text in place of a person.
const ANONYMISED: &str = "[anonymised]";
/// Number of people read at once.
const PAGE: usize = 1_000;

/// An anonymiser. It knows the people in the directory, and those that an event names itself.
#[derive(Debug)]
pub struct Anonymiser {
    names: AhoCorasick,
    ids: HashSet<String>,
    at: Time,
}

impl Anonymiser {
    /// Loads everybody from the directory, including archived people.
    ///
    /// # Errors
    /// The directory cannot be read, or is too large to be searched for.
    pub async fn load(store: &dyn Store, at: Time) -> Result<Anonymiser> {
        let (mut ids, mut names) = (HashSet::new(), HashSet::new());
        let mut after = None;
        loop {
            let query =
                PeopleQuery { archived: true, after, limit: PAGE, ..PeopleQuery::default() };
            let people = store.people(query).await?;
            after = people.last().filter(|_| people.len() == PAGE).map(|last| last.id.clone());
            for person in people {
                names.extend(person.name.filter(|name| !name.trim().is_empty()));
                ids.insert(person.id);
            }
            if after.is_none() {
                return Anonymiser::new(ids, names, at);
            }
        }
    }

    fn new(ids: HashSet<String>, names: HashSet<String>, at: Time) -> Result<Anonymiser> {
        let names = AhoCorasick::new(ids.iter().chain(&names));
        let names = names.map_err(|error| {
            StoreError::Unavailable(format!("the directory cannot be searched for: {error}"))
        })?;
        Ok(Anonymiser { names, ids, at })
    }

    /// Returns the event without its people.
    pub fn remains(&self, event: &Event) -> Event {
        let content = Content { all: self, own: own_names(event) };
        let mut event = event.clone();
        if event.actor.kind.is_person() {
            event.actor =
                Actor { kind: event.actor.kind, id: None, name: None, ..Actor::default() };
        }
        (event.subject, event.account, event.session_id, event.client) = (None, None, None, None);
        if let Some(entity) = &mut event.entity {
            if is_person(entity) {
                (entity.id, entity.name) = (None, None);
            }
            // A number alone may be the id of anything.
            let named = |id: &String| self.ids.contains(id) && !is_number(id);
            entity.id = entity.id.take().filter(|id| !named(id));
            content.text(entity.name.as_mut());
        }
        content.text(Some(&mut event.message));
        content.changes(&mut event.changes);
        content.object(&mut event.metadata);
        if let Some(page) = &mut event.page {
            for text in [&mut page.path, &mut page.title, &mut page.referrer] {
                content.text(text.as_mut());
            }
        }
        if let Some(request) = &mut event.request {
            content.text(request.route.as_mut());
        }
        if let Some(error) = &mut event.error {
            for text in [&mut error.message, &mut error.stack, &mut error.endpoint] {
                content.text(text.as_mut());
            }
        }
        event.anonymised_at = Some(self.at);
        event
    }

    /// Returns a path without the people who looked at its page.
    pub fn path<'a>(&self, path: &str, looked: impl IntoIterator<Item = &'a String>) -> String {
        let own = looked.into_iter().filter(|id| !id.trim().is_empty()).cloned().collect();
        let mut path = path.to_owned();
        Content { all: self, own }.text(Some(&mut path));
        path
    }
}

/// Returns the names in an event's own fields, also of people that the directory does not know.
fn own_names(event: &Event) -> Vec<String> {
    let actor = event.actor.kind.is_person().then_some(&event.actor);
    let entity = event.entity.as_ref().filter(|entity| is_person(entity));
    let client = event.client.as_ref();
    let renamed = entity.map_or(Vec::new(), |_| changed_names(event));
    let names = [
        actor.and_then(|actor| actor.id.as_ref()),
        actor.and_then(|actor| actor.name.as_ref()),
        event.subject.as_ref().map(|subject| &subject.id),
        event.subject.as_ref().and_then(|subject| subject.name.as_ref()),
        event.account.as_ref().map(|account| &account.id),
        entity.and_then(|entity| entity.id.as_ref()),
        entity.and_then(|entity| entity.name.as_ref()),
        event.session_id.as_ref(),
        client.and_then(|client| client.ip.as_ref()),
        client.and_then(|client| client.user_agent.as_ref()),
    ];
    let names = names.into_iter().flatten().chain(renamed);
    names.filter(|name| !name.trim().is_empty()).cloned().collect()
}

/// The searchable content of one event.
struct Content<'a> {
    all: &'a Anonymiser,
    own: Vec<String>,
}

impl Content<'_> {
    fn text(&self, text: Option<&mut String>) {
        let Some(text) = text else { return };
        let mut found: Vec<Range<usize>> = places::of_addresses(text);
        found.extend(places::of_names(text, &self.all.names));
        found.extend(self.own.iter().flat_map(|name| places::of_name(text, name)));
        if let Some(clean) = places::replaced(text, found, ANONYMISED) {
            *text = clean;
        }
    }

    fn changes(&self, changes: &mut [Change]) {
        for change in changes {
            let sides = [change.before.as_mut(), change.after.as_mut()];
            sides.into_iter().flatten().for_each(|value| self.value(&change.field, value));
            self.text(Some(&mut change.field));
        }
    }

    fn value(&self, key: &str, value: &mut Value) {
        match value {
            Value::String(text) => self.text(Some(text)),
            Value::Array(values) => values.iter_mut().for_each(|value| self.value(key, value)),
            Value::Object(values) => self.object(values),
            // `user_id: 7` names somebody, `xp: 7` does not.
            Value::Number(number) if is_id(key) && self.knows(&number.to_string()) => {
                *value = ANONYMISED.into();
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Anonymises keys too: `{"scores": {"ada": 5}}`. If two keys become one, a value is lost.
    fn object(&self, values: &mut Metadata) {
        *values = std::mem::take(values)
            .into_iter()
            .map(|(mut key, mut value)| {
                self.value(&key, &mut value);
                if !is_number(&key) {
                    self.text(Some(&mut key));
                }
                (key, value)
            })
            .collect();
    }

    fn knows(&self, id: &str) -> bool {
        self.all.ids.contains(id) || self.own.iter().any(|own| own == id)
    }
}

fn is_id(key: &str) -> bool {
    key == "id" || key.ends_with("_id") || key.ends_with("Id") || key.ends_with("ID")
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use annals_event::{Account, ActorType, Client, Entity, Page, Subject};
    use serde_json::json;

    use super::*;
    use crate::store::conformance::START;
    use crate::store::conformance::world::plain;

    fn anonymiser() -> Anonymiser {
        let all = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Anonymiser::new(all(&["ben", "42", "c-7"]), all(&["Ben Doe"]), START).unwrap()
    }

    fn event() -> Event {
        Event {
            actor: Actor {
                kind: ActorType::User,
                id: Some("cleo".to_owned()),
                name: Some("Cleo Doe".to_owned()),
                own_kind: Some("teacher".to_owned()),
            },
            subject: Some(Subject { id: "kim".to_owned(), name: Some("Kim".to_owned()) }),
            account: Some(Account { id: "acc-1".to_owned() }),
            session_id: Some("s-99".to_owned()),
            client: Some(Client { ip: Some("192.0.2.0".to_owned()), ..Client::default() }),
            entity: Some(Entity {
                kind: "quest".to_owned(),
                id: Some("42".to_owned()),
                name: Some("Help Ben Doe".to_owned()),
            }),
            message: "Cleo Doe (cleo) helped Kim and Ben Doe; mail ben@example.org".to_owned(),
            page: Some(Page { path: Some("/people/kim/42".to_owned()), ..Page::default() }),
            changes: vec![
                Change::new("user_id", 42.into(), "cleo".into()),
                Change::new("quests of Kim", json!([42, "Ben Doe"]), 7.into()),
            ],
            metadata: json!({
                "by": "cleo", "xp": 42, "user_id": 42, "family": {"ben": 1, "lamp": "acc-1"},
                "list": [{"seen": "from 192.0.2.9 in s-99"}], "count": 7,
            })
            .as_object()
            .unwrap()
            .clone(),
            ..plain(1).event
        }
    }

    #[test]
    fn nobody_is_left_and_what_happened_is() {
        let left = anonymiser().remains(&event());
        assert_eq!(
            left.actor,
            Actor { kind: ActorType::User, id: None, name: None, ..Actor::default() }
        );
        assert_eq!((left.subject, left.account, left.session_id), (None, None, None));
        assert_eq!((left.client, left.anonymised_at), (None, Some(START)));
        let a = ANONYMISED;
        assert_eq!(left.message, format!("{a} ({a}) helped {a} and {a}; mail {a}"));
        let entity = left.entity.unwrap();
        assert_eq!(entity.id.as_deref(), Some("42"));
        assert_eq!(entity.name, Some(format!("Help {a}")));
        assert_eq!(left.page.unwrap().path, Some(format!("/people/{a}/{a}")));
        let metadata = json!({
            "by": a, "xp": 42, "user_id": a, "family": {a: 1, "lamp": a},
            "list": [{"seen": format!("from {a} in {a}")}], "count": 7,
        });
        assert_eq!(json!(left.metadata), metadata);
        let changes = json!([
            {"field": "user_id", "before": a, "after": a},
            {"field": format!("quests of {a}"), "before": [42, a], "after": 7},
        ]);
        assert_eq!(json!(left.changes), changes);
    }

    #[test]
    fn a_machine_that_acted_stays_and_a_person_who_is_the_entity_goes() {
        let entity = |kind: &str, id: &str| {
            let (id, name) = (Some(id.to_owned()), Some("Kim".to_owned()));
            Some(Entity { kind: kind.to_owned(), id, name })
        };
        let device = Actor {
            kind: ActorType::Device,
            id: Some("lamp-1".to_owned()),
            name: Some("Lamp".to_owned()),
            ..Actor::default()
        };
        let of_person = Event { actor: device.clone(), entity: entity("child", "kim"), ..event() };
        let left = anonymiser().remains(&of_person);
        assert_eq!(left.actor, device);
        assert_eq!(left.entity.map(|entity| (entity.id, entity.name)), Some((None, None)));
        // Another entity type for a person, whom the directory knows.
        let of_student = Event { entity: entity("student", "c-7"), ..event() };
        let left = anonymiser().remains(&of_student).entity.unwrap();
        assert_eq!((left.id, left.name.as_deref()), (None, Some(ANONYMISED)));
    }

    #[test]
    fn done_twice_changes_nothing_more() {
        let once = anonymiser().remains(&event());
        assert_eq!(anonymiser().remains(&once), once);
    }
}
