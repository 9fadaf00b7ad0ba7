//! Badges and certificates: awards for the tasks that children have done, each recorded as an
//! event.
//!
//! ```text
//! points event ─► child ─► all tasks of this child ─► rules ─► reached and not recorded yet
//!                                                                  └─► journal.append
//! ```
//!
//! This is a follower, so that no command waits for it or fails with it. A child gets an award once
//! for each badge and threshold, because the event's id is computed from these three: after a
//! crash, a rebuild or a change of the rules, earlier awards are found by id, and the journal
//! accepts no id twice. The checkpoint is a setting of the journal; it may be too old for the same
//! reason.

mod progress;
mod rules;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use annals_event::{Draft, Entity, Event, Subject, Time, Uuid};
use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use hmac::{Hmac, KeyInit as _, Mac as _};
use parking_lot::MutexGuard;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tokio::time::timeout;

pub use progress::BadgeProgress;
pub use rules::{Kind, Language, Rule, Rules, RulesError};

use self::progress::{ChildProgress, Done};
use super::Output;
use crate::calendar::Calendar;
use crate::journal::{Exclusive, Journal};
use crate::store::{self, Checkpoint, Entry, JobCheckpoint, Scope, Step, Store, StoreError};

/// The saved checkpoint.
const SAVED: JobCheckpoint<SavedCheckpoint> = JobCheckpoint::named("badges");
/// The version of the computation; it grows whenever the same events would reach something else.
const VERSION: u32 = 2;
/// Number of positions after which the checkpoint is saved, even if nothing was awarded.
const QUIET: u64 = 10_000;
/// The longest look at a child. It is shorter than an erasure's lease, so that its awards are
/// written before another server erases somebody.
const LOOK_TIMEOUT: Duration = Duration::from_secs(8);
/// Number of children whose last look is remembered.
const REMEMBERED: usize = 10_000;

/// A maker of entries for awards.
pub trait AwardEntry: Send + Sync {
    /// Makes the entry of an award; `None` if it may not be recorded.
    fn entry(&self, award: Draft) -> Option<Entry>;
}

/// The badges, and the children's progress towards them.
#[derive(Clone)]
pub struct Badges {
    /// The operator's rules.
    pub rules: Arc<Rules>,
    calendar: Calendar,
    store: Arc<dyn Store>,
    /// The progress of children at their last look, where the next look begins.
    known: Arc<parking_lot::Mutex<HashMap<String, ChildProgress>>>,
}

impl Badges {
    /// Makes badges with these rules, by this calendar.
    pub fn new(rules: Rules, calendar: Calendar, store: Arc<dyn Store>) -> Badges {
        Badges { rules: Arc::new(rules), calendar, store, known: Arc::default() }
    }

    /// Returns a child's progress with each rule, in their order.
    ///
    /// # Errors
    /// The store cannot answer.
    pub async fn badge_progress(&self, child: &str) -> store::Result<Vec<BadgeProgress>> {
        Ok(self.progress(child).await?.badge_progress)
    }

    async fn progress(&self, child: &str) -> store::Result<ChildProgress> {
        let known = self.known().get(child).cloned();
        let mut progress = known.unwrap_or_else(|| ChildProgress::new(&self.rules));
        let mut done = progress::done(&*self.store, child, progress.last).await?;
        if progress.last > 0 && done.iter().any(|event| event.undoes.is_some()) {
            // An event that counts already was taken back.
            progress = ChildProgress::new(&self.rules);
            done = progress::done(&*self.store, child, 0).await?;
        }
        progress.extend(&self.rules, &self.calendar, &done);
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(child.to_owned(), progress.clone());
        Ok(progress)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, ChildProgress>> {
        self.known.lock()
    }

    /// Returns the event by which a child was awarded a badge.
    ///
    /// # Errors
    /// The store cannot answer.
    pub async fn award(
        &self,
        child: &str,
        rule: &Rule,
        scope: Scope,
    ) -> store::Result<Option<Event>> {
        let event = self.store.find(self.id(child, rule), scope).await?;
        // An award of an erased person belongs to nobody, even if a child has the same id now.
        Ok(event.filter(|event| event.anonymised_at.is_none()))
    }

    /// Returns the id of that event. The journal's own key keeps the child secret.
    fn id(&self, child: &str, rule: &Rule) -> Uuid {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.store.identity().cursor_key)
            .expect("HMAC takes a key of any length");
        for part in ["badge", child, &rule.id, &rule.threshold.to_string()] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let hash = mac.finalize().into_bytes();
        uuid::Builder::from_custom_bytes(*hash.first_chunk().unwrap_or(&[0; 16])).into_uuid()
    }
}

/// The parts a follower of badges works with.
#[derive(Clone)]
pub struct BadgeParts {
    /// The badges.
    pub badges: Badges,
    /// The journal that awards are written to.
    pub journal: Journal,
    /// The maker of their entries.
    pub award: Arc<dyn AwardEntry>,
    /// A lock held while a person is erased, because an award must not bring them back.
    pub erasing: Exclusive,
}

/// The follower's output.
pub(super) struct BadgeOutput {
    parts: BadgeParts,
    /// The position up to which each child's tasks have been looked at.
    seen: HashMap<String, u64>,
    written: u64,
}

