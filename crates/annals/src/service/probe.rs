//! Whether an event could be written now.

use std::sync::Arc;

use annals_event::Time;
use tokio::sync::Mutex;

use super::Core;
use crate::store::Result;

/// How long an answer serves, in microseconds: whoever asks more often makes no more writes.
const LIFE: i64 = 1_000_000;

/// Finds out by writing.
pub struct Probe {
    core: Arc<Core>,
    /// The last answer, and when it was given.
    last: Mutex<Option<(Time, Result<()>)>>,
}

impl Probe {
    pub(super) fn new(core: &Arc<Core>) -> Probe {
        Probe { core: Arc::clone(core), last: Mutex::default() }
    }

    /// Whether an event could be written now, or within the last second.
    ///
    /// # Errors
    /// It could not, and why.
    pub async fn writable(&self) -> Result<()> {
        let mut last = self.last.lock().await;
        let now = self.core.clock.now();
        if let Some((at, answer)) = &*last
            && (0..LIFE).contains(&now.micros_since(*at))
        {
            return answer.clone();
        }
        let answer = self.core.store.probe().await;
        *last = Some((now, answer.clone()));
        answer
    }
}
