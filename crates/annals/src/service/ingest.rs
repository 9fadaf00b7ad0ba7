//! Events sent to the server: read from a body, taken in one by one, and appended together.

use std::sync::Arc;

use annals_event::{Draft, FieldError, Time, Uuid, json, limits};
use serde::Serialize;

use super::Core;
use crate::background::{NoThread, yield_every};
use crate::id;
use crate::journal::AppendError;
use crate::record::{Refusal, Sender};
use crate::store::{Appended, Entry};
use crate::words::as_sentence;

/// Maximum size of a body that is taken in on the serving thread, in bytes: some tenths of a
/// millisecond of computing. A larger one would hold up other requests.
const AT_ONCE: usize = 16 * 1024;
/// Number of events after which others have their turn: some tenths of a millisecond.
const YIELD_EVERY: usize = 64;

/// The outcome of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// The event was recorded durably.
    Accepted,
    /// The event had been recorded before.
    Duplicate,
    /// The event is not acceptable; sending it again changes nothing.
    Rejected,
    /// The kind of the event is not recorded at present.
    Dropped,
    /// The event may have been recorded or not: send it again with this id.
    Unknown,
}

/// The outcome of one event of a request.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ItemResult {
    /// The place of the event in the request, counted from 0.
    pub index: usize,
    /// The outcome.
    pub status: ItemStatus,
    /// The event's id: the sender's, otherwise the server's. Absent if the event was refused and
    /// had none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The event's position; absent if it is unknown or the event is not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The reason why the event was rejected or dropped; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ItemError>,
}

/// The reason why an event was rejected or dropped.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ItemError {
    /// The stable code of the reason, for programs.
    pub code: &'static str,
    /// The reason in a sentence, for people.
    pub detail: String,
    /// The fields that are wrong; absent if the reason is not about fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// The outcome of every event of a request.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub struct AppendResponse {
    /// The outcome of each event, in the order sent.
    pub results: Vec<ItemResult>,
    /// Number of events that were recorded now.
    pub accepted: usize,
    /// Number of events that had been recorded before.
    pub duplicates: usize,
    /// Number of events that are not acceptable.
    pub rejected: usize,
    /// Number of events whose kind is not recorded at present.
    pub dropped: usize,
}

/// The error of an append. Nothing of the body is known to be recorded.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The body is not JSON.
    #[error("the body is not JSON: {0}")]
    NotJson(json::JsonError),
    /// The body contains no event.
    #[error("there is no event in the body")]
    Empty,
    /// The body contains too many events.
    #[error("more than 1,000 events in one request; send fewer at once")]
    TooMany,
    /// A large body needs a background thread, and none is running.
    #[error(transparent)]
    NoThread(#[from] NoThread),
    /// The events may have been written or not. With their ids, the sender can try again without
    /// making duplicates.
    #[error("{error}")]
    Append {
        /// The cause.
        error: AppendError,
        /// Each event's outcome so far.
        results: Vec<ItemResult>,
    },
}

/// The events of a body after intake.
struct Ingested {
    /// The outcome of each event so far; `Unknown` for those that are to be appended.
    answer: AppendResponse,
    /// The events to append, in order …
    entries: Vec<Entry>,
    /// … and the place of each in the answer.
    places: Vec<usize>,
}

/// Takes in and appends the events that senders send.
pub struct IngestService {
    core: Arc<Core>,
}

impl IngestService {
    pub(super) fn new(core: &Arc<Core>) -> IngestService {
        IngestService { core: Arc::clone(core) }
    }

    /// Appends the events of a body, and makes the answer from their outcomes with `answered`.
    /// Large bodies are read and answered on background threads. The body contains one event, an
    /// array of events, or one event per line.
    ///
    /// # Errors
    /// See [`IngestError`].
    pub async fn append<R: Send + 'static>(
        &self,
        sender: Sender,
        body: impl AsRef<[u8]> + Send + 'static,
        ndjson: bool,
        answered: impl FnOnce(AppendResponse) -> R + Send + 'static,
    ) -> Result<R, IngestError> {
        let now = self.core.clock.now();
        let large = body.as_ref().len() > AT_ONCE;
        let ingest = move |core: &Core| ingest(core, &sender, body.as_ref(), ndjson, now);
        let Ingested { answer, entries, places } = self.offload(large, ingest).await??;
        match self.core.journal.append(entries).await {
            Ok(outcomes) => {
                let outcomes = places.into_iter().zip(outcomes);
                let settled = move |core: &Core| answered(settle(answer, outcomes, core));
                Ok(self.offload(large, settled).await?)
            }
            Err(error) => Err(IngestError::Append { error, results: answer.results }),
        }
    }

    /// Runs long work on a background thread, and short work at once.
    async fn offload<R: Send + 'static>(
        &self,
        long: bool,
        work: impl FnOnce(&Core) -> R + Send + 'static,
    ) -> Result<R, NoThread> {
        if !long {
            return Ok(work(&self.core));
        }
        let core = Arc::clone(&self.core);
        self.core.background.run(move || work(&core)).await
    }
}

