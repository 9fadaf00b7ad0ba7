//! Rollups: counts by day of the deployment's calendar, by person, page and entity; sessions; and
//! errors by group.
//!
//! The catalog gives the meaning of an event; no action is known here by name.

mod counts;
mod errors;
mod pages;
mod recent;
mod sessions;

use std::collections::BTreeSet;
use std::sync::Arc;

use annals_event::Event;
use anyhow::Result;
use async_trait::async_trait;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use self::counts::Counts;
use self::recent::Recent;
use self::sessions::{Around, Sessions, Sign};
use super::{Output, Parts};
use crate::background::yield_every;
use crate::calendar::Calendar;
use crate::catalog::{Catalog, Role, Source};
use crate::config::Pages;
use crate::filter::{Field, Filter, Term};
use crate::store::{
    self, By, Checkpoint, DerivedStore, Order, RollupChange, Scope, Selection, Step, Store,
};

/// The version of the counts; it grows whenever the same events would be counted differently.
const VERSION: u32 = 6;
/// Number of events that are counted before other threads may run: some tenths of a millisecond.
const YIELD_EVERY: usize = 256;
/// Number of events that are read at once to walk a session again.
const PAGE: usize = 1_000;
/// Number of events without a gap up to which they are walked again; only programs make more.
const MOST_WALKED: usize = 20_000;

pub(super) struct Rollups {
    store: Arc<dyn Store>,
    derived: Arc<dyn DerivedStore>,
    catalog: Arc<Catalog>,
    calendar: Calendar,
    pages: Pages,
    recent: Recent,
}

/// The meaning of an event for the rollups.
struct Meaning {
    /// The day it counts for.
    day: Date,
    role: Option<Role>,
    /// `true` for an act of Annals itself.
    own: bool,
}

impl Rollups {
    pub(super) fn new(parts: &Parts) -> Rollups {
        Rollups {
            store: Arc::clone(&parts.store),
            derived: Arc::clone(&parts.derived),
            catalog: Arc::clone(&parts.catalog),
            calendar: parts.calendar.clone(),
            pages: parts.pages.clone(),
            recent: Recent::default(),
        }
    }

    /// Returns a text that changes with calendar, roles or pages, which make earlier counts
    /// useless.
    fn stamp(&self) -> String {
        let mut roles = Sha256::new();
        for entry in self.catalog.entries() {
            let role = role(&self.catalog, &entry.category, &entry.action);
            let role = role.map_or("", Role::as_str);
            let own = is_own(&self.catalog, &entry.category, &entry.action);
            roles.update(format!("{} {} {role} {own}\n", entry.category, entry.action));
        }
        for (category, class) in self.catalog.categories() {
            roles.update(format!("{category} {}\n", class.as_str()));
        }
        for rule in &self.pages.fold {
            roles.update(format!("{}\n", String::from(rule.clone())));
        }
        roles.update([u8::from(self.pages.fold_case)]);
        let roles = u64::from_be_bytes(*roles.finalize().first_chunk().unwrap_or(&[0; 8]));
        format!("{VERSION} {} {roles:016x}", self.calendar.name())
    }

    /// Returns the meaning of each event.
    fn meanings(&self, events: &[Arc<Event>]) -> Vec<Meaning> {
        events.iter().map(|event| self.meaning(event)).collect()
    }

    fn meaning(&self, event: &Event) -> Meaning {
        Meaning {
            day: self.calendar.day(event.occurred_at),
            role: role(&self.catalog, &event.category, &event.action),
            own: is_own(&self.catalog, &event.category, &event.action),
        }
    }

    fn count(&self, events: &[Arc<Event>], meanings: &[Meaning]) -> RollupChange {
        let mut change = RollupChange::default();
        let mut counts = Counts::default();
        for (done, (event, meaning)) in events.iter().zip(meanings).enumerate() {
            yield_every(done, YIELD_EVERY);
            counts.count(event, meaning);
            let &Meaning { day, role, .. } = meaning;
            if role == Some(Role::Error) {
                let person = event.subject.as_ref().map(|subject| subject.id.as_str());
                change.errors.push(errors::sighting(event, day, person));
            }
            pages::count(&mut change, event, day, role, &self.pages);
        }
        counts.add_to(&mut change);
        change
    }

