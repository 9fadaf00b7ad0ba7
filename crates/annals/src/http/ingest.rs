//! The events of a body, each read and taken in, or with why not.

use annals_event::{Draft, Time, Uuid, json, limits};
use axum::http::StatusCode;

use super::Http;
use super::append::{AppendResponse, ItemError, ItemResult, ItemStatus};
use super::error::{Problem, Result, capital};
use crate::background::yield_every;
use crate::id;
use crate::record::{Refusal, Sender};
use crate::store::Entry;

/// Events that are taken in before others have their turn: some tenths of a millisecond.
const GIVING_WAY: usize = 64;

/// What a body comes to.
pub struct Ingested {
    /// The fate of each event so far: of those that are taken in it is not known yet.
    pub answer: AppendResponse,
    /// Those that are taken in, in order …
    pub entries: Vec<Entry>,
    /// … and the place of each in the answer.
    pub places: Vec<usize>,
}

/// Takes in what a sender says.
pub fn ingest(
    http: &Http,
    sender: &Sender,
    body: &[u8],
    ndjson: bool,
    now: Time,
) -> Result<Ingested> {
    let items = split(body, ndjson)?;
    let mut answer = AppendResponse::default();
    let mut entries: Vec<Entry> = Vec::with_capacity(items.len());
    let mut places = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        yield_every(index, GIVING_WAY);
        let taken = draft(item).and_then(|draft| {
            let id = draft.id;
            http.intake.process(sender, draft, now, &*http.random).map_err(|refusal| (id, refusal))
        });
        answer.results.push(match taken {
            Ok(entry) => {
                places.push(index);
                entries.push(entry);
                let (id, cursor, error) = (None, None, None);
                ItemResult { index, status: ItemStatus::Unknown, id, cursor, error }
            }
            Err((id, refusal)) => {
                let (outcome, reason) = refusal.outcome_and_reason();
                http.metrics.events(outcome, reason, 1);
                refused(index, id, refusal)
            }
        });
    }
    put_in_order(&mut entries, http);
    for (place, entry) in places.iter().zip(&entries) {
        if let Some(result) = answer.results.get_mut(*place) {
            result.id = Some(entry.event.id);
        }
    }
    Ok(Ingested { answer, entries, places })
}

/// Gives the events of a request whose ids are made here ids that ascend with them, of the moment in which
/// they go on. An index that takes them one beside the other, and request after request, fills its pages.
fn put_in_order(entries: &mut [Entry], http: &Http) {
    if entries.len() < 2 {
        return;
    }
    let now = http.clock.now();
    let made: Vec<&mut Entry> = entries.iter_mut().filter(|entry| entry.derived.id).collect();
    let mut ids: Vec<Uuid> = made.iter().map(|_| id::uuid_v7(&*http.random, now)).collect();
    ids.sort_unstable();
    for (entry, id) in made.into_iter().zip(ids) {
        entry.event.id = id;
    }
}

/// The refusal of a request that holds too much.
pub fn too_big(detail: &str) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
}

/// The events of a body, each still as text, so that one that is wrong does not spoil the rest.
fn split(body: &[u8], ndjson: bool) -> Result<Vec<&[u8]>> {
    let items = json::split(body, ndjson, limits::EVENTS_PER_REQUEST).map_err(|error| {
        Problem::bad_request("invalid_json", format!("The body is not JSON: {error}."))
    })?;
    if items.len() > limits::EVENTS_PER_REQUEST {
        return Err(too_big("More than 1,000 events in one request; send fewer at once."));
    }
    let items: Vec<&[u8]> = items.into_iter().map(<[u8]>::trim_ascii).collect();
    // A blank body is cut into one blank text.
    if matches!(items.as_slice(), [] | [[]]) {
        return Err(Problem::bad_request("no_events", "There is no event in the body."));
    }
    Ok(items)
}

fn draft(item: &[u8]) -> std::result::Result<Draft, (Option<Uuid>, Refusal)> {
    let reject =
        |code, message: String, errors| (None, Refusal::Rejected { code, message, errors });
    if item.len() > limits::EVENT_BYTES {
        let message = "The event is larger than 64 KiB.".to_owned();
        return Err(reject("too_large", message, Vec::new()));
    }
    let json = json::read(item, limits::DEPTH)
        .map_err(|error| reject("invalid_json", format!("not JSON: {error}"), Vec::new()))?;
    let id = json.text("id").and_then(|id| id.parse().ok());
    Draft::from_json(json).map_err(|errors| {
        let (_, refusal) = reject("invalid", "The event has fields that are wrong.".into(), errors);
        (id, refusal)
    })
}

fn refused(index: usize, id: Option<Uuid>, refusal: Refusal) -> ItemResult {
    let (status, error) = match refusal {
        Refusal::Rejected { code, message, errors } => {
            (ItemStatus::Rejected, ItemError { code, detail: capital(&message), errors })
        }
        Refusal::Dropped { reason } => (
            ItemStatus::Dropped,
            ItemError { code: reason.as_str(), detail: reason.to_string(), errors: Vec::new() },
        ),
    };
    ItemResult { index, status, id, cursor: None, error: Some(error) }
}
