//! A reader of [`Draft`]s from JSON: types and names of fields.

use super::fields::{Faults, Fields};
use super::{FieldError, word_fault};
use crate::json::Node;
use crate::{
    Account, Actor, ActorType, Change, Class, Client, Draft, Entity, ErrorInfo, Page, Points,
    Request, Severity, Subject, Time, Uuid, limits,
};

impl Draft {
    /// Reads a draft from JSON that [`json::read`](crate::json::read) or
    /// [`json::parse`](crate::json::parse) has read. [`Draft::check`] checks its content.
    ///
    /// # Errors
    /// Every field of a wrong type. Unknown fields are refused, because a misspelt one would be
    /// lost silently. An error never repeats a value.
    pub fn from_json<'t>(json: impl Into<Node<'t>>) -> Result<Draft, Vec<FieldError>> {
        let Node::Object(object) = json.into() else {
            return Err(vec![FieldError::new("", "an event must be a JSON object")]);
        };
        let mut faults = Faults::default();
        let draft = draft(Fields::new(object, ""), &mut faults);
        faults.into_result().map(|()| draft)
    }
}

fn draft(mut fields: Fields<'_>, faults: &mut Faults) -> Draft {
    let id = fields.parsed("id", faults, "a UUID", |text| Uuid::parse_str(text).ok());
    let time = "an RFC 3339 time such as 2026-11-21T08:30:00Z, between the years 1900 and 9999";
    let occurred_at = fields.parsed("occurred_at", faults, time, |text| text.parse::<Time>().ok());
    let severities = "one of info, notice, warning, error, critical";
    let classes = "one of ledger, audit, activity, error";
    let draft = Draft {
        id,
        occurred_at,
        age_ms: fields.rounded("age_ms", faults),
        category: fields.text("category", faults),
        action: fields.required("action", faults),
        class: fields.parsed("class", faults, classes, Class::from_name),
        severity: fields.parsed("severity", faults, severities, Severity::from_name),
        actor: match fields.object_or_text("actor", faults) {
            Some(Ok(object)) => Some(actor(object, faults)),
            Some(Err(id)) => {
                Some(Actor { kind: ActorType::User, id: Some(id), ..Actor::default() })
            }
            None => None,
        },
        subject: fields.object("subject", faults).map(|f| subject(f, faults)),
        account: fields.object("account", faults).map(|f| account(f, faults)),
        entity: fields.object("entity", faults).map(|f| entity(f, faults)),
        points: fields.object("points", faults).map(|f| points(f, faults)),
        changes: fields.objects("changes", faults).into_iter().map(|f| change(f, faults)).collect(),
        session_id: fields.text("session_id", faults),
        page: fields.object("page", faults).map(|f| page(f, faults)),
        client: fields.object("client", faults).map(|f| client(f, faults)),
        request: fields.object("request", faults).map(|f| request(f, faults)),
        error: fields.object("error", faults).map(|f| error(f, faults)),
        cut: fields.texts("cut", faults),
        message: fields.text("message", faults),
        metadata: fields.free_object("metadata", faults),
    };
    fields.finish(faults);
    draft
}

fn actor(mut fields: Fields<'_>, faults: &mut Faults) -> Actor {
    let given = fields.required("type", faults);
    let known = ActorType::from_name(&given);
    let mut actor = Actor {
        kind: known.unwrap_or(ActorType::User),
        id: fields.text("id", faults),
        name: fields.text("name", faults),
        own_kind: fields.text("kind", faults),
    };
    if known.is_none() && !faults.name("actor.type") {
        if let Some(fault) = word_fault(&given, limits::CATEGORY_CHARS) {
            faults.add(fields.at("type"), fault);
        }
        actor.own_kind.get_or_insert(given);
    }
    fields.finish(faults);
    actor
}

fn subject(mut fields: Fields<'_>, faults: &mut Faults) -> Subject {
    let subject = Subject { id: fields.required("id", faults), name: fields.text("name", faults) };
    fields.finish(faults);
    subject
}

fn account(mut fields: Fields<'_>, faults: &mut Faults) -> Account {
    let account = Account { id: fields.required("id", faults) };
    fields.finish(faults);
    account
}

fn entity(mut fields: Fields<'_>, faults: &mut Faults) -> Entity {
    let entity = Entity {
        kind: fields.required("type", faults),
        id: fields.text("id", faults),
        name: fields.text("name", faults),
    };
    fields.finish(faults);
    entity
}

fn points(mut fields: Fields<'_>, faults: &mut Faults) -> Points {
    let points = Points {
        before: fields.required_integer("before", faults),
        after: fields.required_integer("after", faults),
        delta: fields.required_integer("delta", faults),
    };
    fields.finish(faults);
    points
}

fn change(mut fields: Fields<'_>, faults: &mut Faults) -> Change {
    let change = Change {
        field: fields.required("field", faults),
        before: fields.value("before"),
        after: fields.value("after"),
    };
    fields.finish(faults);
    change
}

fn page(mut fields: Fields<'_>, faults: &mut Faults) -> Page {
    let page = Page {
        path: fields.text("path", faults),
        title: fields.text("title", faults),
        referrer: fields.text("referrer", faults),
        load_ms: fields.rounded("load_ms", faults),
        engaged_ms: fields.rounded("engaged_ms", faults),
    };
    fields.finish(faults);
    page
}

fn client(mut fields: Fields<'_>, faults: &mut Faults) -> Client {
    let client = Client {
        ip: fields.text("ip", faults),
        user_agent: fields.text("user_agent", faults),
        device: fields.text("device", faults),
        os: fields.text("os", faults),
        browser: fields.text("browser", faults),
    };
    fields.finish(faults);
    client
}

fn request(mut fields: Fields<'_>, faults: &mut Faults) -> Request {
    let request = Request {
        method: fields.text("method", faults),
        route: fields.text("route", faults),
        status: fields.status("status", faults),
        duration_ms: fields.rounded("duration_ms", faults),
    };
    fields.finish(faults);
    request
}

fn error(mut fields: Fields<'_>, faults: &mut Faults) -> ErrorInfo {
    let error = ErrorInfo {
        kind: fields.text("type", faults),
        message: fields.text("message", faults),
        stack: fields.text("stack", faults),
        component: fields.text("component", faults),
        endpoint: fields.text("endpoint", faults),
        status: fields.status("status", faults),
    };
    fields.finish(faults);
    error
}
