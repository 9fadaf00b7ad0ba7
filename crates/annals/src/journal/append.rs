//! Group commit: one task commits all waiting events, and answers every caller after the commit.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::{JoinHandle, yield_now};
use tokio_util::sync::CancellationToken;

use super::pages::Pages;
use super::tail::Tail;
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::store::{
    Account, Appended, Command, Decided, Entry, Head, Item, Outcome, Repeat, Store, StoreError,
};

/// Number of events in one commit at most.
const BATCH_EVENTS: usize = 4_096;
/// Bytes of personal parts in one commit at most.
const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// Number of events from which a batch is committed at once; waiting for more would save no sync.
const FULL_BATCH: usize = 128;
/// Number of events that may wait for a commit. Beyond it callers are refused at once.
const WAITING_EVENTS: usize = 16 * BATCH_EVENTS;

/// The reason why events may not have been recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Too many events are waiting: send them again a moment later, with the same ids (HTTP 503
    /// with `Retry-After`).
    #[error(
        "more events arrive than can be written; send them again in a moment, with the same ids"
    )]
    Pushback,
    /// The store could not write.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Bytes that a command counts for in a batch, because its event does not exist yet.
const COMMAND_BYTES: usize = 2 * 1024;

/// A waiting batch and its caller.
struct Waiting {
    items: Vec<Item>,
    answer: oneshot::Sender<Result<Vec<Outcome>, AppendError>>,
    /// The room in the queue, returned when the batch is answered.
    _room: tokio::sync::OwnedSemaphorePermit,
}

/// The handle on the journal. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    queue: mpsc::UnboundedSender<Waiting>,
    room: Arc<Semaphore>,
    head: watch::Receiver<u64>,
    metrics: Arc<Metrics>,
    pages: Pages,
    stop: CancellationToken,
}

impl Journal {
    /// Starts the writer on a store whose head is known. The task ends after [`Journal::stop`],
    /// once every waiting caller is answered.
    pub fn start(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        head: Head,
        metrics: Arc<Metrics>,
    ) -> (Journal, JoinHandle<()>) {
        // The queue itself is unbounded; the semaphore bounds its content.
        let (queue, waiting) = mpsc::unbounded_channel();
        let (head_sender, head) = watch::channel(head.seq);
        let head_sender = Arc::new(head_sender);
        let pages = Pages::new(Arc::clone(&store));
        let stop = CancellationToken::new();
        metrics.head(head.borrow().to_owned());
        let writer = Writer {
            store,
            clock,
            metrics: Arc::clone(&metrics),
            waiting,
            head: head_sender,
            left_over: None,
        };
        let others =
            follow(Arc::clone(&writer.store), Arc::clone(&writer.head), writer.metrics.clone());
        let ended = stop.clone();
        tokio::spawn(async move { ended.run_until_cancelled(others).await });
        let task = tokio::spawn(writer.run(stop.clone()));
        let room = Arc::new(Semaphore::new(WAITING_EVENTS));
        (Journal { queue, room, head, pages, metrics, stop }, task)
    }

    /// Writes the entries. Returns an outcome for each, in order, once they are durable.
    pub async fn append(&self, entries: Vec<Entry>) -> Result<Vec<Appended>, AppendError> {
        let outcomes = self.commit(entries.into_iter().map(Item::Append).collect()).await?;
        let appended = |outcome| match outcome {
            Outcome::Appended(appended) => Some(appended),
            Outcome::Decided(_) => None,
        };
        Ok(outcomes.into_iter().filter_map(appended).collect())
    }

    /// Decides a command on a child's account within the writer, so that nobody else changes the
    /// account meanwhile. Returns once the event is durable, or with the refusal.
    pub async fn decide<R: Send + 'static>(
        &self,
        child: String,
        repeat: Option<Repeat>,
        decide: impl FnOnce(&Account) -> Result<Entry, R> + Send + 'static,
    ) -> Result<Result<Decided, R>, AppendError> {
        let (refuse, refused) = oneshot::channel();
        let decide = Box::new(move |account: &Account| {
            // A caller that stopped waiting does not need the refusal.
            decide(account).map_err(|why| refuse.send(why)).ok()
        });
        let item = Item::Decide(Command { child, repeat, decide });
        let outcome = self.commit(vec![item]).await?.pop();
        match (outcome, refused.await) {
            (Some(Outcome::Decided(Decided::Failed(error))), _) => Err(error.into()),
            (Some(Outcome::Decided(Decided::Refused)), Ok(why)) => Ok(Err(why)),
            (Some(Outcome::Decided(decided)), _) => Ok(Ok(decided)),
            (Some(Outcome::Appended(_)) | None, _) => {
                Err(StoreError::Unknown("the command was not answered".to_owned()).into())
            }
        }
    }

    async fn commit(&self, items: Vec<Item>) -> Result<Vec<Outcome>, AppendError> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let count = u32::try_from(items.len()).map_err(|_| AppendError::Pushback)?;
        let room = Arc::clone(&self.room).try_acquire_many_owned(count).map_err(|_| {
            self.metrics.events("failed", "pushback", u64::from(count));
            AppendError::Pushback
        })?;
        let (answer, answered) = oneshot::channel();
        let stopped = || StoreError::Unavailable("the server is stopping".to_owned());
        self.queue
            .send(Waiting { items, answer, _room: room })
            .map_err(|_| AppendError::Store(stopped()))?;
        answered
            .await
            .map_err(|_| AppendError::Store(StoreError::Unknown("the writer stopped".into())))?
    }

    /// Returns the position of the last durable event; changes wake those that wait on it.
    pub fn head(&self) -> watch::Receiver<u64> {
        self.head.clone()
    }

    /// Follows the journal from a position on. Readers at the same position share each page.
    pub fn tail(&self, after: u64) -> Tail {
        Tail::new(self.pages.clone(), self.head(), after)
    }

    /// Follows the journal like [`Journal::tail`], but uses no page that was read before this call.
    pub fn tail_unshared(&self, after: u64) -> Tail {
        self.pages.forget();
        self.tail(after)
    }

    /// Returns the number of pages read for readers of [`Journal::tail`] so far.
    pub fn tail_reads(&self) -> u64 {
        self.pages.reads()
    }

    /// Accepts nothing new; what waits is still written and answered.
    pub fn stop(&self) {
        self.stop.cancel();
    }
}

