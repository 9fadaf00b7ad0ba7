//! Commands, decided while nobody else appends and written in one transaction with their events.
//! Events that change no account are appended in one call instead.
//!
//! ```text
//! BEGIN ─► lock the head ─► accounts, answers, ids ─► decide, in memory ─► annals_append ─► accounts,
//!                                                                         ledger, answers ─► COMMIT
//! ```

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Instant;

use annals_event::{Event, Time, Uuid};
use deadpool_postgres::{Object, Transaction};
use tokio::time::timeout;

use super::accounts::{self, AnswerRow};
use super::append::{self, Failed, PAUSE, SETTLE};
use super::batch::{Batch, Ids};
use super::end::End;
use super::error::{chain, failed, is_in_doubt};
use super::journal::OpenJournal;
use super::lost::CALL;
use super::pools::Pools;
use super::rows;
use annals_store::{
    Account, Answer, Command, Decided, Entry, Head, Item, LedgerKind, Outcome, Result, StoreError,
};

/// The most connections to try before giving up.
const TRIES: u32 = 4;

pub(super) async fn commit(
    pools: &Pools,
    journal: &OpenJournal,
    items: Vec<Item>,
    now: Time,
) -> Result<Vec<Outcome>> {
    let plain = |item: &Item| match item {
        Item::Append(entry) => LedgerKind::of(&entry.event).is_none(),
        Item::Decide(_) => false,
    };
    if items.iter().all(plain) {
        let entries = items.into_iter().filter_map(|item| match item {
            Item::Append(entry) => Some(entry),
            Item::Decide(_) => None,
        });
        let mut entries: Vec<Entry> = entries.collect();
        let appended = append::append(pools, journal, &mut entries, now).await?;
        journal.written(entries.into_iter().zip(&appended));
        return Ok(appended.into_iter().map(Outcome::Appended).collect());
    }
    let mut waiting = Some(items);
    let mut tried = 0;
    loop {
        tried += 1;
        let mut client = pools.writer().await?;
        let done = transact(&mut client, journal, &mut waiting, now).await;
        let dead = client.is_closed();
        if dead || done.is_err() {
            // Closes the connection, which ends whatever is running on it.
            drop(Object::take(client));
        }
        match done {
            Ok(outcomes) => return Ok(outcomes),
            // The connection was dead before anything was decided, so another may work.
            Err((Failed::Unsaid(_), _)) if dead && tried < TRIES => {}
            Err((Failed::Unsaid(error) | Failed::Plainly(error), _)) => return Err(error),
            Err((Failed::Doubtful(why), done)) => return settle(pools, done, why).await,
        }
    }
}

/// The decisions that one transaction writes.
#[derive(Default)]
struct Done {
    outcomes: Vec<Outcome>,
    /// The new entries.
    entries: Vec<Entry>,
    /// The journal's end after it, and the turn it began with.
    end: Option<(i64, End)>,
}

/// Runs one transaction. `waiting` is emptied once something is decided, since commands decide only
/// once.
async fn transact(
    client: &mut Object,
    journal: &OpenJournal,
    waiting: &mut Option<Vec<Item>>,
    now: Time,
) -> std::result::Result<Vec<Outcome>, (Failed, Done)> {
    let before = |failed| (failed, Done::default());
    let unsaid = |error| (Failed::Unsaid(failed(error)), Done::default());
    let slow = || StoreError::Unavailable("the database took too long".to_owned());
    let transaction = match timeout(CALL, client.transaction()).await {
        Ok(begun) => begun.map_err(unsaid)?,
        Err(_) => return Err(before(Failed::Unsaid(slow()))),
    };
    let work = async {
        let end = End::hold(&*transaction).await.map_err(Failed::Unsaid)?;
        let Some(items) = waiting.take() else {
            return Ok(Done::default());
        };
        let begun =
            Deciding::load(&transaction, &journal.id_key, Wanted::by(&items), end, now).await;
        let mut deciding = begun.map_err(Failed::Plainly)?;
        let decided =
            items.into_iter().map(|item| deciding.apply(item)).collect::<Result<Vec<_>>>();
        let decided = decided.map_err(Failed::Plainly)?;
        deciding.write(&transaction, journal, decided, now).await
    };
    let done = match timeout(CALL, work).await {
        Ok(done) => done.map_err(before)?,
        Err(_) => return Err(before(Failed::Plainly(slow()))),
    };
    if done.entries.is_empty() {
        // Without new events there is nothing to make durable.
        return Ok(done.outcomes);
    }
    match timeout(CALL, transaction.commit()).await {
        Ok(Ok(())) => {
            let Done { outcomes, entries, end } = done;
            journal.blocks.remember(entries.iter().map(|entry| &entry.event));
            if let Some((turn, end)) = end {
                journal.ends.put(turn, end);
            }
            journal.add(entries);
            Ok(outcomes)
        }
        Ok(Err(error)) if is_in_doubt(&error) => Err((Failed::Doubtful(chain(&error)), done)),
        Ok(Err(error)) => Err((Failed::Plainly(failed(error)), done)),
        Err(_) => Err((Failed::Doubtful("the database took too long".to_owned()), done)),
    }
}

