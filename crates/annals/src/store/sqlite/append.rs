//! Numbering, sealing and inserting a batch, in one transaction.

use annals_event::digest::{self, Hash, TILE};
use annals_event::{Event, Time, Uuid};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::super::burial::hashed_id;
use super::super::row::Row;
use super::super::seal::{first_of, leaf_of, tile_of};
use super::super::{Appended, Entry, Result, Scope, StoreError};
use super::rows;

/// The writer's connection and what it knows of the journal's end.
pub(super) struct Writer {
    connection: Connection,
    id_key: [u8; 32],
    end: End,
    /// Set after a failed transaction: the end is then read again before it is used.
    stale: bool,
}

/// The journal's end: what the next event continues.
#[derive(Clone, Default)]
struct End {
    seq: u64,
    created_at: Time,
    /// The leaves of the open tile.
    leaves: Vec<Hash>,
    /// The earliest and latest `occurred_at` of the open tile.
    occurred: Option<(i64, i64)>,
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Result<Writer> {
        let id_key =
            connection.query_row("SELECT id_key FROM annals_journal", [], |row| row.get(0))?;
        let end = End::read(&connection)?;
        Ok(Writer { connection, id_key, end, stale: false })
    }

    /// Has the end read again: something else than an append moved it.
    pub(super) fn forget_end(&mut self) {
        self.stale = true;
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(super) fn connection_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// The hash under which the id of a deleted event is remembered.
    pub(super) fn hashed_id(&self, id: Uuid) -> [u8; 32] {
        hashed_id(&self.id_key, id)
    }

    pub(super) fn append(&mut self, entries: Vec<Entry>, now: Time) -> Result<Vec<Appended>> {
        if self.stale {
            self.end = End::read(&self.connection)?;
            self.stale = false;
        }
        let result = append(&mut self.connection, &self.id_key, self.end.clone(), entries, now);
        match result {
            Ok((outcomes, end)) => {
                self.end = end;
                Ok(outcomes)
            }
            Err(error) => {
                self.stale = true;
                Err(error)
            }
        }
    }
}

impl End {
    /// Reads the end off the file, working out the leaves of the open tile again.
    fn read(connection: &Connection) -> Result<End> {
        let head = rows::head(connection)?;
        let mut end = End { seq: head.seq, created_at: head.created_at, ..End::default() };
        if head.seq % TILE == 0 {
            return Ok(end);
        }
        let tile = tile_of(head.seq);
        let range = first_of(tile)..head.seq + 1;
        let mut events = rows::sealed(connection, &range, TILE as usize)?.into_iter().peekable();
        let tombstones = rows::tombstones(connection, &range)?;
        for seq in range {
            let buried = tombstones.iter().find(|t| (t.first..=t.last).contains(&seq));
            let leaf = match (events.next_if(|event| event.seq == seq), buried) {
                (Some(event), _) => leaf_of(&event),
                (None, Some(t)) => t.leaves.get((seq - t.first) as usize).copied(),
                (None, None) => None,
            };
            // Going on from a broken event would hide it under a fresh root.
            let leaf = leaf.ok_or_else(|| {
                StoreError::Damaged(format!("the event at position {seq} is not the one written"))
            })?;
            end.leaves.push(leaf);
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

    /// Numbers an event and takes it into the open tile.
    fn take(&mut self, event: &mut Event, commitment: &Hash, stamp: bool) -> Hash {
        self.seq += 1;
        event.seq = self.seq;
        event.created_at = self.created_at;
        if stamp {
            event.occurred_at = self.created_at;
        }
        let leaf = digest::leaf(event, commitment);
        self.leaves.push(leaf);
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
        let root = digest::tree_root(&self.leaves);
        connection
            .prepare_cached(
                "INSERT INTO annals_tiles (tile, size, root, min_occurred_at, max_occurred_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (tile) DO UPDATE SET size = excluded.size, root = excluded.root,
                   min_occurred_at = excluded.min_occurred_at,
                   max_occurred_at = excluded.max_occurred_at",
            )?
            .execute(params![tile_of(self.seq), self.leaves.len(), root, low, high])?;
        if self.leaves.len() as u64 == TILE {
            self.leaves.clear();
            self.occurred = None;
        }
        Ok(())
    }
}

fn append(
    connection: &mut Connection,
    id_key: &[u8; 32],
    mut end: End,
    entries: Vec<Entry>,
    now: Time,
) -> Result<(Vec<Appended>, End)> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    end.created_at = end.created_at.max(now);
    let before = end.seq;
    let mut outcomes = Vec::with_capacity(entries.len());
    for mut entry in entries {
        if let Some(known) = known(&transaction, id_key, &entry)? {
            outcomes.push(known);
            continue;
        }
        let leaf = end.take(&mut entry.event, &entry.commitment, entry.derived.occurred_at);
        rows::insert(&transaction, &Row::from(&entry.event), &entry.salt, &leaf)?;
        outcomes.push(Appended::Accepted { seq: end.seq, created_at: end.created_at });
        if end.seq.is_multiple_of(TILE) {
            end.write_tile(&transaction)?;
        }
    }
    if end.seq == before {
        // Nothing new: what was asked about is durable already.
        return Ok((outcomes, end));
    }
    end.write_tile(&transaction)?;
    transaction
        .prepare_cached("UPDATE annals_journal SET head = ?1, created_at = ?2")?
        .execute(params![end.seq, end.created_at.as_micros()])?;
    transaction.commit()?;
    Ok((outcomes, end))
}

/// The fate of an entry whose id is used already; `None` when it is new.
fn known(connection: &Connection, id_key: &[u8; 32], entry: &Entry) -> Result<Option<Appended>> {
    if let Some(stored) = rows::find(connection, entry.event.id, &Scope::everything())? {
        return Ok(Some(if entry.is_retry_of(&stored) {
            Appended::Duplicate { seq: Some(stored.seq) }
        } else {
            Appended::Conflict
        }));
    }
    let buried = connection
        .prepare_cached("SELECT 1 FROM annals_used_ids WHERE hash = ?1")?
        .exists([hashed_id(id_key, entry.event.id)])?;
    Ok(buried.then_some(Appended::Duplicate { seq: None }))
}
