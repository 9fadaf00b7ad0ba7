//! The journal's end, which the next event continues. It can be read while the head is locked; the
//! server that wrote last knows it until another server takes a turn.

use std::collections::{BTreeMap, BTreeSet};

use annals_event::digest::{GrowingTree, Hash, TILE};
use annals_event::{Event, Time};
use parking_lot::{Mutex, MutexGuard};
use tokio_postgres::GenericClient;

use super::error::failed;
use super::numbers::whole;
use annals_store::{Head, Result, StoreError};

/// The journal's end.
#[derive(Clone, Debug)]
pub(super) struct End {
    /// The turn that left it.
    pub(super) turn: i64,
    pub(super) head: Head,
    /// The leaves of the open tile.
    pub(super) tree: GrowingTree,
    /// The earliest and latest `occurred_at` of the open tile.
    pub(super) occurred: Option<(i64, i64)>,
    /// The number of events of each kind in the open tile.
    pub(super) kinds: BTreeMap<i64, i32>,
    /// The keys that all events of the open tile have.
    pub(super) common: Vec<i64>,
    /// The keys of the open block.
    pub(super) keys: BTreeSet<i32>,
}

impl End {
    /// Locks the head until the transaction ends, and reads it.
    pub(super) async fn hold(client: &impl GenericClient) -> Result<End> {
        let sql = "SELECT turn, seq, created_at, frontier, min_occurred_at, max_occurred_at, keys
                   FROM annals_journal_head FOR UPDATE";
        // Separate queries, sent together with the first: they run once the head is locked, whereas
        // a join would show the tile as it was before.
        let kinds = "SELECT each.kind, each.count FROM annals_journal_head h
                     JOIN annals_tiles t ON t.tile = h.seq / 256 AND t.size < 256,
                       unnest(t.kinds, t.counts) AS each (kind, count)";
        let common = "SELECT unnest(t.common) FROM annals_journal_head h
                      JOIN annals_tiles t ON t.tile = h.seq / 256 AND t.size < 256";
        let asked = tokio::try_join!(
            client.query_typed(sql, &[]),
            client.query_typed(kinds, &[]),
            client.query_typed(common, &[])
        );
        let (rows, kinds, common) = asked.map_err(failed)?;
        let damaged = |what: &str| StoreError::Damaged(format!("its head {what}"));
        let row = rows.first().ok_or_else(|| damaged("is gone"))?;
        let number = |index| row.try_get::<_, Option<i64>>(index).map_err(failed);
        let seq = whole(row, 1)?;
        let created_at = Time::from_micros(row.try_get(2).map_err(failed)?);
        let peaks: Vec<&[u8]> = row.try_get(3).map_err(failed)?;
        let peaks: Option<Vec<Hash>> = peaks.into_iter().map(|peak| peak.try_into().ok()).collect();
        let tree = peaks.and_then(|peaks| GrowingTree::of(seq % TILE, peaks));
        let keys: Vec<i32> = row.try_get(6).map_err(failed)?;
        let kinds = kinds.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
        let kinds: std::result::Result<_, tokio_postgres::Error> = kinds.collect();
        let common = common.iter().map(|row| row.try_get(0).map_err(failed));
        Ok(End {
            common: common.collect::<Result<_>>()?,
            turn: row.try_get(0).map_err(failed)?,
            head: Head { seq, created_at },
            tree: tree.ok_or_else(|| damaged("and its open tile do not fit"))?,
            occurred: number(4)?.zip(number(5)?),
            kinds: kinds.map_err(failed)?,
            keys: keys.into_iter().collect(),
        })
    }

    /// Numbers an event.
    pub(super) fn take(&mut self, event: &mut Event, stamp: bool) {
        self.head.seq += 1;
        event.seq = self.head.seq;
        event.created_at = self.head.created_at;
        if stamp {
            event.occurred_at = event.created_at;
        }
    }

    /// Adds the event that was numbered last to the open tile: its leaf, kind and keys.
    pub(super) fn seal(&mut self, event: &Event, leaf: Hash, kind: i64, keys: &[i64]) {
        if self.tree.size() == 0 {
            self.common = keys.to_vec();
            self.common.sort_unstable();
            self.common.dedup();
        } else {
            self.common.retain(|key| keys.contains(key));
        }
        self.tree.push(leaf);
        *self.kinds.entry(kind).or_default() += 1;
        let occurred = event.occurred_at.as_micros();
        let (low, high) = self.occurred.unwrap_or((occurred, occurred));
        self.occurred = Some((low.min(occurred), high.max(occurred)));
    }
}

/// This server's knowledge of the journal's end.
#[derive(Default)]
pub(super) struct Ends(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// The turn that this server saw or took last.
    turn: Option<i64>,
    end: Option<End>,
}

impl Ends {
    /// Takes the end out, if no other server had a turn when it was put. It is unknown until it is
    /// put again, since the caller may change it.
    pub(super) fn take(&self) -> Option<End> {
        self.known().end.take()
    }

    /// Remembers the end that continues `turn`. While other servers take turns too, it would rarely
    /// be the current end, and only the turn is remembered.
    pub(super) fn put(&self, turn: i64, end: End) {
        let mut known = self.known();
        let alone = known.turn.replace(end.turn) == Some(turn);
        known.end = alone.then_some(end);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock()
    }
}
