//! Numbers, seals and inserts a batch in one transaction.

use std::sync::Arc;

use annals_event::digest::{self, GrowingTree, Hash, TILE};
use annals_event::{Event, Time, Uuid};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::columns::Insert;
use super::dictionary::Dictionary;
use super::list_index::ListIndex;
use super::{accounts, garbage, rows, sealed};
use crate::error::Result;
use annals_store::background::yield_every;
use annals_store::recent::{RecentEvents, Written};
use annals_store::seal::{first_of, leaf_of, tile_of};
use annals_store::tombstones::hashed_id;
use annals_store::{Appended, Command, Decided, Entry, Item, Outcome, Scope, StoreError};

/// Events written between two yields to other threads: some tenths of a millisecond.
const GIVING_WAY: usize = 64;
/// The batch size from which the writer yields. In smaller batches somebody waits for each event.
const MANY: usize = 512;
/// Finds out whether an id is used; the index alone can answer it.
const USED: &str = "SELECT 1 FROM annals_events WHERE id = ?1";

/// The writer's connection, and its copy of the journal's end.
pub(super) struct Writer {
    connection: Connection,
    id_key: [u8; 32],
    index: Arc<ListIndex>,
    recent: Arc<RecentEvents>,
    end: End,
    dictionary: Dictionary,
    /// `true` after a failed transaction: the state is read again before it is used.
    stale: bool,
}

/// The journal's end, which the next event continues.
#[derive(Clone, Default)]
struct End {
    seq: u64,
    created_at: Time,
    /// The leaves of the open tile.
    tree: GrowingTree,
    /// The earliest and latest `occurred_at` of the open tile.
    occurred: Option<(i64, i64)>,
}

