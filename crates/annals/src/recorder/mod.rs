//! The recorder of a program that has Annals inside.
//!
//! ```text
//! record(draft) ─► who, when ─► queue (bounded) ─► worker.rs ─► record ─► journal
//!     ├─► set_up.rs: counted,        │ full, gone      │ invalid
//!     │   one event when it ends     ▼                 ▼
//!     └─ a panic in the draft ─► lost.rs ─► `system/events_dropped`, once there is room
//! ```
//!
//! [`Recorder::record`] is called in the middle of other work: it does not wait, fail or panic,
//! whatever happens to the journal. Events that it could not record are counted, and the count is
//! recorded.

mod lost;
mod set_up;
mod worker;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use annals_event::Draft;
use tokio::sync::{mpsc, oneshot};

use self::lost::{Loss, Lost};
use self::set_up::SetUps;
use crate::actor::current_actor;
use crate::clock::Clock;
use crate::record::{Intake, Source};

pub use set_up::SetUp;
pub use worker::{Worker, Works};

/// Number of events that may wait to be written, by default.
pub const CAPACITY: usize = 8_192;

/// A handle that records events from within the program. Cheap to clone. Any thread may hold one,
/// with or without a Tokio runtime, even after Annals has stopped.
#[derive(Clone)]
pub struct Recorder(Arc<Shared>);

struct Shared {
    queue: mpsc::Sender<Queued>,
    lost: Arc<Lost>,
    set_ups: SetUps,
    intake: Arc<Intake>,
    clock: Arc<dyn Clock>,
}

/// An item for the worker.
enum Queued {
    /// An event, and whether Annals itself or the program sent it.
    Event(Source, Box<Draft>),
    /// A caller of `flush`, who waits until everything before is written.
    Flush(oneshot::Sender<()>),
}

impl Recorder {
    /// Starts the worker. `capacity` events may wait for it.
    pub fn start(works: Works, capacity: usize) -> (Recorder, Worker) {
        let (queue, waiting) = mpsc::channel(capacity.max(1));
        let lost = Arc::new(Lost::default());
        let shared = Shared {
            queue,
            lost: Arc::clone(&lost),
            set_ups: SetUps::default(),
            intake: Arc::clone(&works.intake),
            clock: Arc::clone(&works.clock),
        };
        (Recorder(Arc::new(shared)), Worker::start(works, waiting, lost))
    }

    /// Records an event soon. Without an actor in the draft it is the one of
    /// [`with_actor`](crate::with_actor); without a time it is now.
    pub fn record(&self, draft: Draft) {
        self.record_with(|| draft);
    }

    /// Records an event like [`record`](Recorder::record), with a draft that is built here. A panic
    /// on the way (in somebody's `Display`, say) loses this event and nothing else.
    pub fn record_with(&self, draft: impl FnOnce() -> Draft) {
        if catch_panic(|| self.0.enqueue(draft())).is_none() {
            self.0.lost.add(Loss::Panicked, 1);
        }
    }

    /// Counts events until the returned value is dropped, and then records them as one: for an
    /// application that sets itself up in a thousand steps.
    ///
    /// The ledger, errors and critical events are still recorded one by one.
    pub fn set_up(&self, name: impl Into<String>) -> SetUp {
        SetUp::begin(self.clone(), name.into(), current_actor())
    }

    /// Waits until everything recorded before is durable, or Annals has stopped.
    pub async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.0.queue.send(Queued::Flush(done)).await.is_ok() {
            let _ = written.await;
        }
    }

    /// Returns the number of events that could not be recorded since the start.
    pub fn lost(&self) -> u64 {
        self.0.lost.total()
    }
}

impl Shared {
    fn enqueue(&self, mut draft: Draft) {
        draft.actor.get_or_insert_with(current_actor);
        // The time is now, however long the event waits; the journal sets the time of points.
        if draft.age_ms.is_none() && draft.points.is_none() {
            draft.occurred_at.get_or_insert_with(|| self.clock.now());
        }
        if !self.set_ups.fold(&self.intake, &draft) {
            self.offer(Source::Service, draft, 1);
        }
    }

    /// Queues a draft that represents so many events, or counts them as lost.
    fn offer(&self, source: Source, draft: Draft, events: u64) {
        match self.queue.try_send(Queued::Event(source, Box::new(draft))) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => self.lost.add(Loss::QueueFull, events),
            Err(mpsc::error::TrySendError::Closed(_)) => self.lost.add(Loss::Stopped, events),
        }
    }
}

/// Returns the work's result; `None` if it panics.
fn catch_panic<R>(work: impl FnOnce() -> R) -> Option<R> {
    // State stays consistent: the work changes it in its last step only.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => Some(done),
        Err(payload) => {
            // The payload is a foreign value, which may panic when it is dropped.
            std::mem::forget(payload);
            None
        }
    }
}