/// The checkpoint as it is saved.
#[derive(Serialize, Deserialize)]
struct SavedCheckpoint {
    stamp: String,
    position: u64,
    as_of: Option<Time>,
}

impl BadgeOutput {
    pub(super) fn new(parts: &BadgeParts) -> BadgeOutput {
        BadgeOutput { parts: parts.clone(), seen: HashMap::new(), written: 0 }
    }

    /// Returns `true` if there are no rules, so that there is nothing to do or to save.
    fn idle(&self) -> bool {
        self.parts.badges.rules.iter().next().is_none()
    }

    fn stamp(&self) -> String {
        let Badges { rules, calendar, .. } = &self.parts.badges;
        format!("{VERSION} {} {}", calendar.name(), rules.stamp())
    }

    async fn save(&mut self, checkpoint: Checkpoint) -> Result<()> {
        let Checkpoint { position, as_of } = checkpoint;
        let kept = SavedCheckpoint { stamp: self.stamp(), position, as_of };
        SAVED.put(&*self.parts.badges.store, &kept).await?;
        self.written = position;
        Ok(())
    }

    /// Awards what a child has newly reached. Returns `true` if there was anything.
    async fn look(&mut self, child: &str) -> Result<bool> {
        // Do not wait: the erasure waits for this follower, and another server may, too.
        let Some(lease) = self.parts.erasing.try_acquire().await? else {
            bail!("a person is being erased; awards wait for it");
        };
        let done = timeout(LOOK_TIMEOUT, self.look_under_lease(child)).await;
        lease.release().await;
        done.context("looking for what a child has reached took too long")?
    }

    async fn look_under_lease(&mut self, child: &str) -> Result<bool> {
        let BadgeParts { badges, journal, award, .. } = &self.parts;
        let ChildProgress { badge_progress, last, .. } = badges.progress(child).await?;
        let name = badges.store.person(child).await?.and_then(|person| person.name);
        let mut entries = Vec::new();
        for (rule, reached_so_far) in badges.rules.iter().zip(badge_progress) {
            let Some(reached) = reached_so_far.reached else { continue };
            let id = badges.id(child, rule);
            if badges.store.find(id, Scope::everything()).await?.is_some() {
                continue;
            }
            let subject = Subject { id: child.to_owned(), name: name.clone() };
            entries.extend(award.entry(draft(id, rule, subject, reached)));
        }
        let any = !entries.is_empty();
        journal.append(entries).await.context("awards could not be written")?;
        if self.seen.len() >= REMEMBERED {
            self.seen.clear();
        }
        self.seen.insert(child.to_owned(), last);
        Ok(any)
    }
}

/// Makes the event of an award. Its id depends on child and badge, so that it is written once.
fn draft(id: Uuid, rule: &Rule, subject: Subject, reached: (Uuid, Time)) -> Draft {
    let name = rule.name.get(Language::default()).to_owned();
    let metadata = [
        ("metric", rule.metric.to_string().into()),
        ("threshold", rule.threshold.into()),
        ("reached_at", reached.1.to_string().into()),
        ("tracking_event_id", reached.0.to_string().into()),
    ];
    Draft {
        id: Some(id),
        category: Some("badge".to_owned()),
        action: rule.kind.action().to_owned(),
        subject: Some(subject),
        entity: Some(Entity {
            kind: rule.kind.as_str().to_owned(),
            id: Some(rule.id.clone()),
            name: Some(name),
        }),
        metadata: metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        ..Draft::default()
    }
}

#[async_trait]
impl Output for BadgeOutput {
    async fn resume(&mut self) -> Result<Checkpoint> {
        self.seen.clear();
        let store = &self.parts.badges.store;
        if self.idle() {
            let head = store.head().await?;
            return Ok(Checkpoint { position: head.seq, as_of: Some(head.created_at) });
        }
        // A checkpoint of another version cannot be parsed: awards start again.
        let kept = match SAVED.get(&**store).await {
            Err(StoreError::Damaged(_)) => None,
            kept => kept?,
        };
        let kept = kept.filter(|kept| kept.stamp == self.stamp());
        let checkpoint = kept.map_or_else(Checkpoint::default, |kept| Checkpoint {
            position: kept.position,
            as_of: kept.as_of,
        });
        self.written = checkpoint.position;
        Ok(checkpoint)
    }

    async fn process(&mut self, events: &[Arc<Event>], step: Step) -> Result<()> {
        if self.idle() {
            return Ok(());
        }
        let counted = events.iter().filter_map(|event| {
            let done = Done::of(event)?;
            let child = &event.subject.as_ref()?.id;
            let seen = self.seen.get(child).is_some_and(|seen| *seen >= done.seq);
            (!seen).then(|| child.clone())
        });
        let mut any = false;
        for child in counted.collect::<BTreeSet<_>>() {
            any |= self.look(&child).await?;
        }
        if any || step.to.position.saturating_sub(self.written) >= QUIET {
            self.save(step.to).await?;
        }
        Ok(())
    }

    async fn clear(&mut self) -> Result<()> {
        // Awards stay: they are recorded and found again. If somebody was erased, the next person
        // with their id starts from zero.
        self.seen.clear();
        self.parts.badges.known().clear();
        if self.idle() { Ok(()) } else { self.save(Checkpoint::default()).await }
    }
}

#[cfg(test)]
mod tests;