/// Takes in the events of a body.
fn ingest(
    core: &Core,
    sender: &Sender,
    body: &[u8],
    ndjson: bool,
    now: Time,
) -> Result<Ingested, IngestError> {
    let items = split(body, ndjson)?;
    let mut answer = AppendResponse::default();
    let mut entries: Vec<Entry> = Vec::with_capacity(items.len());
    let mut places = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        yield_every(index, YIELD_EVERY);
        let taken = draft(item).and_then(|draft| {
            let id = draft.id;
            core.intake.process(sender, draft, now, &*core.random).map_err(|refusal| (id, refusal))
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
                core.metrics.events(outcome, reason, 1);
                refused(index, id, refusal)
            }
        });
    }
    put_in_order(&mut entries, core);
    for (place, entry) in places.iter().zip(&entries) {
        if let Some(result) = answer.results.get_mut(*place) {
            result.id = Some(entry.event.id);
        }
    }
    Ok(Ingested { answer, entries, places })
}

/// Gives events without the sender's id new ids, of this moment and in ascending order. An index
/// that receives ascending ids fills its pages.
fn put_in_order(entries: &mut [Entry], core: &Core) {
    if entries.len() < 2 {
        return;
    }
    let now = core.clock.now();
    let made: Vec<&mut Entry> = entries.iter_mut().filter(|entry| entry.derived.id).collect();
    let mut ids: Vec<Uuid> = made.iter().map(|_| id::uuid_v7(&*core.random, now)).collect();
    ids.sort_unstable();
    for (entry, id) in made.into_iter().zip(ids) {
        entry.event.id = id;
    }
}

/// Splits a body into the texts of its events, so that a wrong one does not spoil the others.
fn split(body: &[u8], ndjson: bool) -> Result<Vec<&[u8]>, IngestError> {
    let items =
        json::split(body, ndjson, limits::EVENTS_PER_REQUEST).map_err(IngestError::NotJson)?;
    if items.len() > limits::EVENTS_PER_REQUEST {
        return Err(IngestError::TooMany);
    }
    let items: Vec<&[u8]> = items.into_iter().map(<[u8]>::trim_ascii).collect();
    // A blank body is split into one blank text.
    if matches!(items.as_slice(), [] | [[]]) {
        return Err(IngestError::Empty);
    }
    Ok(items)
}

fn draft(item: &[u8]) -> Result<Draft, (Option<Uuid>, Refusal)> {
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
            (ItemStatus::Rejected, ItemError { code, detail: as_sentence(&message), errors })
        }
        Refusal::Dropped { reason } => (
            ItemStatus::Dropped,
            ItemError { code: reason.as_str(), detail: reason.to_string(), errors: Vec::new() },
        ),
    };
    ItemResult { index, status, id, cursor: None, error: Some(error) }
}

/// Puts the outcome of each append in its place in the answer.
fn settle(
    mut answer: AppendResponse,
    outcomes: impl Iterator<Item = (usize, Appended)>,
    core: &Core,
) -> AppendResponse {
    for (place, outcome) in outcomes {
        tell(&mut answer.results[place], outcome, core);
    }
    answer.count();
    answer
}

fn tell(result: &mut ItemResult, outcome: Appended, core: &Core) {
    match outcome {
        Appended::Accepted { seq, .. } => {
            result.status = ItemStatus::Accepted;
            result.cursor = Some(core.cursors.event(seq));
        }
        Appended::Duplicate { seq } => {
            result.status = ItemStatus::Duplicate;
            result.cursor = seq.map(|seq| core.cursors.event(seq));
        }
        Appended::Conflict => {
            result.status = ItemStatus::Rejected;
            result.error = Some(ItemError {
                code: "id_conflict",
                detail: "Another event has this id; give every event its own.".to_owned(),
                errors: Vec::new(),
            });
        }
    }
}

impl AppendResponse {
    fn count(&mut self) {
        for result in &self.results {
            match result.status {
                ItemStatus::Accepted => self.accepted += 1,
                ItemStatus::Duplicate => self.duplicates += 1,
                ItemStatus::Dropped => self.dropped += 1,
                ItemStatus::Rejected | ItemStatus::Unknown => self.rejected += 1,
            }
        }
    }
}
