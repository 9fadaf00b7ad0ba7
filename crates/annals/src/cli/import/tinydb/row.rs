//! The conversion of a row of the log into an event.

use annals_event::{Account, Actor, ActorType, Draft, Entity, Points, Subject, Time, Uuid, limits};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, fmt};
use serde_json::{Map, Value};

use crate::cli::import::field::short;
use crate::cli::import::ids::{content, row_id};
use crate::store::LedgerKind;

/// The metadata keys that hold an entity's name.
const NAMES: [&str; 5] = ["name", "task_name", "penalty_name", "reward_name", "entity_name"];
/// The number from which a time counts milliseconds, not seconds.
const MILLIS: f64 = 1e11;

/// A row that can be an event.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) time: Time,
    /// `true` if its time named no zone.
    pub(super) zoneless: bool,
    pub(super) child: String,
    pub(super) account: Option<String>,
    pub(super) id: Uuid,
    pub(super) points: Points,
    pub(super) draft: Draft,
}

/// Reads a row. `place` is part of its id if it has none of its own.
pub(super) fn read(place: &str, value: Value, zone: &TimeZone) -> Result<Row, String> {
    let Value::Object(mut row) = value else {
        return Err("not an object".to_owned());
    };
    let row_text = Value::Object(row.clone()).to_string();
    let child = text(&mut row, "child_id")?.ok_or("child_id: is missing")?;
    let account = text(&mut row, "user_id")?;
    let (category, action) = kind(&mut row)?;
    let points = points(&mut row)?;
    let written = row.remove("created_at");
    row.remove("updated_at");
    let at = row.remove("occurred_at").filter(|at| !at.is_null()).or(written);
    let (time, zoneless) = moment(at.as_ref(), zone)?;
    let own = text(&mut row, "id")?;
    let id = match own.as_deref().map(Uuid::parse_str) {
        Some(Ok(id)) => id,
        Some(Err(_)) => {
            let own = own.unwrap_or_default();
            row_id(content("tinydb", &[child.as_bytes(), own.as_bytes()]), time, 0)
        }
        // The same row of a longer file is the same event, in whichever table it is.
        None => row_id(content("tinydb", &[place.as_bytes(), row_text.as_bytes()]), time, 1),
    };
    let entity_id = text(&mut row, "entity_id")?;
    let metadata = metadata(row)?;
    let name = NAMES.iter().find_map(|name| metadata.get(*name)?.as_str());
    let draft = Draft {
        id: Some(id),
        action,
        actor: account.clone().map(|id| Actor {
            kind: ActorType::User,
            id: Some(id),
            name: None,
            ..Actor::default()
        }),
        subject: Some(Subject { id: child.clone(), name: None }),
        account: account.clone().map(|id| Account { id }),
        entity: entity_id.map(|id| Entity {
            kind: category.clone(),
            id: Some(id),
            name: name.map(|name| name.chars().take(limits::NAME_CHARS).collect()),
        }),
        category: Some(category),
        points: Some(points),
        metadata: metadata.into_iter().collect(),
        ..Draft::default()
    };
    Ok(Row { time, zoneless, child, account, id, points, draft })
}

/// Reads an id: a text, or a number as text.
fn text(row: &mut Map<String, Value>, field: &str) -> Result<Option<String>, String> {
    match row.remove(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(other) => Err(format!("{field}: must be a text, not `{}`", short(&other.to_string()))),
    }
}

fn kind(row: &mut Map<String, Value>) -> Result<(String, String), String> {
    let entity = text(row, "entity_type")?.ok_or("entity_type: is missing")?;
    let action = text(row, "action")?.ok_or("action: is missing")?;
    let known = LedgerKind::ALL.iter().any(|kind| {
        kind.entity.as_str() == entity.as_str() && kind.action.as_str() == action.as_str()
    });
    if known {
        return Ok((entity, action));
    }
    let kinds: Vec<String> = LedgerKind::ALL
        .iter()
        .map(|kind| format!("{} {}", kind.entity.as_str(), kind.action.as_str()))
        .collect();
    let found = short(&format!("{entity} {action}"));
    Err(format!("entity_type, action: `{found}` is none of {}", kinds.join(", ")))
}

fn points(row: &mut Map<String, Value>) -> Result<Points, String> {
    let mut number = |field: &str| match row.remove(field) {
        None | Some(Value::Null) => Ok(None),
        // Python writes 10.0 if a sum had floats in it.
        Some(value) => integer(&value).map(Some).ok_or_else(|| {
            format!("{field}: must be a whole number, not `{}`", short(&value.to_string()))
        }),
    };
    let before = number("points_before")?.ok_or("points_before: is missing")?;
    let after = number("points_after")?.ok_or("points_after: is missing")?;
    let delta = after - before;
    match number("delta")? {
        Some(given) if given != delta => {
            Err(format!("delta: is {given}, but from {before} to {after} it is {delta}"))
        }
        _ => Ok(Points { before, after, delta }),
    }
}

fn integer(value: &Value) -> Option<i64> {
    let bounds = -limits::MAX_INTEGER..=limits::MAX_INTEGER;
    let float = value.as_f64().filter(|float| float.fract() == 0.0);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float that does not fit is refused next"
    )]
    let number = value.as_i64().or_else(|| float.map(|float| float as i64));
    number.filter(|number| bounds.contains(number))
}

/// Returns the time, and whether the assumed zone decided it.
fn moment(at: Option<&Value>, zone: &TimeZone) -> Result<(Time, bool), String> {
    let wrong = |value: &Value| {
        let value = short(&value.to_string());
        format!("occurred_at: must be a time such as 2026-11-21T08:30:00Z, not {value}")
    };
    let (timestamp, zoneless) = match at {
        None | Some(Value::Null) => return Err("occurred_at: is missing".to_owned()),
        Some(value @ Value::Number(number)) => {
            let number = number.as_f64().ok_or_else(|| wrong(value))?;
            let seconds = if number.abs() < MILLIS { number } else { number / 1e3 };
            let span = jiff::SignedDuration::try_from_secs_f64(seconds);
            let timestamp = span.and_then(Timestamp::from_duration);
            (timestamp.map_err(|_| wrong(value))?, false)
        }
        Some(value) => {
            let text = value.as_str().ok_or_else(|| wrong(value))?;
            match text.parse::<Timestamp>() {
                Ok(timestamp) => (timestamp, false),
                Err(_) => {
                    let civil: DateTime = fmt::temporal::DateTimeParser::new()
                        .parse_datetime(text)
                        .map_err(|_| wrong(value))?;
                    (zone.to_timestamp(civil).map_err(|_| wrong(value))?, true)
                }
            }
        }
    };
    let time = Time::from(timestamp);
    let exact = timestamp.as_microsecond() == time.as_micros();
    if exact { Ok((time, zoneless)) } else { Err(wrong(at.unwrap_or(&Value::Null))) }
}

/// Returns the row's own metadata and all other fields.
fn metadata(mut row: Map<String, Value>) -> Result<Map<String, Value>, String> {
    let mut metadata = match row.remove("metadata") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(metadata)) => metadata,
        Some(other) => {
            let other = short(&other.to_string());
            return Err(format!("metadata: must be an object, not `{other}`"));
        }
    };
    for (key, value) in row {
        metadata.entry(key).or_insert(value);
    }
    Ok(metadata)
}
