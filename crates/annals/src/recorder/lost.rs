//! The count of events that could not be recorded, by reason, until the count itself is recorded.

use std::sync::atomic::{AtomicU64, Ordering};

use annals_event::{Draft, Metadata};
use serde_json::json;
use tokio::sync::Notify;

/// The reason why an event was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// The queue was full.
    QueueFull,
    /// Building the draft panicked.
    Panicked,
    /// The event was invalid.
    Refused,
    /// Annals had stopped.
    Stopped,
}

impl Loss {
    const ALL: [Loss; 4] = [Loss::QueueFull, Loss::Panicked, Loss::Refused, Loss::Stopped];

    const fn as_str(self) -> &'static str {
        match self {
            Loss::QueueFull => "queue_full",
            Loss::Panicked => "panicked",
            Loss::Refused => "refused",
            Loss::Stopped => "stopped",
        }
    }
}

/// The counts.
#[derive(Default)]
pub(super) struct Lost {
    unrecorded: [AtomicU64; Loss::ALL.len()],
    total: AtomicU64,
    changed: Notify,
}

impl Lost {
    pub(super) fn add(&self, loss: Loss, events: u64) {
        self.unrecorded[loss as usize].fetch_add(events, Ordering::Relaxed);
        self.total.fetch_add(events, Ordering::Relaxed);
        self.changed.notify_one();
    }

    pub(super) fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Waits until something was lost since the last call.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Takes the counts that were not recorded yet, as an event of Annals itself.
    pub(super) fn take(&self) -> Option<Draft> {
        let taken = Loss::ALL
            .map(|loss| (loss.as_str(), self.unrecorded[loss as usize].swap(0, Ordering::Relaxed)));
        let count: u64 = taken.iter().map(|(_, count)| count).sum();
        let reasons: Metadata = taken
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(reason, count)| (reason.to_owned(), count.into()))
            .collect();
        let metadata = [("count", json!(count)), ("reasons", reasons.into())];
        (count > 0).then(|| Draft {
            category: Some("system".to_owned()),
            action: "events_dropped".to_owned(),
            metadata: metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
            ..Draft::default()
        })
    }
}
