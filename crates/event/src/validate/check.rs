//! The rules about an event's content.

use serde_json::{Map, Value};

use super::fields::Faults;
use super::{FieldError, id_fault, word_fault};
use crate::cut::CUT_FIELDS;
use crate::{Change, Draft, Points, digest, json, limits};

/// The control characters a text may hold.
#[derive(Clone, Copy, PartialEq)]
enum Controls {
    /// None: paths and words, which are compared and printed in one line.
    None,
    /// Line breaks and tabs: sentences and names as people paste them.
    Layout,
    /// All but NUL: texts that programs write. Terminal colours in a stack are no reason to lose
    /// the error.
    AllButNul,
}

impl Draft {
    /// Checks every rule about content, for drafts read from JSON and for those built by programs.
    ///
    /// # Errors
    /// Every field that breaks a rule.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut rules = Rules(Faults::default());
        self.check_what(&mut rules);
        self.check_who(&mut rules);
        self.check_where(&mut rules);
        rules.changes(&self.changes);
        rules.metadata(&self.metadata);
        rules.0.into_result()
    }

    /// Checks time, name, entity, points, message.
    fn check_what(&self, rules: &mut Rules) {
        match self.age_ms {
            Some(_) if self.occurred_at.is_some() => {
                rules.fault("age_ms", "say either `occurred_at` or `age_ms`, not both");
            }
            Some(age) if age > limits::AGE_MS => rules.fault("age_ms", "must be at most 24 hours"),
            _ => {}
        }
        if let Some(category) = &self.category {
            rules.word("category", category, limits::CATEGORY_CHARS);
        }
        rules.word("action", &self.action, limits::ACTION_CHARS);
        if let Some(entity) = &self.entity {
            rules.word("entity.type", &entity.kind, limits::CATEGORY_CHARS);
            rules.id("entity.id", entity.id.as_deref());
            rules.name("entity.name", entity.name.as_deref());
        }
        if let Some(points) = self.points {
            rules.points(points);
        }
        let message = self.message.as_deref();
        rules.text("message", message, limits::MESSAGE_CHARS, Controls::Layout);
    }

    /// Checks actor, subject, account, session.
    fn check_who(&self, rules: &mut Rules) {
        if let Some(actor) = &self.actor {
            rules.id("actor.id", actor.id.as_deref());
            rules.name("actor.name", actor.name.as_deref());
            if let Some(kind) = &actor.own_kind {
                rules.word("actor.kind", kind, limits::CATEGORY_CHARS);
            }
        }
        if let Some(subject) = &self.subject {
            rules.id("subject.id", Some(&subject.id));
            rules.name("subject.name", subject.name.as_deref());
        }
        if let Some(account) = &self.account {
            rules.id("account.id", Some(&account.id));
        }
        rules.id("session_id", self.session_id.as_deref());
    }

    /// Checks page, client, request, error.
    fn check_where(&self, rules: &mut Rules) {
        use Controls::{AllButNul, Layout, None as NoControls};
        // Long texts of these are cut, not refused (`cut.rs`).
        if let Some(page) = &self.page {
            rules.controls("page.path", page.path.as_deref(), NoControls);
            rules.controls("page.title", page.title.as_deref(), Layout);
            rules.controls("page.referrer", page.referrer.as_deref(), NoControls);
            rules.size("page.load_ms", page.load_ms);
            rules.size("page.engaged_ms", page.engaged_ms);
        }
        if let Some(client) = &self.client {
            let agent = client.user_agent.as_deref();
            rules.text("client.ip", client.ip.as_deref(), limits::WORD_CHARS, NoControls);
            rules.controls("client.user_agent", agent, NoControls);
            rules.controls("client.device", client.device.as_deref(), NoControls);
            rules.controls("client.os", client.os.as_deref(), NoControls);
            rules.controls("client.browser", client.browser.as_deref(), NoControls);
        }
        if let Some(request) = &self.request {
            rules.controls("request.method", request.method.as_deref(), NoControls);
            rules.controls("request.route", request.route.as_deref(), NoControls);
            rules.status("request.status", request.status);
            rules.size("request.duration_ms", request.duration_ms);
        }
        if let Some(error) = &self.error {
            rules.controls("error.type", error.kind.as_deref(), Layout);
            rules.controls("error.message", error.message.as_deref(), AllButNul);
            rules.controls("error.stack", error.stack.as_deref(), AllButNul);
            rules.controls("error.component", error.component.as_deref(), Layout);
            rules.controls("error.endpoint", error.endpoint.as_deref(), NoControls);
            rules.status("error.status", error.status);
        }
        let known = |name: &String| CUT_FIELDS.iter().any(|(field, _)| field == name);
        if !self.cut.iter().all(known) {
            rules.fault(
                "cut",
                "may name `changes` and texts of page, client, request and error only",
            );
        }
    }
}

