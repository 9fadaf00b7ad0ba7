//! Group commit: one task commits whatever is waiting, and answers everybody after the commit.

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

/// At most so many events in one commit …
const BATCH_EVENTS: usize = 4_096;
/// … and so many bytes of their personal parts.
const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// A batch of so many is not held up to save a sync: what comes meanwhile is the next one's.
const FULL_BATCH: usize = 128;
/// Events that may wait for a commit. More is overload, and said so at once.
const WAITING_EVENTS: usize = 16 * BATCH_EVENTS;

/// Why nothing is known to be on the record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Too much is waiting already: try again a moment later, with the same ids (HTTP 503 with
    /// `Retry-After`).
    #[error(
        "more events arrive than can be written; send them again in a moment, with the same ids"
    )]
    Pushback,
    /// The store could not write.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Bytes that a command counts for in a batch: its event is not made yet.
const COMMAND_BYTES: usize = 2 * 1024;

/// A batch that waits, and whom to answer.
struct Waiting {
    items: Vec<Item>,
    answer: oneshot::Sender<Result<Vec<Outcome>, AppendError>>,
    /// Given back when the batch is answered.
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
    /// once everything that waited is answered.
    pub fn start(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        head: Head,
        metrics: Arc<Metrics>,
    ) -> (Journal, JoinHandle<()>) {
        // The queue itself is unbounded; the semaphore bounds what may stand in it.
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

    /// Writes the entries and answers once they are durable, in the order given: an outcome each.
    pub async fn append(&self, entries: Vec<Entry>) -> Result<Vec<Appended>, AppendError> {
        let outcomes = self.commit(entries.into_iter().map(Item::Append).collect()).await?;
        let appended = |outcome| match outcome {
            Outcome::Appended(appended) => Some(appended),
            Outcome::Decided(_) => None,
        };
        Ok(outcomes.into_iter().filter_map(appended).collect())
    }

    /// Decides a command on a child's account within the writer, and answers once what it made is
    /// durable, or with why it was refused. Nobody else changes the account in between.
    pub async fn decide<R: Send + 'static>(
        &self,
        child: String,
        repeat: Option<Repeat>,
        decide: impl FnOnce(&Account) -> Result<Entry, R> + Send + 'static,
    ) -> Result<Result<Decided, R>, AppendError> {
        let (refuse, refused) = oneshot::channel();
        let decide = Box::new(move |account: &Account| {
            // Whoever gave up waiting no longer wants to know why.
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

    /// The position of the last event that is durable; changes wake whoever waits on it.
    pub fn head(&self) -> watch::Receiver<u64> {
        self.head.clone()
    }

    /// Follows the journal from a position on. Readers at the same position share the page read.
    pub fn tail(&self, after: u64) -> Tail {
        Tail::new(self.pages.clone(), self.head(), after)
    }

    /// As [`Journal::tail`], of what the journal holds now: no page is shared that was read before.
    pub fn tail_afresh(&self, after: u64) -> Tail {
        self.pages.forget();
        self.tail(after)
    }

    /// Pages that were made for readers of [`Journal::tail`] so far.
    pub fn tail_reads(&self) -> u64 {
        self.pages.reads()
    }

    /// Takes nothing new in; what waits is still written and answered.
    pub fn stop(&self) {
        self.stop.cancel();
    }
}

/// Tells of a head, unless a later one was told already: another server's, perhaps.
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

/// Learns the heads that other servers on the same database make.
async fn follow(store: Arc<dyn Store>, head: Arc<watch::Sender<u64>>, metrics: Arc<Metrics>) {
    loop {
        store.head_changed().await;
        // A failed look is made again at the next stir.
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
    /// What did not fit into the last batch.
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
                    // From here on nothing new comes in, and `recv` ends when all is drained.
                    () = stop.cancelled(), if !self.waiting.is_closed() => {
                        self.waiting.close();
                        continue;
                    }
                },
            };
            let batch = self.gather(first).await;
            self.commit(batch).await;
        }
    }

    /// Takes whatever is waiting, up to the batch's limits. No timer: but whoever is ready to send
    /// is let go first for as long as more comes in, because one sync then serves them too.
    async fn gather(&mut self, first: Waiting) -> Vec<Waiting> {
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
                    // Whoever gave up waiting finds the event by its id.
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

/// The position of an event that was written just now.
fn accepted(outcome: &Outcome) -> Option<u64> {
    match outcome {
        Outcome::Appended(Appended::Accepted { seq, .. }) => Some(*seq),
        Outcome::Decided(Decided::Done { event, .. }) => Some(event.seq),
        Outcome::Appended(_) | Outcome::Decided(_) => None,
    }
}