/// Publishes a head, unless a later one is known already, perhaps from another server.
fn advance(head: &watch::Sender<u64>, metrics: &Metrics, seq: u64) {
    head.send_if_modified(|known| {
        let later = seq > *known;
        if later {
            *known = seq;
            metrics.head(seq);
        }
        later
    });
}

/// Follows the heads of other servers on the same database.
async fn follow(store: Arc<dyn Store>, head: Arc<watch::Sender<u64>>, metrics: Arc<Metrics>) {
    loop {
        store.head_changed().await;
        // A failed read is repeated at the next notification.
        if let Ok(found) = store.head().await {
            advance(&head, &metrics, found.seq);
        }
    }
}

struct Writer {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    waiting: mpsc::UnboundedReceiver<Waiting>,
    head: Arc<watch::Sender<u64>>,
    /// A batch that did not fit into the last commit.
    left_over: Option<Waiting>,
}

impl Writer {
    async fn run(mut self, stop: CancellationToken) {
        loop {
            let first = match self.left_over.take() {
                Some(first) => first,
                None => tokio::select! {
                    biased;
                    next = self.waiting.recv() => match next {
                        Some(first) => first,
                        None => return,
                    },
                    // From here on nothing new is accepted, and `recv` ends when the queue is
                    // drained.
                    () = stop.cancelled(), if !self.waiting.is_closed() => {
                        self.waiting.close();
                        continue;
                    }
                },
            };
            let batch = self.collect_batch(first).await;
            self.commit(batch).await;
        }
    }

    /// Collects waiting batches up to the limits. There is no timer, but tasks that are ready to
    /// send run first as long as more arrives, because one sync then serves them too.
    async fn collect_batch(&mut self, first: Waiting) -> Vec<Waiting> {
        let bytes = |waiting: &Waiting| {
            let sizes = waiting.items.iter().map(|item| match item {
                Item::Append(entry) => entry.personal.as_bytes().len(),
                Item::Decide(_) => COMMAND_BYTES,
            });
            sizes.sum::<usize>()
        };
        let mut events = first.items.len();
        let mut size = bytes(&first);
        let mut batch = vec![first];
        let mut stood_aside = false;
        loop {
            let before = batch.len();
            while let Ok(next) = self.waiting.try_recv() {
                events += next.items.len();
                size += bytes(&next);
                if events > BATCH_EVENTS || size > BATCH_BYTES {
                    self.left_over = Some(next);
                    return batch;
                }
                batch.push(next);
            }
            if events >= FULL_BATCH || (stood_aside && batch.len() == before) {
                return batch;
            }
            yield_now().await;
            stood_aside = true;
        }
    }

    fn count(&self, outcomes: &[Outcome]) {
        let count = |is: fn(&Outcome) -> bool| outcomes.iter().filter(|o| is(o)).count() as u64;
        let accepted = count(|outcome| accepted(outcome).is_some());
        let duplicates =
            count(|outcome| matches!(outcome, Outcome::Appended(Appended::Duplicate { .. })));
        let conflicts = count(|outcome| matches!(outcome, Outcome::Appended(Appended::Conflict)));
        self.metrics.events("accepted", "", accepted);
        self.metrics.events("duplicate", "", duplicates);
        self.metrics.events("rejected", "id_conflict", conflicts);
    }

    async fn commit(&mut self, batch: Vec<Waiting>) {
        let mut items = Vec::new();
        let mut answers = Vec::with_capacity(batch.len());
        for waiting in batch {
            answers.push((waiting.answer, waiting.items.len(), waiting._room));
            items.extend(waiting.items);
        }
        let count = items.len();
        let began = Instant::now();
        match self.store.commit(items, self.clock.now()).await {
            Ok(outcomes) => {
                self.metrics.commit(count, began.elapsed());
                self.count(&outcomes);
                if let Some(seq) = outcomes.iter().rev().find_map(accepted) {
                    advance(&self.head, &self.metrics, seq);
                }
                let mut outcomes = outcomes.into_iter();
                for (answer, count, _room) in answers {
                    // A caller that stopped waiting finds the event by its id.
                    let _ = answer.send(Ok(outcomes.by_ref().take(count).collect()));
                }
            }
            Err(error) => {
                tracing::error!(%error, events = count, "append failed");
                self.metrics.events("failed", "storage", count as u64);
                for (answer, _, _room) in answers {
                    let _ = answer.send(Err(AppendError::Store(error.clone())));
                }
            }
        }
    }
}

/// Returns the position of an event that was just written.
fn accepted(outcome: &Outcome) -> Option<u64> {
    match outcome {
        Outcome::Appended(Appended::Accepted { seq, .. }) => Some(*seq),
        Outcome::Decided(Decided::Done { event, .. }) => Some(event.seq),
        Outcome::Appended(_) | Outcome::Decided(_) => None,
    }
}
