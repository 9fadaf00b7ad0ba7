//! Appends with one call of a database function, and settles calls whose answer is lost.
//!
//! ```text
//! end known ── number, seal ── annals_append ─► written
//!                                        └► another server had a turn, or an id is used:
//! BEGIN ─► lock the head ─► find used ids ── number, seal ── annals_append ─► COMMIT
//! ```

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use annals_event::{Event, Time, Uuid};
use deadpool_postgres::Object;
use tokio_postgres::GenericClient;
use tokio_postgres::types::Type;

use super::batch::{Batch, Ids};
use super::end::End;
use super::error::failed;
use super::journal::OpenJournal;
use super::lost::{CALL, Lost};
use super::parameters::Typed;
use super::pools::Pools;
use super::rows;
use annals_store::tombstones::hashed_id;
use annals_store::{Appended, Entry, Head, Result, StoreError};

/// The longest time to find out whether a call with a lost answer was committed.
pub(super) const SETTLE: Duration = Duration::from_secs(20);
/// The time between two attempts.
pub(super) const PAUSE: Duration = Duration::from_millis(200);

/// The position of each entry; `None` if its id is used.
type Heads = Vec<Option<Head>>;

pub(super) async fn append(
    pools: &Pools,
    journal: &OpenJournal,
    entries: &mut [Entry],
    now: Time,
) -> Result<Vec<Appended>> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    // After a lost answer: the reason, and the end of the attempts to settle it.
    let mut doubt: Option<(String, Instant)> = None;
    let mut connections = 0;
    loop {
        let tried = once(pools, journal, entries, now, doubt.is_some(), &mut connections).await;
        match (tried, &doubt) {
            (Ok(outcomes), _) => return Ok(outcomes),
            (Err(Failed::Doubtful(why)), None) => doubt = Some((why, Instant::now() + SETTLE)),
            (Err(Failed::Plainly(error)), None) => return Err(error),
            // The connection was dead before anything was sent, so another may work.
            (Err(Failed::Unsaid(error)), None) if connections > 3 => return Err(error),
            (Err(_), Some((why, until))) if Instant::now() > *until => {
                return Err(StoreError::Unknown(why.clone()));
            }
            (Err(_), Some(_)) => tokio::time::sleep(PAUSE).await,
            (Err(Failed::Unsaid(_)), None) => {}
        }
    }
}

/// The result of a failed attempt.
pub(super) enum Failed {
    /// Nothing was written.
    Plainly(StoreError),
    /// Nothing was even sent.
    Unsaid(StoreError),
    /// The events may have been written.
    Doubtful(String),
}

/// Makes one attempt. Repeated after a lost answer it changes nothing that was written: it waits
/// until the lost transaction has ended, and finds its ids used.
async fn once(
    pools: &Pools,
    journal: &OpenJournal,
    entries: &mut [Entry],
    now: Time,
    again: bool,
    connections: &mut u32,
) -> std::result::Result<Vec<Appended>, Failed> {
    let mut client = pools.writer().await.map_err(Failed::Plainly)?;
    *connections += 1;
    let known = if again { None } else { journal.ends.take() };
    let written = match known {
        Some(end) => at_once(&client, journal, end, entries, now).await,
        None => Ok(None),
    };
    let written = match written {
        Ok(None) => holding(&mut client, journal, entries, now).await,
        written => written.map(Option::unwrap_or_default),
    };
    let heads = match written {
        Ok(heads) => heads,
        Err(lost) => {
            let doubt = lost.doubt();
            let dead = client.is_closed();
            // Closes the connection, which ends whatever is running on it.
            drop(Object::take(client));
            return Err(match (doubt, lost) {
                (Some(why), _) => Failed::Doubtful(why),
                (None, Lost::Before(error)) if dead => Failed::Unsaid(failed(error)),
                (None, lost) => Failed::Plainly(lost.into_error()),
            });
        }
    };
    journal.blocks.remember(entries.iter().map(|entry| &entry.event));
    let outcomes = outcomes(&**client, entries, &heads, again).await;
    // The new events are written; only the answer about known ones is missing.
    outcomes.map_err(|error| Failed::Doubtful(error.to_string()))
}

/// Writes in one call, which locks the head and commits. Succeeds if the journal's end is known and
/// every id is new; otherwise it writes nothing and returns `None`.
async fn at_once(
    client: &Object,
    journal: &OpenJournal,
    end: End,
    entries: &mut [Entry],
    now: Time,
) -> std::result::Result<Option<Heads>, Lost> {
    let turn = end.turn;
    let batch = Batch::of(end, entries, &Ids::LookFor, journal, now);
    if !batch.call(client, journal, entries).await? {
        return Ok(None);
    }
    journal.ends.put(turn, batch.end);
    Ok(Some(batch.heads))
}

