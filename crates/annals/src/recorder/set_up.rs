//! Folding of an application's set-up: its events are counted and recorded as one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use annals_event::{Actor, Draft, Entity, Severity, limits};
use parking_lot::{Mutex, MutexGuard};
use serde_json::{Value, json};

use super::{Recorder, catch_panic};
use crate::catalog::OTHER;
use crate::record::{Intake, Source};

/// Number of event types that are counted by name; further ones are counted together.
const KINDS: usize = 100;

/// A set-up in progress. It ends when this is dropped, even by a panic. Inside another set-up it is
/// recorded on its own, and the other does not count its events.
#[must_use = "the set-up ends when this is dropped"]
pub struct SetUp {
    recorder: Recorder,
    number: usize,
}

/// The set-ups in progress.
#[derive(Default)]
pub(super) struct SetUps {
    /// Number of set-ups, so that recording takes no lock if there is none.
    open: AtomicUsize,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    last_number: usize,
    /// The set-ups, the innermost last.
    running: Vec<Running>,
}

struct Running {
    number: usize,
    name: String,
    actor: Actor,
    /// Counts by category, then action.
    counts: BTreeMap<String, BTreeMap<String, u64>>,
    /// Number of events of further types.
    more: u64,
}

impl SetUp {
    pub(super) fn begin(recorder: Recorder, name: String, actor: Actor) -> SetUp {
        let number = recorder.0.set_ups.begin(name, actor);
        SetUp { recorder, number }
    }
}

impl Drop for SetUp {
    fn drop(&mut self) {
        let shared = &self.recorder.0;
        let completed = !std::thread::panicking();
        // A second panic while another one unwinds would end the process.
        let _ = catch_panic(|| {
            if let Some(ended) = shared.set_ups.end(self.number)
                && ended.count() > 0
            {
                let count = ended.count();
                shared.offer(Source::Annals, ended.event(completed), count);
            }
        });
    }
}

impl SetUps {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock()
    }

    fn begin(&self, name: String, actor: Actor) -> usize {
        let mut inner = self.lock();
        inner.last_number += 1;
        let number = inner.last_number;
        let running = Running { number, name, actor, counts: BTreeMap::new(), more: 0 };
        inner.running.push(running);
        self.open.store(inner.running.len(), Ordering::Release);
        number
    }

    fn end(&self, number: usize) -> Option<Running> {
        let mut inner = self.lock();
        let place = inner.running.iter().position(|running| running.number == number)?;
        let ended = inner.running.remove(place);
        self.open.store(inner.running.len(), Ordering::Release);
        Some(ended)
    }

    /// Counts the event instead of recording it, if a set-up is in progress. Events that are
    /// switched off are not counted either.
    pub(super) fn fold(&self, intake: &Intake, draft: &Draft) -> bool {
        // An invalid event is queued, so that it is refused and counted as lost.
        if self.open.load(Ordering::Acquire) == 0 || draft.check().is_err() {
            return false;
        }
        let catalog = intake.catalog();
        let given = draft.category.as_deref();
        let known = || catalog.category_for(Source::Service, &draft.action).ok();
        let category = given.or_else(known).unwrap_or(OTHER);
        let severity = draft.severity.unwrap_or_else(|| catalog.severity(category, &draft.action));
        let class = catalog.class(category, &draft.action);
        let ledger =
            draft.points.is_some() || class.is_some_and(|class| !class.may_be_switched_off());
        if ledger || severity >= Severity::Error {
            return false;
        }
        let mut inner = self.lock();
        let Some(innermost) = inner.running.last_mut() else {
            return false;
        };
        if intake.records(category, &draft.action) {
            innermost.add(category, &draft.action);
        }
        true
    }
}

impl Running {
    fn add(&mut self, category: &str, action: &str) {
        let known = self.counts.get_mut(category).and_then(|actions| actions.get_mut(action));
        if let Some(count) = known {
            *count += 1;
        } else if self.counts.values().map(BTreeMap::len).sum::<usize>() < KINDS {
            let actions = self.counts.entry(category.to_owned()).or_default();
            actions.insert(action.to_owned(), 1);
        } else {
            self.more += 1;
        }
    }

    fn count(&self) -> u64 {
        self.counts.values().flat_map(BTreeMap::values).sum::<u64>() + self.more
    }

    fn event(self, completed: bool) -> Draft {
        let mut details = vec![
            ("count", self.count().into()),
            ("completed", completed.into()),
            ("events", json!(self.counts)),
        ];
        if self.more > 0 {
            details.push(("more", Value::from(self.more)));
        }
        let name: String = self.name.chars().filter(|c| !c.is_control()).collect();
        let name = name.chars().take(limits::NAME_CHARS).collect();
        Draft {
            category: Some("system".to_owned()),
            action: "application_set_up".to_owned(),
            severity: (!completed).then_some(Severity::Warning),
            actor: Some(self.actor),
            entity: Some(Entity { kind: "application".to_owned(), id: None, name: Some(name) }),
            metadata: details.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
            ..Draft::default()
        }
    }
}
