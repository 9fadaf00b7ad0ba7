//! Events that somebody sends: read out of a body, taken in one by one, and appended together.

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

/// Bytes of a body that are taken in on the thread that serves: some tenths of a millisecond of
/// computing. What is larger would hold up other requests.
const AT_ONCE: usize = 16 * 1024;
/// Events that are taken in before others have their turn: some tenths of a millisecond.
const YIELD_EVERY: usize = 64;

/// What became of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// It is on the record, durably.
    Accepted,
    /// It was on the record already.
    Duplicate,
    /// It is not acceptable; sending it again changes nothing.
    Rejected,
    /// Its kind is not recorded at present.
    Dropped,
    /// Whether it is on the record is not known: send it again with this id.
    Unknown,
}

/// The outcome of one event of a request.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ItemResult {
    /// Its place in the request, counted from 0.
    pub index: usize,
    /// What became of it.
    pub status: ItemStatus,
    /// Its id: the sender's, else the server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Its position, once it is on the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Why it was rejected or dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ItemError>,
}

/// Why an event was rejected or dropped.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ItemError {
    /// For programs; stable.
    pub code: &'static str,
    /// For people.
    pub detail: String,
    /// The fields that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// The outcome of every event of a request.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub struct AppendResponse {
    /// Each event's outcome, in the order sent.
    pub results: Vec<ItemResult>,
    /// How many are newly on the record.
    pub accepted: usize,
    /// How many were on the record already.
    pub duplicates: usize,
    /// How many are not acceptable.
    pub rejected: usize,
    /// How many are not recorded at present.
    pub dropped: usize,
}

/// Why nothing of a body is known to be on the record.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The body is not JSON.
    #[error("the body is not JSON: {0}")]
    NotJson(json::JsonError),
    /// There is no event in it.
    #[error("there is no event in the body")]
    Empty,
    /// There are too many.
    #[error("more than 1,000 events in one request; send fewer at once")]
    TooMany,
    /// A large body needs a thread, and none is there.
    #[error(transparent)]
    NoThread(#[from] NoThread),
    /// Whether they are written is not known. The ids let the sender try again without making
    /// doubles.
    #[error("{error}")]
    Append {
        /// Why.
        error: AppendError,
        /// Each event's outcome so far.
        results: Vec<ItemResult>,
    },
}

/// What a body comes to.
struct Ingested {
    /// The outcome of each event so far: of those that are taken in it is not known yet.
    answer: AppendResponse,
    /// Those that are taken in, in order …
    entries: Vec<Entry>,
    /// … and the place of each in the answer.
    places: Vec<usize>,
}

/// Takes in what senders say.
pub struct IngestService {
    core: Arc<Core>,
}

impl IngestService {
    pub(super) fn new(core: &Arc<Core>) -> IngestService {
        IngestService { core: Arc::clone(core) }
    }

    /// Puts the events of a body on the record, and makes an answer of what became of each where
    /// the body was read. The body holds one event, an array of events, or a line for each.
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

    /// Does what computes for long behind those that serve, and the rest at once.
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

/// Takes in what a sender says.
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

/// Gives the events of a request whose ids are made here ids that ascend with them, of the moment in which
/// they go on. An index that takes them one beside the other, and request after request, fills its pages.
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

/// The events of a body, each still as text, so that one that is wrong does not spoil the rest.
fn split(body: &[u8], ndjson: bool) -> Result<Vec<&[u8]>, IngestError> {
    let items =
        json::split(body, ndjson, limits::EVENTS_PER_REQUEST).map_err(IngestError::NotJson)?;
    if items.len() > limits::EVENTS_PER_REQUEST {
        return Err(IngestError::TooMany);
    }
    let items: Vec<&[u8]> = items.into_iter().map(<[u8]>::trim_ascii).collect();
    // A blank body is cut into one blank text.
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

/// What became of events, each in its place.
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