    /// Reads the sessions of the events' session ids, and applies the events to them. `end` is the
    /// position of the last event.
    async fn sessions(
        &mut self,
        events: &[Arc<Event>],
        meanings: &[Meaning],
        end: u64,
    ) -> Result<Sessions> {
        let session_ids: BTreeSet<&str> =
            events.iter().filter_map(|event| event.session_id.as_deref()).collect();
        let (mut before, mut unknown) = (Vec::new(), Vec::new());
        for session_id in session_ids {
            match self.recent.remove(session_id) {
                Some(known) => before.extend(known),
                None => unknown.push(session_id.to_owned()),
            }
        }
        if !unknown.is_empty() {
            before.extend(self.derived.sessions(unknown).await?);
        }
        let mut sessions = Sessions::new(before);
        for (done, (event, meaning)) in events.iter().zip(meanings).enumerate() {
            yield_every(done, YIELD_EVERY);
            if let Some(sign) = self.sign(event, meaning) {
                sessions.apply(&sign);
            }
        }
        for around in sessions.unsure() {
            let events = self.events_around(&around, end).await?;
            if events.len() < MOST_WALKED {
                let signs =
                    events.iter().filter_map(|event| self.sign(event, &self.meaning(event)));
                sessions.replace(&around, signs.collect());
            }
        }
        Ok(sessions)
    }

    /// Returns the features of an event that decide its session; `None` if it belongs to none.
    fn sign<'e>(&'e self, event: &'e Event, meaning: &Meaning) -> Option<Sign<'e>> {
        let &Meaning { day, role, own } = meaning;
        Some(Sign {
            session_id: event.session_id.as_deref()?,
            person: event.subject.as_ref().map(|subject| subject.id.as_str()),
            at: event.occurred_at,
            id: event.id,
            day,
            logout: role == Some(Role::Logout),
            did: pages::did(event, role, own, &self.pages),
        })
    }

    /// Reads the events of some sessions up to a position.
    async fn events_around(&self, around: &Around, end: u64) -> Result<Vec<Event>> {
        let term = Term {
            field: Field::SessionId,
            values: vec![around.session_id.clone()],
            negated: false,
        };
        let filter = Filter {
            terms: vec![term],
            from: Some(around.first),
            to: Some(around.last.plus_micros(1)),
            ..Filter::default()
        };
        let mut events: Vec<Event> = Vec::new();
        loop {
            let after = events.last().map_or(0, |last| last.seq);
            let page = Selection {
                filter: Scope::everything().over(filter.clone()),
                range: after + 1..end + 1,
                by: By::Recorded,
                order: Order::Asc,
                limit: PAGE,
            };
            let mut page = self.store.select(page).await?;
            let more = page.len() == PAGE && events.len() < MOST_WALKED;
            events.append(&mut page);
            if !more {
                return Ok(events);
            }
        }
    }
}

/// Returns the role of an event. Events of the class `error` are errors, even if the catalog does
/// not name their action.
fn role(catalog: &Catalog, category: &str, action: &str) -> Option<Role> {
    let named = catalog.get(category, action).and_then(|entry| entry.role);
    named.or_else(|| Role::of_class(catalog.class(category, action)?))
}

/// Returns `true` for an act that only Annals itself may send.
fn is_own(catalog: &Catalog, category: &str, action: &str) -> bool {
    catalog.get(category, action).is_some_and(|entry| entry.sources == [Source::Annals])
}

#[async_trait]
impl Output for Rollups {
    async fn resume(&mut self) -> Result<Checkpoint> {
        // After a failure the cache may not match what was written.
        self.recent = Recent::default();
        // The file may be new, and other servers freeze days as well.
        store::sync_frozen_days(&*self.store, &*self.derived).await?;
        Ok(self.derived.resume(store::Output::Rollups, &self.stamp()).await?)
    }

    async fn process(&mut self, events: &[Arc<Event>], step: Step) -> Result<()> {
        let meanings = self.meanings(events);
        let sessions = self.sessions(events, &meanings, step.to.position).await?;
        let change = self.count(events, &meanings);
        let mut change = RollupChange { sessions: sessions.changes(), ..change };
        for (entry, (entries, bounces)) in sessions.entries() {
            let key = (entry.path.clone(), self.calendar.day(entry.at));
            let page = change.pages.entry(key).or_default();
            page.entries += entries;
            page.bounces += bounces;
        }
        self.derived.add_rollups(step, change).await?;
        self.recent.put(sessions.chains());
        Ok(())
    }

    async fn clear(&mut self) -> Result<()> {
        self.recent = Recent::default();
        Ok(self.derived.clear(store::Output::Rollups).await?)
    }
}
