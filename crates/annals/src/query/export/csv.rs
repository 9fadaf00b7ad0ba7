//! Events as CSV rows (RFC 4180), safe to open in a spreadsheet.

use annals_event::Event;

/// The columns, in order. Dots lead into an event's parts, as in its JSON.
pub const COLUMNS: [&str; 47] = [
    "id",
    "cursor",
    "occurred_at",
    "created_at",
    "category",
    "action",
    "class",
    "severity",
    "actor.type",
    "actor.id",
    "actor.name",
    "subject.id",
    "subject.name",
    "account.id",
    "entity.type",
    "entity.id",
    "entity.name",
    "points.before",
    "points.after",
    "points.delta",
    "session_id",
    "page.path",
    "page.title",
    "page.referrer",
    "page.load_ms",
    "page.engaged_ms",
    "client.ip",
    "client.user_agent",
    "client.device",
    "client.os",
    "client.browser",
    "request.method",
    "request.route",
    "request.status",
    "request.duration_ms",
    "error.type",
    "error.message",
    "error.stack",
    "error.component",
    "error.endpoint",
    "error.status",
    "message",
    "metadata",
    "anonymised_at",
    "actor.kind",
    "cut",
    "changes",
];

pub(super) fn header() -> Vec<u8> {
    let mut out = COLUMNS.join(",").into_bytes();
    out.extend_from_slice(b"\r\n");
    out
}

/// Escapes a text that a spreadsheet would run as a formula with an apostrophe. A text that begins
/// with an apostrophe gets another, so that removing one restores it.
fn text(value: &str) -> String {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) {
        format!("'{value}")
    } else {
        value.to_owned()
    }
}

pub(super) fn row(out: &mut Vec<u8>, event: &Event) {
    fn own(value: Option<&String>) -> String {
        value.map(|value| text(value)).unwrap_or_default()
    }
    fn number<T: ToString>(value: Option<T>) -> String {
        value.map(|value| value.to_string()).unwrap_or_default()
    }
    let entity = event.entity.as_ref();
    let subject = event.subject.as_ref();
    let page = event.page.as_ref();
    let client = event.client.as_ref();
    let request = event.request.as_ref();
    let error = event.error.as_ref();
    let metadata = if event.metadata.is_empty() {
        String::new()
    } else {
        serde_json::Value::Object(event.metadata.clone()).to_string()
    };
    let changes = if event.changes.is_empty() {
        String::new()
    } else {
        // Changes are texts and JSON, which can always be written.
        serde_json::to_string(&event.changes).unwrap_or_default()
    };
    let cells: [String; COLUMNS.len()] = [
        event.id.to_string(),
        text(&event.cursor),
        event.occurred_at.to_string(),
        event.created_at.to_string(),
        text(&event.category),
        text(&event.action),
        event.class.as_str().to_owned(),
        event.severity.as_str().to_owned(),
        event.actor.kind.as_str().to_owned(),
        own(event.actor.id.as_ref()),
        own(event.actor.name.as_ref()),
        own(subject.map(|subject| &subject.id)),
        own(subject.and_then(|subject| subject.name.as_ref())),
        own(event.account.as_ref().map(|account| &account.id)),
        own(entity.map(|entity| &entity.kind)),
        own(entity.and_then(|entity| entity.id.as_ref())),
        own(entity.and_then(|entity| entity.name.as_ref())),
        number(event.points.map(|points| points.before)),
        number(event.points.map(|points| points.after)),
        number(event.points.map(|points| points.delta)),
        own(event.session_id.as_ref()),
        own(page.and_then(|page| page.path.as_ref())),
        own(page.and_then(|page| page.title.as_ref())),
        own(page.and_then(|page| page.referrer.as_ref())),
        number(page.and_then(|page| page.load_ms)),
        number(page.and_then(|page| page.engaged_ms)),
        own(client.and_then(|client| client.ip.as_ref())),
        own(client.and_then(|client| client.user_agent.as_ref())),
        own(client.and_then(|client| client.device.as_ref())),
        own(client.and_then(|client| client.os.as_ref())),
        own(client.and_then(|client| client.browser.as_ref())),
        own(request.and_then(|request| request.method.as_ref())),
        own(request.and_then(|request| request.route.as_ref())),
        number(request.and_then(|request| request.status)),
        number(request.and_then(|request| request.duration_ms)),
        own(error.and_then(|error| error.kind.as_ref())),
        own(error.and_then(|error| error.message.as_ref())),
        own(error.and_then(|error| error.stack.as_ref())),
        own(error.and_then(|error| error.component.as_ref())),
        own(error.and_then(|error| error.endpoint.as_ref())),
        number(error.and_then(|error| error.status)),
        text(&event.message),
        metadata,
        number(event.anonymised_at),
        own(event.actor.own_kind.as_ref()),
        event.cut.join(" "),
        changes,
    ];
    let mut writer =
        ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    // Writing to memory cannot fail.
    let _ = writer.write_record(&cells);
    let _ = writer.flush();
}