impl Writer {
    pub(super) fn new(
        mut connection: Connection,
        index: Arc<ListIndex>,
        recent: Arc<RecentEvents>,
    ) -> Result<Writer> {
        // A crash may have left garbage, which must go before the dictionary is read.
        while let Some(mark) = garbage::marked(&connection)? {
            let unused = garbage::unused(&connection, mark)?;
            garbage::delete(&mut connection, &unused)?;
            garbage::done(&connection, mark)?;
        }
        let id_key =
            connection.query_row("SELECT id_key FROM annals_journal", [], |row| row.get(0))?;
        let end = End::read(&connection)?;
        let dictionary = Dictionary::load(&connection, end.seq + 1)?;
        Ok(Writer { connection, id_key, index, recent, end, dictionary, stale: false })
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(super) fn connection_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// `true` if the next event may refer to dictionary rows of this position's block.
    pub(super) fn is_writing_near(&self, seq: u64) -> bool {
        self.dictionary.is_of_block(seq)
    }

    /// The list index, which needs every committed change.
    pub(super) fn index(&self) -> &ListIndex {
        &self.index
    }

    /// The newest events, as they were written.
    pub(super) fn recent(&self) -> &RecentEvents {
        &self.recent
    }

    /// Makes the writer read its state again, after another part has written rows.
    pub(super) fn reread(&mut self) {
        self.stale = true;
    }

    /// The hash by which the id of a deleted event is remembered.
    pub(super) fn hashed_id(&self, id: Uuid) -> [u8; 32] {
        hashed_id(&self.id_key, id)
    }

    pub(super) fn commit(&mut self, items: Vec<Item>, now: Time) -> Result<Vec<Outcome>> {
        if self.stale {
            self.end = End::read(&self.connection)?;
            // The failed transaction's dictionary rows were rolled back.
            self.dictionary = Dictionary::empty(&self.connection, self.end.seq + 1)?;
            self.stale = false;
        }
        // Until the commit, the state is ahead of the file.
        self.stale = true;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut end = self.end.clone();
        end.created_at = end.created_at.max(now);
        let mut batch = Batch {
            insert: Insert::new(&transaction)?,
            id_key: deleted_ids(&transaction)?.then_some(&self.id_key),
            transaction: &transaction,
            dictionary: &mut self.dictionary,
            events: Vec::with_capacity(items.len()),
            end,
        };
        let mut outcomes = Vec::with_capacity(items.len());
        let many = items.len() >= MANY;
        for (done, item) in items.into_iter().enumerate() {
            if many {
                yield_every(done, GIVING_WAY);
            }
            outcomes.push(match item {
                Item::Append(entry) => Outcome::Appended(batch.append(entry)?),
                Item::Decide(command) => Outcome::Decided(batch.decide(command)?),
            });
        }
        // Without new events there is nothing to make durable.
        if batch.end.seq > self.end.seq {
            let (end, events) = batch.finish()?;
            transaction.commit()?;
            self.end = end;
            self.index.add(events.iter().map(|(event, _)| &**event));
            self.recent.add(events);
        }
        self.stale = false;
        Ok(outcomes)
    }
}

impl End {
    /// Reads the end from the file, and computes the leaves of the open tile.
    fn read(connection: &Connection) -> Result<End> {
        let head = rows::head(connection)?;
        let mut end = End { seq: head.seq, created_at: head.created_at, ..End::default() };
        if head.seq % TILE == 0 {
            return Ok(end);
        }
        let tile = tile_of(head.seq);
        let range = first_of(tile)..head.seq + 1;
        let mut events = sealed::sealed(connection, &range, TILE as usize)?.into_iter().peekable();
        let tombstones = sealed::tombstones(connection, &range)?;
        for seq in range {
            let deleted = tombstones.iter().find(|t| (t.first..=t.last).contains(&seq));
            let leaf = match (events.next_if(|event| event.seq == seq), deleted) {
                (Some(event), _) => leaf_of(&event),
                (None, Some(t)) => t.leaves.get((seq - t.first) as usize).copied(),
                (None, None) => None,
            };
            // A new root over a broken event would hide the fault.
            let leaf = leaf.ok_or_else(|| {
                StoreError::Damaged(format!("the event at position {seq} is not the one written"))
            })?;
            end.tree.push(leaf);
        }
        end.occurred = connection
            .query_row(
                "SELECT min_occurred_at, max_occurred_at FROM annals_tiles WHERE tile = ?1",
                [tile],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        Ok(end)
    }

    /// Numbers an event and adds it to the open tile. Returns its leaf.
    fn take(&mut self, event: &mut Event, commitment: &Hash, stamp: bool) -> Hash {
        self.seq += 1;
        event.seq = self.seq;
        event.created_at = self.created_at;
        if stamp {
            event.occurred_at = self.created_at;
        }
        let leaf = digest::leaf(event, commitment);
        self.tree.push(leaf);
        let occurred = event.occurred_at.as_micros();
        let (low, high) = self.occurred.unwrap_or((occurred, occurred));
        self.occurred = Some((low.min(occurred), high.max(occurred)));
        leaf
    }

    /// Writes the open tile; a full one is closed.
    fn write_tile(&mut self, connection: &Connection) -> Result<()> {
        let Some((low, high)) = self.occurred else {
            return Ok(());
        };
        connection
            .prepare_cached(
                "INSERT INTO annals_tiles (tile, size, root, min_occurred_at, max_occurred_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (tile) DO UPDATE SET size = excluded.size, root = excluded.root,
                   min_occurred_at = excluded.min_occurred_at,
                   max_occurred_at = excluded.max_occurred_at",
            )?
            .execute(params![tile_of(self.seq), self.tree.size(), self.tree.root(), low, high])?;
        if self.tree.size() == TILE {
            self.tree = GrowingTree::default();
            self.occurred = None;
        }
        Ok(())
    }
}

/// `true` if the id of any deleted event is remembered.
fn deleted_ids(connection: &Connection) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM annals_used_ids)";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Entries being written in one transaction.
struct Batch<'a> {
    transaction: &'a Connection,
    insert: Insert<'a>,
    dictionary: &'a mut Dictionary,
    /// The key for the hashes of deleted ids, if any are remembered.
    id_key: Option<&'a [u8; 32]>,
    /// The events that are new.
    events: Vec<Written>,
    end: End,
}

