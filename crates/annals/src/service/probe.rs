//! A test of whether events can be written.

use std::sync::Arc;

use annals_event::Time;
use tokio::sync::Mutex;

use super::Core;
use crate::store::Result;

/// Time that an answer is reused, in microseconds, so that frequent checks cause few writes.
const LIFE: i64 = 1_000_000;

/// Tests by writing whether events can be written.
pub struct Probe {
    core: Arc<Core>,
    /// The last answer and its time.
    last: Mutex<Option<(Time, Result<()>)>>,
}

impl Probe {
    pub(super) fn new(core: &Arc<Core>) -> Probe {
        Probe { core: Arc::clone(core), last: Mutex::default() }
    }

    /// Tests whether events can be written; the answer may be up to a second old.
    ///
    /// # Errors
    /// The reason why they cannot.
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
