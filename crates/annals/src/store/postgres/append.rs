//! Appending: one call of one function of the database, and what to do when its answer is lost.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use annals_event::digest::skeleton;
use annals_event::{Event, Time, Uuid};
use deadpool_postgres::{GenericClient, Object};
use tokio_postgres::types::ToSql;

use super::super::burial::hashed_id;
use super::super::{Appended, Entry, Result, StoreError};
use super::columns::Columns;
use super::error::{chain, failed, is_in_doubt};
use super::open::Journal;
use super::pools::Pools;
use super::rows;

/// How long one call may take before its connection is given up.
pub(super) const CALL: Duration = Duration::from_secs(30);
/// How long it is tried to find out what became of a call whose answer was lost.
pub(super) const SETTLE: Duration = Duration::from_secs(20);
/// Between two tries.
pub(super) const PAUSE: Duration = Duration::from_millis(200);
/// Bytes of a skeleton before its rest: version, position, created_at, id, occurred_at.
const NUMBERED: usize = 1 + 8 + 8 + 16 + 8;

/// The parameters of `annals_append` after the clock.
#[derive(Default)]
pub(super) struct Batch {
    columns: Columns,
    hashes: Vec<Vec<u8>>,
    stamps: Vec<bool>,
    tails: Vec<Vec<u8>>,
    salts: Vec<Vec<u8>>,
    /// Each event's keys in the list index, as an array's text.
    marks: Vec<String>,
}

impl Batch {
    pub(super) fn of(entries: &[Entry], journal: &Journal) -> Batch {
        let mut batch = Batch::default();
        let mut seen = HashSet::new();
        // Of several under one id the first is written; the others are compared with it.
        for entry in entries.iter().filter(|entry| seen.insert(entry.event.id)) {
            batch.columns.push(&entry.event);
            batch.hashes.push(hashed_id(&journal.id_key, entry.event.id).to_vec());
            batch.stamps.push(entry.derived.occurred_at);
            batch.tails.push([&skeleton(&entry.event)[NUMBERED..], &entry.commitment].concat());
            batch.salts.push(entry.salt.to_vec());
            batch.marks.push(text(&journal.blocks.marks(&entry.event)));
        }
        batch
    }

    pub(super) async fn call(
        &self,
        client: &impl GenericClient,
        journal: &Journal,
        events: &[&Event],
        now: i64,
    ) -> std::result::Result<Vec<Call>, Lost> {
        journal.blocks.put_kinds(client, events).await.map_err(Lost::Before)?;
        let sql = "SELECT place, seq, created_at FROM annals_append($1, $2, $3, $4, $5, $6, $7, $8,
                   $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
                   $25, $26, $27)";
        let [
            category,
            action,
            actor,
            actor_name,
            subject,
            subject_name,
            account,
            kind,
            entity,
            entity_name,
            session,
            message,
            metadata,
            context,
        ] = &self.columns.texts;
        let columns = &self.columns;
        let [before, after, delta] = &columns.points;
        let parameters: [&(dyn ToSql + Sync); 27] = [
            &now,
            &columns.ids,
            &self.hashes,
            &columns.moments,
            &self.stamps,
            &self.tails,
            category,
            action,
            &columns.severities,
            &columns.actor_types,
            actor,
            actor_name,
            subject,
            subject_name,
            account,
            kind,
            entity,
            entity_name,
            before,
            after,
            delta,
            session,
            message,
            metadata,
            context,
            &self.salts,
            &self.marks,
        ];
        let statement = client.prepare_cached(sql).await.map_err(Lost::Before)?;
        let answer = tokio::time::timeout(CALL, client.query(&statement, &parameters));
        let rows = answer.await.map_err(|_| Lost::Silent)?.map_err(Lost::During)?;
        let read = |row: &tokio_postgres::Row| {
            let number = |index| row.try_get::<_, i64>(index).map(i64::unsigned_abs);
            let created_at = Time::from_micros(row.try_get(2)?);
            Ok(Call { place: number(0)?, seq: number(1)?, created_at })
        };
        rows.iter().map(read).collect::<std::result::Result<_, _>>().map_err(Lost::During)
    }
}

/// Numbers as the text of an array.
fn text(numbers: &BTreeSet<i32>) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("{{{}}}", numbers.join(","))
}

/// What the function answers about an event it wrote.
pub(super) struct Call {
    place: u64,
    pub(super) seq: u64,
    created_at: Time,
}

/// A call without an answer.
pub(super) enum Lost {
    /// It was never made.
    Before(tokio_postgres::Error),
    /// It failed, or its answer did.
    During(tokio_postgres::Error),
    /// It took too long.
    Silent,
}

impl Lost {
    /// Why, where nothing can have been committed.
    pub(super) fn into_error(self) -> StoreError {
        match self {
            Lost::Before(error) | Lost::During(error) => failed(error),
            Lost::Silent => StoreError::Unavailable("the database took too long".to_owned()),
        }
    }