/// The rules, and the errors found so far.
struct Rules(Faults);

impl Rules {
    fn fault(&mut self, field: &str, message: impl Into<String>) {
        self.0.add(field.to_owned(), message);
    }

    fn text(&mut self, field: &str, text: Option<&str>, most: usize, controls: Controls) {
        let Some(text) = text else { return };
        // Bytes are at least as many as characters, so most texts need no counting.
        if text.len() > most && text.chars().count() > most {
            self.fault(field, format!("must have at most {most} characters"));
        }
        self.controls(field, Some(text), controls);
    }

    fn controls(&mut self, field: &str, text: Option<&str>, controls: Controls) {
        let Some(text) = text else { return };
        let forbidden = |c: char| match controls {
            Controls::None => c.is_control(),
            Controls::Layout => c.is_control() && !matches!(c, '\n' | '\r' | '\t'),
            Controls::AllButNul => c == '\0',
        };
        if text.contains(forbidden) {
            self.fault(field, "must not contain control characters");
        }
    }

    /// Checks one of the sender's own words.
    fn word(&mut self, field: &str, text: &str, most: usize) {
        if let Some(fault) = word_fault(text, most) {
            self.fault(field, fault);
        }
    }

    fn id(&mut self, field: &str, id: Option<&str>) {
        if let Some(fault) = id.and_then(id_fault) {
            self.fault(field, fault);
        }
    }

    fn name(&mut self, field: &str, name: Option<&str>) {
        self.text(field, name, limits::NAME_CHARS, Controls::Layout);
    }

    fn status(&mut self, field: &str, status: Option<u16>) {
        if status.is_some_and(|status| !(100..=599).contains(&status)) {
            self.fault(field, "must be an HTTP status from 100 to 599");
        }
    }

    /// Checks a number of milliseconds; programs could set more than JSON can carry.
    fn size(&mut self, field: &str, size: Option<u64>) {
        if size.is_some_and(|size| size > limits::MAX_INTEGER.unsigned_abs()) {
            self.fault(field, "must be at most 9007199254740991");
        }
    }

    fn points(&mut self, points: Points) {
        let Points { before, after, delta } = points;
        for (field, value) in
            [("points.before", before), ("points.after", after), ("points.delta", delta)]
        {
            if value.unsigned_abs() > limits::MAX_INTEGER.unsigned_abs() {
                self.fault(field, "must lie within ±9007199254740991");
            }
        }
        if after.checked_sub(before) != Some(delta) {
            self.fault("points.delta", "must be points.after minus points.before");
        }
    }

