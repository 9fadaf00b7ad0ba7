//! Badges and certificates: what children's tasks have come to, each an event on the record.
//!
//! ```text
//! points event ─► whose? ─► the tasks this child has done ─► rules ─► reached and not on the record yet
//!                                                                       └─► journal.append
//! ```
//!
//! A follower, so that no command waits for it or fails with it. It awards once for a child, a badge
//! and a threshold because the event's id is made of these three: after a crash, a rebuild or a
//! change of the rules it finds what it has awarded by its id, and the journal takes no id twice.
//! Its place stands among the journal's settings, and may lie behind for the same reason.

mod progress;
mod rules;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use annals_event::{Draft, Entity, Event, Subject, Time, Uuid};
use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tokio::time::timeout;

pub use progress::BadgeProgress;
pub use rules::{Kind, Language, Rule, Rules, RulesError};

use self::progress::{ChildProgress, Done};
use super::Output;
use crate::calendar::Calendar;
use crate::journal::{Exclusive, Journal};
use crate::store::{self, Checkpoint, Entry, Scope, Step, Store};

/// The setting that holds the place.
const PLACE: &str = "badges_checkpoint";
/// Grows whenever the same events would reach something else.
const VERSION: u32 = 1;
/// Positions after which the place is written down, also where nothing was awarded.
const QUIET: u64 = 10_000;
/// No look takes longer. It is less than the term of an erasure's lease, so that what it writes is
/// written before another server erases somebody.
const LOOK: Duration = Duration::from_secs(8);
/// Children whose last look is remembered.
const REMEMBERED: usize = 10_000;

/// What makes an award ready to be written.
pub trait AwardEntry: Send + Sync {
    /// The entry of an award; `None` where it may not be recorded.
    fn entry(&self, award: Draft) -> Option<Entry>;
}

/// What can be earned, and how far children have come with it.
#[derive(Clone)]
pub struct Badges {
    /// The operator's rules.
    pub rules: Arc<Rules>,
    calendar: Calendar,
    store: Arc<dyn Store>,
    /// Where children stood when they were last looked at, so that the next look begins there.
    known: Arc<std::sync::Mutex<HashMap<String, ChildProgress>>>,
}

impl Badges {
    /// Under these rules, by this calendar.
    pub fn new(rules: Rules, calendar: Calendar, store: Arc<dyn Store>) -> Badges {
        Badges { rules: Arc::new(rules), calendar, store, known: Arc::default() }
    }

    /// How far a child has come with each rule, in their order.
    ///
    /// # Errors
    /// The store cannot answer.
    pub async fn badge_progress(&self, child: &str) -> store::Result<Vec<BadgeProgress>> {
        Ok(self.progress(child).await?.badge_progress)
    }

    async fn progress(&self, child: &str) -> store::Result<ChildProgress> {
        let known = self.known().get(child).cloned();
        let mut progress = known.unwrap_or_else(|| ChildProgress::new(&self.rules));
        let done = progress::done(&*self.store, child, progress.last).await?;
        progress.go_on(&self.rules, &self.calendar, &done);
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(child.to_owned(), progress.clone());
        Ok(progress)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, ChildProgress>> {
        // Nothing can panic while the lock is held, so a poisoned one holds whole values.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The event by which a child was awarded a badge.
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
        // Of somebody who was erased: not this child's, though it may bear the same id.
        Ok(event.filter(|event| event.anonymised_at.is_none()))
    }

    /// The id of that event. Made with the journal's own key: nobody reads off it whose it is.
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

/// What a follower of badges works with.
#[derive(Clone)]
pub struct BadgeParts {
    /// What can be earned.
    pub badges: Badges,
    /// Where awards go.
    pub journal: Journal,
    /// How they become entries.
    pub award: Arc<dyn AwardEntry>,
    /// Held while a person is erased: an award must not bring back who is going.
    pub erasing: Exclusive,
}

/// The follower's output.
pub(super) struct BadgeOutput {
    parts: BadgeParts,
    /// Up to which position each child's tasks have been looked at.
    seen: HashMap<String, u64>,
    written: u64,
}

/// The place, as it is kept.
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

    /// Without rules there is nothing to look for, and no place to remember.
    fn idle(&self) -> bool {
        self.parts.badges.rules.iter().next().is_none()
    }

    fn stamp(&self) -> String {
        let Badges { rules, calendar, .. } = &self.parts.badges;
        format!("{VERSION} {} {}", calendar.name(), rules.stamp())
    }

    async fn stand(&mut self, checkpoint: Checkpoint) -> Result<()> {
        let Checkpoint { position, as_of } = checkpoint;
        let kept = SavedCheckpoint { stamp: self.stamp(), position, as_of };
        let text = serde_json::to_string(&kept)?;
        self.parts.badges.store.put_setting(PLACE, &text).await?;
        self.written = position;
        Ok(())
    }

    /// Awards what a child has reached and was not awarded. Answers whether there was anything.
    async fn look(&mut self, child: &str) -> Result<bool> {
        // Not waited for: whoever erases waits for this follower. Another server may, too.
        let Some(lease) = self.parts.erasing.try_acquire().await? else {
            bail!("a person is being erased; awards wait for it");
        };
        let done = timeout(LOOK, self.look_in_turn(child)).await;
        lease.release().await;
        done.context("looking for what a child has reached took too long")?
    }

    async fn look_in_turn(&mut self, child: &str) -> Result<bool> {
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

/// The event of an award: its id says whose and what for, so that it is written once.
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
        let text = store.setting(PLACE).await?;
        let kept = text.and_then(|text| serde_json::from_str::<SavedCheckpoint>(&text).ok());
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
            self.stand(step.to).await?;
        }
        Ok(())
    }

    async fn clear(&mut self) -> Result<()> {
        // What was awarded stays awarded: it is on the record, and found there. Where somebody was
        // erased, whoever bears their id next begins anew.
        self.seen.clear();
        self.parts.badges.known().clear();
        if self.idle() { Ok(()) } else { self.stand(Checkpoint::default()).await }
    }
}

#[cfg(test)]
mod tests;