impl Batch<'_> {
    fn append(&mut self, entry: Entry) -> Result<Appended> {
        if !entry.derived.id
            && let Some(known) = self.known(&entry)?
        {
            return Ok(known);
        }
        let event = self.write(entry)?;
        accounts::follow(self.transaction, &event)?;
        Ok(Appended::Accepted { seq: event.seq, created_at: event.created_at })
    }

    /// Runs a command. Every reason to refuse it is checked before anything is written, so that a
    /// refusal needs no savepoint.
    fn decide(&mut self, command: Command) -> Result<Decided> {
        let Command { child, repeat, decide } = command;
        let (transaction, now) = (self.transaction, self.end.created_at);
        let known = repeat.as_ref().map(|repeat| accounts::answered(transaction, repeat, now));
        let account = match known.transpose() {
            Ok(Some(Some(known))) => return Ok(known),
            Ok(None | Some(None)) => accounts::get(transaction, &child),
            Err(error) => Err(error),
        };
        // An unreadable account fails this command and none of its neighbours.
        let entry = match account {
            Ok(account) => decide(&account),
            Err(failure) => return Ok(Decided::Failed(failure.into())),
        };
        let Some(entry) = entry else {
            return Ok(Decided::Refused);
        };
        let event = self.write(entry)?;
        let account = accounts::follow(transaction, &event)?.unwrap_or_default();
        if let Some(repeat) = &repeat {
            accounts::remember(transaction, repeat, &child, event.seq, &account)?;
        }
        Ok(Decided::Done { event: Box::new(Event::clone(&event)), account })
    }

    /// Numbers, seals and inserts an event.
    fn write(&mut self, mut entry: Entry) -> Result<Arc<Event>> {
        let event = &mut entry.event;
        let leaf = self.end.take(event, &entry.commitment, entry.derived.occurred_at);
        let numbers = self.dictionary.numbers(self.transaction, event)?;
        let metadata = (!event.metadata.is_empty()).then(|| entry.personal.metadata());
        self.insert.run(event, &numbers, metadata, &entry.salt, &leaf)?;
        if self.end.seq.is_multiple_of(TILE) {
            self.end.write_tile(self.transaction)?;
        }
        let event = Arc::new(entry.event);
        self.events.push((Arc::clone(&event), entry.personal.as_bytes().len()));
        Ok(event)
    }

    /// Writes the journal's new end. Returns it and the new events.
    fn finish(mut self) -> Result<(End, Vec<Written>)> {
        self.end.write_tile(self.transaction)?;
        self.transaction
            .prepare_cached("UPDATE annals_journal SET head = ?1, created_at = ?2")?
            .execute(params![self.end.seq, self.end.created_at.as_micros()])?;
        Ok((self.end, self.events))
    }

    /// The answer for an entry whose id is already used; `None` if the entry is new.
    fn known(&self, entry: &Entry) -> Result<Option<Appended>> {
        let id = entry.event.id;
        let mut used = self.transaction.prepare_cached(USED)?;
        if used.exists([id.as_bytes()])?
            && let Some(stored) = rows::find(self.transaction, id, &Scope::everything())?
        {
            return Ok(Some(if entry.is_retry_of(&stored) {
                Appended::Duplicate { seq: Some(stored.seq) }
            } else {
                Appended::Conflict
            }));
        }
        let Some(id_key) = self.id_key else {
            return Ok(None);
        };
        let deleted = self
            .transaction
            .prepare_cached("SELECT 1 FROM annals_used_ids WHERE hash = ?1")?
            .exists([hashed_id(id_key, id)])?;
        Ok(deleted.then_some(Appended::Duplicate { seq: None }))
    }
}
