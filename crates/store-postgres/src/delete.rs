//! Deletes events: a tombstone stays, with the leaves that the tile's root needs.

use annals_event::{Time, Uuid};
use deadpool_postgres::Transaction;

use super::journal::OpenJournal;
use super::numbers::bound;
use super::seals;
use super::statement::run;
use super::{spans, vacuum};
use annals_store::Result;
use annals_store::seal::{Sealed, Tombstone, first_of, tile_of};
use annals_store::tombstones::{USED, hashed_id, merged, tombstones_for};

/// Replaces events of a tile by tombstones, within a transaction that locks the head. Returns how
/// many of them were points events.
pub(super) async fn delete_events(
    transaction: &Transaction<'_>,
    journal: &OpenJournal,
    events: &[Sealed],
    reason: &str,
    now: Time,
) -> Result<u64> {
    let (Some(first), Some(last)) = (events.first(), events.last()) else {
        return Ok(0);
    };
    let tile = tile_of(first.seq);
    let mut recent = tombstones_for(events, reason, now)?;
    let ids: Vec<Uuid> =
        events.iter().filter_map(|event| Some(event.event.as_ref().ok()?.id)).collect();
    let hashes: Vec<Vec<u8>> =
        ids.iter().map(|id| hashed_id(&journal.id_key, *id).to_vec()).collect();
    let whole_tile = first_of(tile)..first_of(tile + 1);
    let mut all = seals::tombstones(&**transaction, &whole_tile).await?;
    all.append(&mut recent);
    all.sort_by_key(|tombstone| tombstone.first);

    let sql = "DELETE FROM annals_tombstones WHERE first >= $1 AND first < $2";
    let bounds = (bound(whole_tile.start), bound(whole_tile.end));
    run(transaction, sql, &[&bounds.0, &bounds.1]).await?;
    put_tombstones(transaction, &merged(all)).await?;
    let until = now.plus_micros(USED).as_micros();
    let sql = "INSERT INTO annals_used_ids (hash, until) SELECT unnest($1::bytea[]), $2
               ON CONFLICT (hash) DO UPDATE SET until = excluded.until";
    run(transaction, sql, &[&hashes, &until]).await?;
    vacuum::mark(transaction, events.iter().map(|event| event.seq)).await?;
    let positions: Vec<i64> = events.iter().map(|event| bound(event.seq)).collect();
    let sql = "DELETE FROM annals_events WHERE seq = ANY ($1)";
    run(transaction, sql, &[&positions]).await?;
    journal.blocks.renew(transaction, &(first.seq..last.seq + 1)).await?;
    spans::recount(transaction, &[tile]).await?;
    let sql = "UPDATE annals_changes SET deleted = deleted + $1";
    run(transaction, sql, &[&bound(events.len() as u64)]).await?;
    let sql = "DELETE FROM annals_ledger WHERE seq = ANY ($1)";
    let of_points = run(transaction, sql, &[&positions]).await?;
    if of_points > 0 {
        vacuum::mark_tables(transaction, &["annals_ledger"]).await?;
    }
    Ok(of_points)
}

pub(super) async fn put_tombstones(transaction: &Transaction<'_>, all: &[Tombstone]) -> Result<()> {
    let column = |of: fn(&Tombstone) -> i64| -> Vec<i64> { all.iter().map(of).collect() };
    let firsts = column(|tombstone| bound(tombstone.first));
    let lasts = column(|tombstone| bound(tombstone.last));
    let moments = column(|tombstone| tombstone.deleted_at.as_micros());
    let leaves: Vec<Vec<u8>> = all.iter().map(|tombstone| tombstone.leaves.concat()).collect();
    let reasons: Vec<&str> = all.iter().map(|tombstone| tombstone.reason.as_str()).collect();
    let sql = "INSERT INTO annals_tombstones (first, last, leaves, reason, deleted_at)
               SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::text[],
                                    $5::bigint[])";
    run(transaction, sql, &[&firsts, &lasts, &leaves, &reasons, &moments]).await?;
    Ok(())
}
