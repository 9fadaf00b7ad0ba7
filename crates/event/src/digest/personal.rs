//! The part of an event that is about people, as canonical JSON.

use std::ops::Range;

use super::canonical::canonical;
use crate::json::write::Object;
use crate::{Change, Client, ErrorInfo, Event, Page, Request};

/// An event's personal part as canonical JSON (RFC 8785).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Personal {
    text: Vec<u8>,
    metadata: Range<usize>,
}

impl Personal {
    /// Returns the bytes, which are UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// Returns the part that is the event's metadata, an object.
    pub fn metadata(&self) -> &str {
        // Canonical JSON is UTF-8 by definition (RFC 8785, section 3.2.4).
        str::from_utf8(&self.text[self.metadata.clone()]).unwrap_or_default()
    }
}

/// Returns the part of an event that is about people.
pub fn personal(event: &Event) -> Personal {
    let mut text = Vec::with_capacity(512);
    let mut metadata = 0..0;
    Object::write(&mut text, |personal| {
        if let Some(account) = &event.account {
            personal.object("account", |fields| fields.text("id", &account.id));
        }
        personal.object("actor", |fields| {
            fields.some_text("id", event.actor.id.as_deref());
            fields.some_text("kind", event.actor.own_kind.as_deref());
            fields.some_text("name", event.actor.name.as_deref());
            fields.text("type", event.actor.kind.as_str());
        });
        changes(personal, &event.changes);
        client(personal, event.client.as_ref());
        cut(personal, &event.cut);
        // The type is part of the skeleton.
        if let Some(entity) = &event.entity {
            personal.object("entity", |fields| {
                fields.some_text("id", entity.id.as_deref());
                fields.some_text("name", entity.name.as_deref());
            });
        }
        error(personal, event.error.as_ref());
        personal.text("message", &event.message);
        metadata = personal.map("metadata", &event.metadata);
        page(personal, event.page.as_ref());
        request(personal, event.request.as_ref());
        personal.some_text("session_id", event.session_id.as_deref());
        if let Some(subject) = &event.subject {
            personal.object("subject", |fields| {
                fields.text("id", &subject.id);
                fields.some_text("name", subject.name.as_deref());
            });
        }
    });
    Personal { text, metadata }
}

/// Returns what has no column of its own as one object in canonical JSON: the actor's own kind,
/// changes, client, cut, error, page and request; `None` if the event has none of them.
pub fn context(event: &Event) -> Option<Vec<u8>> {
    let nothing = event.actor.own_kind.is_none()
        && event.changes.is_empty()
        && event.client.is_none()
        && event.cut.is_empty()
        && event.error.is_none()
        && event.page.is_none()
        && event.request.is_none();
    if nothing {
        return None;
    }
    let mut text = Vec::with_capacity(256);
    Object::write(&mut text, |context| {
        context.some_text("actor_kind", event.actor.own_kind.as_deref());
        changes(context, &event.changes);
        client(context, event.client.as_ref());
        cut(context, &event.cut);
        error(context, event.error.as_ref());
        page(context, event.page.as_ref());
        request(context, event.request.as_ref());
    });
    Some(text)
}

fn changes(object: &mut Object<'_>, changes: &[Change]) {
    if !changes.is_empty() {
        object.name("changes").extend(canonical(&changes));
    }
}

fn client(object: &mut Object<'_>, client: Option<&Client>) {
    let Some(client) = client else { return };
    object.object("client", |fields| {
        fields.some_text("browser", client.browser.as_deref());
        fields.some_text("device", client.device.as_deref());
        fields.some_text("ip", client.ip.as_deref());
        fields.some_text("os", client.os.as_deref());
        fields.some_text("user_agent", client.user_agent.as_deref());
    });
}

fn cut(object: &mut Object<'_>, cut: &[String]) {
    if !cut.is_empty() {
        object.texts("cut", cut);
    }
}

fn error(object: &mut Object<'_>, error: Option<&ErrorInfo>) {
    let Some(error) = error else { return };
    object.object("error", |fields| {
        fields.some_text("component", error.component.as_deref());
        fields.some_text("endpoint", error.endpoint.as_deref());
        fields.some_text("message", error.message.as_deref());
        fields.some_text("stack", error.stack.as_deref());
        fields.some_number("status", error.status.map(u64::from));
        fields.some_text("type", error.kind.as_deref());
    });
}

fn page(object: &mut Object<'_>, page: Option<&Page>) {
    let Some(page) = page else { return };
    object.object("page", |fields| {
        fields.some_number("engaged_ms", page.engaged_ms);
        fields.some_number("load_ms", page.load_ms);
        fields.some_text("path", page.path.as_deref());
        fields.some_text("referrer", page.referrer.as_deref());
        fields.some_text("title", page.title.as_deref());
    });
}

fn request(object: &mut Object<'_>, request: Option<&Request>) {
    let Some(request) = request else { return };
    object.object("request", |fields| {
        fields.some_number("duration_ms", request.duration_ms);
        fields.some_text("method", request.method.as_deref());
        fields.some_text("route", request.route.as_deref());
        fields.some_number("status", request.status.map(u64::from));
    });
}
