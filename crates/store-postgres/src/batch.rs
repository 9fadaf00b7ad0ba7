//! Events for `annals_append`: numbered, sealed, and with everything derived from them.

use std::collections::HashSet;

use annals_event::digest::{self, Hash, Salt, TILE};
use annals_event::{Event, Time, Uuid};
use deadpool_postgres::GenericClient;
use tokio_postgres::types::ToSql;

use super::blocks::{BLOCK, block_of, place};
use super::end::End;
use super::journal::OpenJournal;
use super::lost::{CALL, Lost};
use super::numbers::bound;
use super::records::Records;
use annals_store::row;
use annals_store::seal::tile_of;
use annals_store::tombstones::hashed_id;
use annals_store::{Entry, Head};

/// The rows that one call writes.
pub(super) struct Batch {
    /// The turn whose end it continues.
    turn: i64,
    after: u64,
    /// Ids that must not be used yet, and their hashes.
    looked_for: Vec<Uuid>,
    hashes: Vec<Vec<u8>>,
    events: Records,
    tiles: Records,
    blocks: Records,
    /// The journal's end after it.
    pub(super) end: End,
    /// The position of each entry after it; `None` if its id is used.
    pub(super) heads: Vec<Option<Head>>,
}

/// The knowledge about the ids of entries.
pub(super) enum Ids<'a> {
    /// Ids that the server did not make just now may be used: the database must check.
    LookFor,
    /// These ids are used, and no others.
    Used(&'a HashSet<Uuid>),
}

impl Batch {
    /// Numbers and seals the entries that continue an end. Of several with one id the first is
    /// written.
    pub(super) fn of(
        mut end: End,
        entries: &mut [Entry],
        ids: &Ids<'_>,
        journal: &OpenJournal,
        now: Time,
    ) -> Batch {
        end.head.created_at = end.head.created_at.max(now);
        let (turn, after) = (end.turn, end.head.seq);
        end.turn += 1;
        let heads = Vec::with_capacity(entries.len());
        let (events, tiles, blocks) = Default::default();
        let (looked_for, hashes) = (Vec::new(), Vec::new());
        let mut batch =
            Batch { turn, after, looked_for, hashes, events, tiles, blocks, end, heads };
        let mut seen = HashSet::new();
        for entry in entries {
            let id = entry.event.id;
            let fresh = (entry.derived.id || seen.insert(id))
                && !matches!(ids, Ids::Used(used) if used.contains(&id));
            if fresh {
                batch.push(entry, journal);
                if matches!(ids, Ids::LookFor) && !entry.derived.id {
                    batch.looked_for.push(id);
                    batch.hashes.push(hashed_id(&journal.id_key, id).to_vec());
                }
            }
            batch.heads.push(fresh.then_some(batch.end.head));
        }
        batch.put_tile();
        batch
    }

    fn push(&mut self, entry: &mut Entry, journal: &OpenJournal) {
        let Entry { event, salt, commitment, personal, derived } = entry;
        self.end.take(event, derived.occurred_at);
        let leaf = digest::leaf(event, commitment);
        let mut whole_keys = Vec::with_capacity(24);
        journal.blocks.each(event, |key| whole_keys.push(key));
        let kind = journal.blocks.kind(event).key;
        self.end.seal(event, leaf, kind, &whole_keys);
        let metadata = (!event.metadata.is_empty()).then(|| personal.metadata());
        put_event(&mut self.events, event, metadata, salt, &leaf);
        let keys = &mut self.end.keys;
        place(event, kind, &whole_keys, |key| {
            keys.insert(key);
        });
        if event.seq.is_multiple_of(BLOCK) {
            let keys = std::mem::take(keys);
            self.blocks.push(|row| {
                row.bigint(bound(block_of(event.seq))).integers(keys.into_iter());
            });
        }
        if event.seq.is_multiple_of(TILE) {
            self.put_tile();
        }
    }

