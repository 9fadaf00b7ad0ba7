//! Events as CSV rows (RFC 4180), safe to open in a spreadsheet.

use std::sync::Arc;

use annals_event::Event;

/// Every column, in the order of `all`. Dots lead into an event's parts, as in its JSON.
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

/// The columns that an auditor reads, in the order of a sentence: when, who, what, about whom.
pub const SHORT_COLUMNS: [&str; 15] = [
    "occurred_at",
    "actor.type",
    "actor.id",
    "actor.name",
    "category",
    "action",
    "entity.type",
    "entity.id",
    "entity.name",
    "subject.id",
    "subject.name",
    "severity",
    "message",
    "points.delta",
    "id",
];

/// The columns of one CSV export, in order: places in [`COLUMNS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(Arc<[usize]>);

impl Default for Columns {
    fn default() -> Columns {
        Columns(SHORT_COLUMNS.iter().filter_map(|name| place(name)).collect())
    }
}

impl Columns {
    /// Parses `default`, `all`, or names separated by commas.
    ///
    /// # Errors
    /// A name is unknown or given twice. The text says which names there are.
    pub fn parse(text: &str) -> Result<Columns, String> {
        match text {
            "default" => return Ok(Columns::default()),
            "all" => return Ok(Columns((0..COLUMNS.len()).collect())),
            _ => {}
        }
        let mut places = Vec::new();
        for name in text.split(',') {
            let place = place(name).ok_or_else(|| {
                let known = COLUMNS.join(", ");
                format!("`{name}` is not a column; use `default`, `all`, or some of {known}")
            })?;
            // A name twice is refused, so a list is never longer than the columns there are.
            if places.contains(&place) {
                return Err(format!("`{name}` is given twice"));
            }
            places.push(place);
        }
        Ok(Columns(places.into()))
    }
}

fn place(name: &str) -> Option<usize> {
    COLUMNS.iter().position(|column| *column == name)
}

pub(super) fn header(columns: &Columns) -> Vec<u8> {
    let names: Vec<&str> = columns.0.iter().filter_map(|at| COLUMNS.get(*at).copied()).collect();
    let mut out = names.join(",").into_bytes();
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

pub(super) fn row(out: &mut Vec<u8>, event: &Event, columns: &Columns) {
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
    let _ = writer.write_record(columns.0.iter().filter_map(|at| cells.get(*at)));
    let _ = writer.flush();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_chosen_and_ordered_and_a_wrong_name_lists_the_right_ones() {
        let header = |text: &str| {
            String::from_utf8(header(&Columns::parse(text).unwrap())).unwrap().trim_end().to_owned()
        };
        assert_eq!(header("message,id"), "message,id");
        assert_eq!(header("all"), COLUMNS.join(","));
        assert_eq!(header("default"), SHORT_COLUMNS.join(","));
        let said = Columns::parse("id,colour").unwrap_err();
        assert!(said.contains("`colour`") && said.contains("occurred_at, created_at"), "{said}");
        assert!(Columns::parse("id,id").unwrap_err().contains("twice"));
        assert!(Columns::parse("").is_err());
    }
}