    /// Why, where it may have been committed all the same.
    fn doubt(&self) -> Option<String> {
        match self {
            Lost::During(error) if is_in_doubt(error) => Some(chain(error)),
            Lost::Silent => Some("the database took too long".to_owned()),
            Lost::During(_) | Lost::Before(_) => None,
        }
    }
}

pub(super) async fn append(
    pools: &Pools,
    journal: &Journal,
    entries: &[Entry],
    now: Time,
) -> Result<Vec<Appended>> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let batch = Batch::of(entries, journal);
    // Set once an answer was lost: why, and until when it is tried to find out what became of it.
    let mut doubt: Option<(String, Instant)> = None;
    let mut connections = 0;
    loop {
        let tried =
            once(pools, journal, &batch, entries, now, doubt.is_some(), &mut connections).await;
        match (tried, &doubt) {
            (Ok(outcomes), _) => return Ok(outcomes),
            (Err(Failed::Doubtful(why)), None) => doubt = Some((why, Instant::now() + SETTLE)),
            (Err(Failed::Plainly(error)), None) => return Err(error),
            // A connection that was dead before anything was said: another may be alive.
            (Err(Failed::Unsaid(error)), None) if connections > 3 => return Err(error),
            (Err(_), Some((why, until))) if Instant::now() > *until => {
                return Err(StoreError::Unknown(why.clone()));
            }
            (Err(_), Some(_)) => tokio::time::sleep(PAUSE).await,
            (Err(Failed::Unsaid(_)), None) => {}
        }
    }
}

/// How a try failed.
pub(super) enum Failed {
    /// Nothing was written.
    Plainly(StoreError),
    /// Nothing was even said.
    Unsaid(StoreError),
    /// It may have been written.
    Doubtful(String),
}

/// One try. Made again after a lost answer it changes nothing that was written: it waits until the
/// lost one's transaction has ended, and finds its ids used.
async fn once(
    pools: &Pools,
    journal: &Journal,
    batch: &Batch,
    entries: &[Entry],
    now: Time,
    again: bool,
    connections: &mut u32,
) -> std::result::Result<Vec<Appended>, Failed> {
    let client = pools.writer().await.map_err(Failed::Plainly)?;
    *connections += 1;
    let events: Vec<&Event> = entries.iter().map(|entry| &entry.event).collect();
    let written = match batch.call(&client, journal, &events, now.as_micros()).await {
        Ok(written) => written,
        Err(lost) => {
            let doubt = lost.doubt();
            let alive = !client.is_closed() && !matches!(lost, Lost::Silent);
            if !alive {
                // Not to be handed to the next caller.
                drop(Object::take(client));
            }
            return Err(match (doubt, lost) {
                (Some(why), _) => Failed::Doubtful(why),
                (None, Lost::Before(error)) if !alive => Failed::Unsaid(failed(error)),
                (None, Lost::Before(error) | Lost::During(error)) => Failed::Plainly(failed(error)),
                (None, Lost::Silent) => Failed::Doubtful(String::new()),
            });
        }
    };
    journal.blocks.remember(&events);
    let mut accepted: HashMap<Uuid, Appended> = HashMap::new();
    for Call { place, seq, created_at } in written {
        let id = usize::try_from(place).ok().and_then(|place| batch.columns.ids.get(place - 1));
        accepted.extend(id.map(|id| (*id, Appended::Accepted { seq, created_at })));
    }
    let outcomes = outcomes(&**client, entries, accepted, again).await;
    // It is written; only what to answer about what was known before is not.
    outcomes.map_err(|error| Failed::Doubtful(error.to_string()))
}

/// An outcome for every entry: those just written first, then what their ids tell.
pub(super) async fn outcomes(
    client: &impl tokio_postgres::GenericClient,
    entries: &[Entry],
    mut accepted: HashMap<Uuid, Appended>,
    again: bool,
) -> Result<Vec<Appended>> {
    if accepted.len() == entries.len() {
        return Ok(entries.iter().filter_map(|entry| accepted.remove(&entry.event.id)).collect());
    }
    let ids: Vec<Uuid> = entries.iter().map(|entry| entry.event.id).collect();
    let stored: HashMap<Uuid, (Event, Option<Vec<u8>>)> =
        rows::by_ids(client, &ids).await?.into_iter().map(|s| (s.0.id, s)).collect();
    let mut outcomes = Vec::with_capacity(entries.len());
    for entry in entries {
        let id = entry.event.id;
        outcomes.push(match (accepted.remove(&id), stored.get(&id)) {
            (Some(outcome), _) => outcome,
            (None, None) => Appended::Duplicate { seq: None },
            // Written by the try whose answer was lost: no other entry has this salt.
            (None, Some((stored, salt))) if again && salt.as_deref() == Some(&entry.salt) => {
                Appended::Accepted { seq: stored.seq, created_at: stored.created_at }
            }
            (None, Some((stored, _))) if entry.is_retry_of(stored) => {
                Appended::Duplicate { seq: Some(stored.seq) }
            }
            (None, Some(_)) => Appended::Conflict,
        });
    }
    Ok(outcomes)
}