    /// Writes the open tile; a full one is closed.
    fn put_tile(&mut self) {
        let End { head, tree, occurred, kinds, common, .. } = &mut self.end;
        let Some((low, high)) = *occurred else {
            return;
        };
        self.tiles.push(|row| {
            row.bigint(bound(tile_of(head.seq))).bigint(bound(tree.size()));
            row.bytes(&tree.root()[..]).bigint(low).bigint(high);
            row.bigints(kinds.keys().copied()).integers(kinds.values().copied());
            row.bigints(common.iter().copied());
        });
        if tree.size() == TILE {
            *tree = Default::default();
            *occurred = None;
            kinds.clear();
            common.clear();
        }
    }

    /// `true` if no entry is new.
    pub(super) fn is_empty(&self) -> bool {
        self.end.head.seq == self.after
    }

    /// Writes the batch. Returns `false`, and writes nothing, if its end is not the journal's or an
    /// id is used.
    pub(super) async fn call(
        &self,
        client: &impl GenericClient,
        journal: &OpenJournal,
        entries: &[Entry],
    ) -> std::result::Result<bool, Lost> {
        let events = entries.iter().map(|entry| &entry.event);
        journal.blocks.put_kinds(client, events).await.map_err(Lost::Before)?;
        let End { head, tree, occurred, keys, .. } = &self.end;
        let keys: Vec<i32> = keys.iter().copied().collect();
        let frontier: Vec<&[u8]> = tree.peaks().iter().map(<[u8; 32]>::as_slice).collect();
        let (after, seq, created_at) =
            (bound(self.after), bound(head.seq), head.created_at.as_micros());
        let (low, high) = (occurred.map(|(low, _)| low), occurred.map(|(_, high)| high));
        let parameters: [&(dyn ToSql + Sync); 13] = [
            &self.turn,
            &after,
            &self.looked_for,
            &self.hashes,
            &self.events,
            &self.tiles,
            &self.blocks,
            &seq,
            &created_at,
            &frontier,
            &low,
            &high,
            &keys,
        ];
        let sql = "SELECT annals_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        let statement = client.prepare_cached(sql).await.map_err(Lost::Before)?;
        let answer = tokio::time::timeout(CALL, client.query_one(&statement, &parameters));
        let row = answer.await.map_err(|_| Lost::Silent)?.map_err(Lost::During)?;
        row.try_get(0).map_err(Lost::During)
    }
}

/// Adds a new event, in the columns' order.
fn put_event(rows: &mut Records, event: &Event, metadata: Option<&str>, salt: &Salt, leaf: &Hash) {
    let (created_at, occurred_at) = (event.created_at.as_micros(), event.occurred_at.as_micros());
    let (subject, entity, points) = (event.subject.as_ref(), event.entity.as_ref(), event.points);
    let context = row::context(event);
    rows.push(|row| {
        row.bigint(bound(event.seq))
            .uuid(&event.id)
            .bigint(created_at)
            .bigint((occurred_at != created_at).then_some(occurred_at))
            .text(&*event.category)
            .text(&*event.action)
            .smallint(event.class.code())
            .smallint(event.severity.code())
            .smallint(event.actor.kind.code())
            .text(event.actor.id.as_deref())
            .text(event.actor.name.as_deref())
            .text(subject.map(|subject| &*subject.id))
            .text(subject.and_then(|subject| subject.name.as_deref()))
            .text(event.account.as_ref().map(|account| &*account.id))
            .text(entity.map(|entity| &*entity.kind))
            .text(entity.and_then(|entity| entity.id.as_deref()))
            .text(entity.and_then(|entity| entity.name.as_deref()))
            .bigint(points.map(|points| points.before))
            .bigint(points.map(|points| points.after))
            .bigint(points.map(|points| points.delta))
            .text(event.session_id.as_deref())
            .text(&*event.message)
            .text(metadata)
            .text(context.as_deref())
            .bytes(&salt[..])
            // The commitment is null while there is a salt, and a new event has one.
            .bytes(None)
            .bytes(&leaf[..8])
            .bigint(None);
    });
}