    fn changes(&mut self, changes: &[Change]) {
        if changes.len() > limits::CHANGES {
            self.fault("changes", format!("must have at most {} entries", limits::CHANGES));
            return;
        }
        let mut most = 0;
        for (at, change) in changes.iter().enumerate() {
            let field = format!("changes[{at}].field");
            if change.field.trim().is_empty() {
                self.fault(&field, "must not be empty");
            }
            let name = Some(change.field.as_str());
            self.text(&field, name, limits::CHANGE_FIELD_CHARS, Controls::Layout);
            for (side, value) in [("before", &change.before), ("after", &change.after)] {
                let Some(value) = value else { continue };
                // The event is depth 1, the list 2, the change 3.
                if let Some(fault) = value_fault(value, limits::DEPTH - 3) {
                    self.fault(&format!("changes[{at}].{side}"), fault);
                }
                most += most_value_bytes(value);
            }
            // The names `field`, `before` and `after` and their punctuation.
            most += 40 + most_text_bytes(&change.field);
        }
        // Canonical text defines the size; it is made only if it could be too long.
        if most > limits::CHANGES_BYTES && bytes_once_cut(changes) > limits::CHANGES_BYTES {
            let fault =
                "must have at most 16 KiB: send less of each value, such as a number or a hash";
            self.fault("changes", fault);
        }
    }

    fn metadata(&mut self, metadata: &Map<String, Value>) {
        if metadata.is_empty() {
            return;
        }
        if metadata.len() > limits::METADATA_KEYS {
            let most = limits::METADATA_KEYS;
            self.fault("metadata", format!("must have at most {most} keys"));
        }
        for (key, value) in metadata {
            let most = limits::METADATA_KEY_CHARS;
            if key.len() > most && key.chars().count() > most {
                let fault = format!("the key must have at most {most} characters");
                self.fault(&metadata_field(key), fault);
            }
            // The event is depth 1, metadata 2, so a value may be 6 deep.
            let fault = json::key_fault(key).or_else(|| value_fault(value, limits::DEPTH - 2));
            if let Some(fault) = fault {
                self.fault(&metadata_field(key), fault);
            }
        }
        // Canonical text defines the size; it is made only if it could be too long.
        if most_bytes(metadata) > limits::METADATA_BYTES
            && digest::canonical_object(metadata).len() > limits::METADATA_BYTES
        {
            self.fault("metadata", "must have at most 16 KiB");
        }
    }
}

/// Names a metadata key in an error. Short, because keys are the sender's own words.
fn metadata_field(key: &str) -> String {
    let shown: String = key.chars().filter(|c| !c.is_control()).take(60).collect();
    format!("metadata.{shown}")
}

/// Returns the bytes of the canonical text, once long texts are cut (`cut.rs`).
fn bytes_once_cut(changes: &[Change]) -> usize {
    let mut draft = Draft { changes: changes.to_vec(), ..Draft::default() };
    draft.cut_texts();
    digest::canonical(&draft.changes).len()
}

/// Returns an upper bound of the bytes of the object's canonical text.
fn most_bytes(map: &Map<String, Value>) -> usize {
    let fields = map.iter();
    2 + fields.map(|(key, value)| 2 + most_text_bytes(key) + most_value_bytes(value)).sum::<usize>()
}

/// Returns an upper bound of the bytes of the value's canonical text.
fn most_value_bytes(value: &Value) -> usize {
    match value {
        // Far more than a number or a word needs.
        Value::Null | Value::Bool(_) | Value::Number(_) => 32,
        Value::String(text) => most_text_bytes(text),
        Value::Array(items) => {
            2 + items.iter().map(|item| 1 + most_value_bytes(item)).sum::<usize>()
        }
        Value::Object(map) => most_bytes(map),
    }
}

fn most_text_bytes(text: &str) -> usize {
    // `\u001f` is the longest escape of one byte.
    2 + 6 * text.len()
}

/// Returns why a value cannot be stored, if it cannot. Stops at the given depth, which bounds the
/// stack it needs.
fn value_fault(value: &Value, depth: usize) -> Option<&'static str> {
    match value {
        Value::Null | Value::Bool(_) => None,
        Value::Number(number) => json::canonical_number(number).err(),
        Value::String(text) => json::text_fault(text),
        Value::Array(_) | Value::Object(_) if depth == 0 => Some("nested too deeply"),
        Value::Array(items) => items.iter().find_map(|item| value_fault(item, depth - 1)),
        Value::Object(map) => map.iter().find_map(|(key, value)| {
            json::key_fault(key).or_else(|| value_fault(value, depth - 1))
        }),
    }
}