/// Finds out whether a transaction with a lost answer was committed, by locking the head after it.
async fn settle(pools: &Pools, done: Done, why: String) -> Result<Vec<Outcome>> {
    let until = Instant::now() + SETTLE;
    loop {
        if let Ok(written) = is_written(pools, &done).await {
            return if written { Ok(done.outcomes) } else { Err(StoreError::Unavailable(why)) };
        }
        if Instant::now() > until {
            return Err(StoreError::Unknown(why));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn is_written(pools: &Pools, done: &Done) -> Result<bool> {
    let mut client = pools.writer().await?;
    let asked = async {
        let transaction = client.transaction().await.map_err(failed)?;
        rows::head(&*transaction, true).await?;
        // All were written or none, so one entry is enough.
        let Some(entry) = done.entries.first() else {
            return Ok(false);
        };
        let found = rows::by_ids(&*transaction, &[entry.event.id]).await?;
        Ok(found.iter().any(|(_, salt)| salt.as_deref() == Some(&entry.salt)))
    };
    let asked = timeout(CALL, asked).await;
    let asked = asked.unwrap_or_else(|_| Err(StoreError::Unavailable("no answer".to_owned())));
    if asked.is_err() {
        drop(Object::take(client));
    }
    asked
}

/// The accounts after the items so far, and the rows to write.
struct Deciding {
    end: End,
    accounts: HashMap<String, Result<Account>>,
    answers: HashMap<Vec<u8>, AnswerRow>,
    /// Used ids, those of deleted events included.
    used: HashSet<Uuid>,
    /// The events, accounts and answers to write.
    entries: Vec<Entry>,
    changed: BTreeSet<String>,
    kept: Vec<Answer>,
}

/// The data needed to decide: accounts, ids, answers.
#[derive(Default)]
struct Wanted {
    children: Vec<String>,
    ids: Vec<Uuid>,
    slots: Vec<Vec<u8>>,
}

impl Wanted {
    fn by(items: &[Item]) -> Wanted {
        let mut asked = Wanted::default();
        for item in items {
            match item {
                Item::Append(entry) => {
                    asked.ids.push(entry.event.id);
                    let points = LedgerKind::of(&entry.event).and(entry.event.subject.as_ref());
                    asked.children.extend(points.map(|subject| subject.id.clone()));
                }
                Item::Decide(command) => {
                    asked.children.push(command.child.clone());
                    asked.slots.extend(command.repeat.as_ref().map(|repeat| repeat.slot.to_vec()));
                }
            }
        }
        // PostgreSQL cannot store NUL, so no row has such an id.
        asked.children.retain(|child| !child.contains('\0'));
        asked
    }
}

/// An item as far as it is decided.
#[expect(clippy::large_enum_variant, reason = "nearly every item is of the large variant")]
enum Step {
    /// An event, whose outcome depends on its id.
    Append(Entry),
    Decided(Decided),
}

impl Deciding {
    async fn load(
        transaction: &Transaction<'_>,
        id_key: &[u8; 32],
        asked: Wanted,
        mut end: End,
        now: Time,
    ) -> Result<Deciding> {
        end.head.created_at = end.head.created_at.max(now);
        let client = &**transaction;
        let (accounts, answers, used) = tokio::try_join!(
            accounts::of(client, &asked.children),
            accounts::answered(client, &asked.slots, end.head.created_at),
            append::used(client, id_key, &asked.ids),
        )?;
        let (entries, changed, kept) = Default::default();
        Ok(Deciding { end, accounts, answers, used, entries, changed, kept })
    }

    fn apply(&mut self, item: Item) -> Result<Step> {
        match item {
            Item::Append(entry) => {
                // If several entries have one id, only the first is written.
                if self.used.insert(entry.event.id) {
                    self.add(entry.clone())?;
                }
                Ok(Step::Append(entry))
            }
            Item::Decide(command) => self.decide(command).map(Step::Decided),
        }
    }

    fn decide(&mut self, command: Command) -> Result<Decided> {
        let Command { child, repeat, decide } = command;
        if let Some(repeat) = &repeat
            && let Some((body, seq, account)) = self.answers.get(&repeat.slot[..])
        {
            return Ok(repeat.answered(body, *seq, account).unwrap_or_else(Decided::Failed));
        }
        // An unreadable account fails this command and none of its neighbours.
        let decided = match self.accounts.get(&child) {
            None => decide(&Account::default()),
            Some(Ok(account)) => decide(account),
            Some(Err(error)) => return Ok(Decided::Failed(error.clone())),
        };
        let Some(entry) = decided else {
            return Ok(Decided::Refused);
        };
        let event = self.add(entry)?;
        let account = match self.accounts.get(&child) {
            Some(account) => account.clone()?,
            None => Account::default(),
        };
        if let Some(repeat) = repeat {
            let answer = Answer::to(&repeat, &child, event.seq, &account)?;
            let kept = (answer.body.to_vec(), answer.seq, answer.account.clone());
            self.answers.insert(answer.slot.to_vec(), kept);
            self.kept.push(answer);
        }
        Ok(Decided::Done { event: Box::new(event), account })
    }

    /// Numbers an event like its batch will, and applies it to its account.
    fn add(&mut self, entry: Entry) -> Result<Event> {
        let Head { seq, created_at } = self.end.head;
        let seq = seq + self.entries.len() as u64 + 1;
        let occurred_at =
            if entry.derived.occurred_at { created_at } else { entry.event.occurred_at };
        let event = Event { seq, created_at, occurred_at, ..entry.event.clone() };
        if LedgerKind::of(&event).is_some()
            && let Some(subject) = &event.subject
        {
            let account = self.accounts.entry(subject.id.clone()).or_insert(Ok(Account::default()));
            account.as_mut().map_err(|error| error.clone())?.follow(&event);
            self.changed.insert(subject.id.clone());
        }
        self.entries.push(Entry { event: event.clone(), ..entry });
        Ok(event)
    }

    async fn write(
        mut self,
        transaction: &Transaction<'_>,
        journal: &OpenJournal,
        steps: Vec<Step>,
        now: Time,
    ) -> std::result::Result<Done, Failed> {
        let mut accepted = HashMap::new();
        let mut end = None;
        if !self.entries.is_empty() {
            let turn = self.end.turn;
            let begin = self.end.clone();
            let batch = Batch::of(begin, &mut self.entries, &Ids::LookFor, journal, now);
            // Nothing is committed yet, so no failure leaves anything written.
            let written = batch.call(transaction, journal, &self.entries).await;
            let written = written.map_err(|lost| Failed::Plainly(lost.into_error()))?;
            if !written || batch.heads.contains(&None) {
                let fault = "an event was numbered otherwise than it was decided";
                return Err(Failed::Plainly(StoreError::Damaged(fault.to_owned())));
            }
            let ids = self.entries.iter().map(|entry| entry.event.id);
            accepted.extend(ids.zip(batch.heads));
            end = Some((turn, batch.end));
            self.write_rest(transaction).await.map_err(Failed::Plainly)?;
        }
        let appended: Vec<Entry> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Append(entry) => Some(entry.clone()),
                Step::Decided(_) => None,
            })
            .collect();
        let ids = appended.iter().map(|entry| entry.event.id);
        let heads: Vec<_> = ids.map(|id| accepted.remove(&id).flatten()).collect();
        let appended_outcomes = append::outcomes(&**transaction, &appended, &heads, false).await;
        let mut appended_outcomes = appended_outcomes.map_err(Failed::Plainly)?.into_iter();
        let outcomes = steps.into_iter().filter_map(|step| match step {
            Step::Append(_) => appended_outcomes.next().map(Outcome::Appended),
            Step::Decided(decided) => Some(Outcome::Decided(decided)),
        });
        Ok(Done { outcomes: outcomes.collect(), entries: self.entries, end })
    }

    /// Writes the rows that follow from the events.
    async fn write_rest(&self, transaction: &Transaction<'_>) -> Result<()> {
        let client = &**transaction;
        let accounts: Vec<(&str, &Account)> = self
            .changed
            .iter()
            .filter_map(|child| {
                let account = self.accounts.get(child)?.as_ref().ok()?;
                Some((child.as_str(), account))
            })
            .collect();
        let events: Vec<&Event> = self.entries.iter().map(|entry| &entry.event).collect();
        // Sent together, since they do not touch each other.
        tokio::try_join!(
            accounts::put(client, &accounts),
            accounts::enter(client, &events),
            accounts::remember(client, &self.kept),
        )?;
        Ok(())
    }
}
