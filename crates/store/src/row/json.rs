//! Writes an event's JSON from its row: the text that serde makes of the event, without the event.

use annals_event::Time;
use annals_event::json::is_stable;
use annals_event::json::write::Object;
use serde::Serialize;

use super::{Row, Unreadable};

impl Row<&str> {
    /// Writes the JSON as the API serves it, with its cursor, and with its client only if that is
    /// shown.
    pub fn json(&self, out: &mut Vec<u8>, cursor: &str, client: bool) -> Result<(), Unreadable> {
        self.check_parts()?;
        let (class, severity, actor_type) = (self.class()?, self.severity()?, self.actor_type()?);
        let context = self.context()?;
        // Metadata that is certain to be unchanged by parsing is copied; other metadata is parsed
        // and written.
        let metadata = match self.metadata {
            Some(text) if is_stable(text) => None,
            _ => Some(self.metadata()?),
        };
        Object::write(out, |event| {
            event.uuid("id", self.id);
            event.text("cursor", cursor);
            event.time("occurred_at", Time::from_micros(self.occurred_at));
            event.time("created_at", Time::from_micros(self.created_at));
            event.text("category", self.category);
            event.text("action", self.action);
            event.text("class", class.as_str());
            event.text("severity", severity.as_str());
            event.object("actor", |actor| {
                actor.text("type", actor_type.as_str());
                actor.some_text("id", self.actor_id);
                actor.some_text("name", self.actor_name);
                actor.some_text("kind", context.actor_kind.as_deref());
            });
            if let Some(id) = self.subject_id {
                event.object("subject", |subject| {
                    subject.text("id", id);
                    subject.some_text("name", self.subject_name);
                });
            }
            if let Some(id) = self.account_id {
                event.object("account", |account| account.text("id", id));
            }
            if let Some(kind) = self.entity_type {
                event.object("entity", |entity| {
                    entity.text("type", kind);
                    entity.some_text("id", self.entity_id);
                    entity.some_text("name", self.entity_name);
                });
            }
            if let Some((before, after, delta)) = self.points {
                event.object("points", |points| {
                    points.integer("before", before);
                    points.integer("after", after);
                    points.integer("delta", delta);
                });
            }
            let changes = Some(&context.changes);
            part(event, "changes", changes.filter(|changes| !changes.is_empty()));
            event.some_text("session_id", self.session_id);
            part(event, "page", context.page.as_ref());
            part(event, "client", context.client.as_ref().filter(|_| client));
            part(event, "request", context.request.as_ref());
            part(event, "error", context.error.as_ref());
            if !context.cut.is_empty() {
                event.texts("cut", &context.cut);
            }
            event.text("message", self.message);
            match (&metadata, self.metadata) {
                (None, Some(text)) => event.name("metadata").extend_from_slice(text.as_bytes()),
                (metadata, _) => part(event, "metadata", metadata.as_ref()),
            }
            if let Some(at) = self.anonymised_at {
                event.time("anonymised_at", Time::from_micros(at));
            }
        });
        Ok(())
    }
}

fn part(event: &mut Object<'_>, name: &str, value: Option<&impl Serialize>) {
    if let Some(value) = value {
        // Writing to memory cannot fail, and no part has a key that is not a text.
        let _ = serde_json::to_writer(event.name(name), value);
    }
}

#[cfg(test)]
mod tests {
    use annals_event::testing::event;
    use annals_event::{Event, Metadata};
    use proptest::prelude::*;

    use super::*;

    fn borrowed(row: &Row) -> Row<&str> {
        Row {
            seq: row.seq,
            id: row.id,
            created_at: row.created_at,
            occurred_at: row.occurred_at,
            category: &row.category,
            action: &row.action,
            class: row.class,
            severity: row.severity,
            actor_type: row.actor_type,
            actor_id: row.actor_id.as_deref(),
            actor_name: row.actor_name.as_deref(),
            subject_id: row.subject_id.as_deref(),
            subject_name: row.subject_name.as_deref(),
            account_id: row.account_id.as_deref(),
            entity_type: row.entity_type.as_deref(),
            entity_id: row.entity_id.as_deref(),
            entity_name: row.entity_name.as_deref(),
            points: row.points,
            session_id: row.session_id.as_deref(),
            message: &row.message,
            metadata: row.metadata.as_deref(),
            context: row.context.as_deref(),
            anonymised_at: row.anonymised_at,
        }
    }

    proptest! {
        #[test]
        fn is_what_serde_makes_of_the_event(
            mut event in event(), client: bool, anonymised: bool,
        ) {
            if anonymised {
                let at = Some(event.created_at);
                let (subject, account, session_id) = (None, None, None);
                event = Event { subject, account, session_id, anonymised_at: at, ..event };
            }
            event.cursor = "c".to_owned();
            let row = Row::from(&event);
            let mut out = Vec::new();
            borrowed(&row).json(&mut out, "c", client).unwrap();
            event.client = event.client.filter(|_| client);
            let text = String::from_utf8(out).unwrap();
            prop_assert_eq!(text, serde_json::to_string(&event).unwrap());
        }
    }

    #[test]
    fn a_row_that_no_event_could_have_written_is_not_told() {
        let good = Row { metadata: Some("{}"), message: "x", ..Row::default() };
        let mut out = Vec::new();
        assert_eq!(good.json(&mut out, "c", true), Ok(()));
        for (row, column) in [
            (Row { class: 200, ..good.clone() }, "class"),
            (Row { severity: 200, ..good.clone() }, "severity"),
            (Row { actor_type: 200, ..good.clone() }, "actor_type"),
            (Row { subject_name: Some("x"), ..good.clone() }, "subject_id"),
            (Row { entity_name: Some("x"), ..good.clone() }, "entity_type"),
            (Row { metadata: Some("{"), ..good.clone() }, "metadata"),
            (Row { metadata: Some("[]"), ..good.clone() }, "metadata"),
            (Row { context: Some("{\"x\":1}"), ..good.clone() }, "context"),
        ] {
            let result = row.json(&mut out, "c", true);
            assert_eq!(result, Err(Unreadable { seq: 0, column }));
        }
    }

    #[test]
    fn metadata_that_was_changed_into_another_form_is_written_as_it_reads() {
        let row = Row { metadata: Some("{\"b\": 1e2, \"a\":\"\\u0041\"}"), ..Row::default() };
        let mut out = Vec::new();
        row.json(&mut out, "c", true).unwrap();
        let metadata: Metadata = row.metadata().unwrap();
        let text = serde_json::to_string(&metadata).unwrap();
        assert!(String::from_utf8(out).unwrap().contains(&format!("\"metadata\":{text}")));
    }
}