/// Locks the head, reads the journal's end, and then numbers and writes the new entries.
async fn holding(
    client: &mut Object,
    journal: &OpenJournal,
    entries: &mut [Entry],
    now: Time,
) -> std::result::Result<Heads, Lost> {
    let work = async {
        let transaction = client.transaction().await.map_err(Lost::Before)?;
        let end = End::hold(&*transaction).await?;
        let turn = end.turn;
        let ids: Vec<Uuid> = entries.iter().map(|entry| entry.event.id).collect();
        let used = used(&*transaction, &journal.id_key, &ids).await?;
        // An earlier attempt may have written these entries.
        let batch = Batch::of(end, entries, &Ids::Used(&used), journal, now);
        if batch.is_empty() {
            // Without new events there is nothing to make durable.
            return Ok((transaction, turn, batch));
        }
        if !batch.call(&transaction, journal, entries).await.map_err(Lost::undone)? {
            let fault = "the head changed while it was locked".to_owned();
            return Err(Lost::Refused(StoreError::Damaged(fault)));
        }
        Ok((transaction, turn, batch))
    };
    let slow = || StoreError::Unavailable("the database took too long".to_owned());
    let done = tokio::time::timeout(CALL, work).await;
    let (transaction, turn, batch) = done.unwrap_or_else(|_| Err(Lost::Refused(slow())))?;
    let committed = tokio::time::timeout(CALL, transaction.commit()).await;
    committed.map_err(|_| Lost::Silent)?.map_err(Lost::During)?;
    journal.ends.put(turn, batch.end);
    Ok(batch.heads)
}

/// The used ones among these ids.
pub(super) async fn used(
    client: &impl GenericClient,
    id_key: &[u8; 32],
    ids: &[Uuid],
) -> Result<HashSet<Uuid>> {
    let hashes: Vec<Vec<u8>> = ids.iter().map(|id| hashed_id(id_key, *id).to_vec()).collect();
    // OFFSET 0 makes PostgreSQL look up each id, as in `annals_append`.
    let sql = "SELECT given.id FROM unnest($1::uuid[], $2::bytea[]) AS given (id, hash)
       WHERE EXISTS (SELECT FROM annals_events known WHERE known.id = given.id OFFSET 0)
          OR EXISTS (SELECT FROM annals_used_ids used WHERE used.hash = given.hash OFFSET 0)";
    let parameters: [Typed<'_>; 2] = [(&ids, Type::UUID_ARRAY), (&hashes, Type::BYTEA_ARRAY)];
    let rows = client.query_typed(sql, &parameters).await.map_err(failed)?;
    rows.iter().map(|row| row.try_get(0).map_err(failed)).collect()
}

/// The outcome of every entry: the positions of those just written, and for the others what their
/// ids show.
pub(super) async fn outcomes(
    client: &impl GenericClient,
    entries: &[Entry],
    heads: &[Option<Head>],
    again: bool,
) -> Result<Vec<Appended>> {
    let others = entries.iter().zip(heads).filter(|(_, head)| head.is_none());
    let ids: Vec<Uuid> = others.map(|(entry, _)| entry.event.id).collect();
    let stored = if ids.is_empty() { Vec::new() } else { rows::by_ids(client, &ids).await? };
    let stored: HashMap<Uuid, (Event, Option<Vec<u8>>)> =
        stored.into_iter().map(|stored| (stored.0.id, stored)).collect();
    let outcome = |(entry, head): (&Entry, &Option<Head>)| match (head, stored.get(&entry.event.id))
    {
        (Some(Head { seq, created_at }), _) => {
            Appended::Accepted { seq: *seq, created_at: *created_at }
        }
        (None, None) => Appended::Duplicate { seq: None },
        // Written by the attempt whose answer was lost, since no other entry has this salt.
        (None, Some((stored, salt))) if again && salt.as_deref() == Some(&entry.salt) => {
            Appended::Accepted { seq: stored.seq, created_at: stored.created_at }
        }
        (None, Some((stored, _))) if entry.is_retry_of(stored) => {
            Appended::Duplicate { seq: Some(stored.seq) }
        }
        (None, Some(_)) => Appended::Conflict,
    };
    Ok(entries.iter().zip(heads).map(outcome).collect())
}
