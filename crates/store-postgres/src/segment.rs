//! Imports a segment of another journal as it is, with numbers, seals and tombstones.

use annals_event::Event;
use annals_event::digest::{GrowingTree, TILE};
use deadpool_postgres::{Object, Transaction};
use tokio_postgres::types::ToSql;

use super::blocks::{block_of, first_of};
use super::columns::Columns;
use super::delete::put_tombstones;
use super::error::failed;
use super::journal::OpenJournal;
use super::numbers::bound;
use super::statement::run;
use super::{accounts, spans};
use annals_store::seal::tile_of;
use annals_store::segment::Segment;
use annals_store::{Account, Result, UsedId};

pub(super) async fn import_segment(
    client: &mut Object,
    journal: &OpenJournal,
    segment: &Segment,
) -> Result<()> {
    let transaction = client.transaction().await.map_err(failed)?;
    super::rows::head(&*transaction, true).await?;
    let end = segment.range.end - 1;
    let room = "SELECT annals_make_room($1)";
    run(&transaction, room, &[&bound(end)]).await?;
    // Removes what an interrupted copy had of this segment.
    let start = bound(segment.range.start);
    for sql in [
        "DELETE FROM annals_events WHERE seq >= $1",
        "DELETE FROM annals_ledger WHERE seq >= $1",
        "DELETE FROM annals_tombstones WHERE first >= $1",
        "DELETE FROM annals_list_index WHERE block >= ($1::bigint - 1) / 64",
        "DELETE FROM annals_spans WHERE span >= ($1::bigint - 1) / 16384",
    ] {
        run(&transaction, sql, &[&start]).await?;
    }
    put_events(&transaction, journal, segment).await?;
    put_tombstones(&transaction, &segment.tombstones).await?;
    for tile in &segment.tiles {
        let sql = "INSERT INTO annals_tiles (tile, size, root, min_occurred_at, max_occurred_at,
                     kinds, counts, common)
                   VALUES ($1, $2, $3, $4, $5, '{}', '{}', '{}')
                   ON CONFLICT (tile) DO UPDATE SET size = excluded.size, root = excluded.root,
                     min_occurred_at = excluded.min_occurred_at,
                     max_occurred_at = excluded.max_occurred_at";
        let (number, size) = (bound(tile.tile), bound(tile.size));
        let (low, high) = (tile.earliest.as_micros(), tile.latest.as_micros());
        let parameters: [&(dyn ToSql + Sync); 5] = [&number, &size, &&tile.root[..], &low, &high];
        run(&transaction, sql, &parameters).await?;
    }
    put_head(&transaction, segment).await?;
    put_blocks(&transaction, journal, segment).await?;
    let tiles: Vec<u64> = segment.tiles.iter().map(|tile| tile.tile).collect();
    spans::recount(&transaction, &tiles).await?;
    transaction.commit().await.map_err(failed)?;
    journal.replaced(segment.range.end - 1);
    Ok(())
}

async fn put_events(
    transaction: &Transaction<'_>,
    journal: &OpenJournal,
    segment: &Segment,
) -> Result<()> {
    let mut columns = Columns::default();
    let (mut salts, mut commitments, mut leaves) = (Vec::new(), Vec::new(), Vec::new());
    for sealed in &segment.events {
        columns.push(sealed.event.as_ref().map_err(|_| Segment::broken(sealed.seq))?);
        salts.push(sealed.salt.map(|salt| salt.to_vec()));
        commitments.push(sealed.commitment.map(|commitment| commitment.to_vec()));
        leaves.push(sealed.leaf_prefix.to_vec());
    }
    let events: Vec<_> = segment.events.iter().filter_map(|e| e.event.as_ref().ok()).collect();
    accounts::enter(&**transaction, &events).await?;
    journal.blocks.put_kinds(transaction, events.iter().copied()).await.map_err(failed)?;
    let sql = "INSERT INTO annals_events (
          seq, id, created_at, occurred_at, severity, actor_type, category, action, actor_id,
          actor_name, subject_id, subject_name, account_id, entity_type, entity_id, entity_name,
          session_id, message, metadata_text, context, points_before, points_after,
          points_delta, anonymised_at, salt, commitment, leaf, class)
        SELECT given.seq, given.id, given.created,
          nullif(given.occurred, given.created), given.severity, given.kind,
          t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14,
          p1, p2, p3, given.anonymised, given.salt, given.commitment, given.leaf,
          given.class
        FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::smallint[],
          $6::smallint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
          $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[],
          $18::text[], $19::text[], $20::text[], $21::bigint[], $22::bigint[], $23::bigint[],
          $24::bigint[], $25::bytea[], $26::bytea[], $27::bytea[], $28::smallint[])
        AS given (seq, id, created, occurred, severity, kind, t1, t2, t3, t4, t5, t6, t7, t8, t9,
          t10, t11, t12, t13, t14, p1, p2, p3, anonymised, salt, commitment, leaf, class)";
    let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![
        &columns.seqs,
        &columns.ids,
        &columns.created,
        &columns.moments,
        &columns.severities,
        &columns.actor_types,
    ];
    parameters.extend(columns.texts.iter().map(|column| column as &(dyn ToSql + Sync)));
    parameters.extend(columns.points.iter().map(|column| column as &(dyn ToSql + Sync)));
    let rest: [&(dyn ToSql + Sync); 5] =
        [&columns.anonymised, &salts, &commitments, &leaves, &columns.classes];
    parameters.extend(rest);
    run(transaction, sql, &parameters).await?;
    Ok(())
}

/// Writes the segment's part of the list index; a segment begins with a tile, and so with a block.
async fn put_blocks(
    transaction: &Transaction<'_>,
    journal: &OpenJournal,
    segment: &Segment,
) -> Result<()> {
    let all: Vec<&Event> = segment.events.iter().filter_map(|e| e.event.as_ref().ok()).collect();
    let mut rest = &all[..];
    for block in block_of(segment.range.start)..block_of(segment.range.end - 1) + 1 {
        let beyond = first_of(block + 1);
        let (events, others) = rest.split_at(rest.partition_point(|event| event.seq < beyond));
        rest = others;
        journal.blocks.put(transaction, block, beyond <= segment.range.end, events).await?;
    }
    Ok(())
}

/// Writes the head, with the tree of the open tile.
async fn put_head(transaction: &Transaction<'_>, segment: &Segment) -> Result<()> {
    let head = segment.range.end - 1;
    let open = head % TILE;
    let mut tree = GrowingTree::default();
    if open != 0 {
        segment.leaves_of(tile_of(head))?.into_iter().for_each(|leaf| tree.push(leaf));
    }
    let frontier: Vec<&[u8]> = tree.peaks().iter().map(<[u8; 32]>::as_slice).collect();
    let tile = segment.tiles.iter().find(|tile| open != 0 && tile.tile == tile_of(head));
    let low = tile.map(|tile| tile.earliest.as_micros());
    let high = tile.map(|tile| tile.latest.as_micros());
    let sql =
        "UPDATE annals_journal_head SET seq = $1, created_at = $2, frontier = $3, keys = '{}',
               min_occurred_at = $4, max_occurred_at = $5, turn = turn + 1";
    let created_at = segment.created_at.as_micros();
    let parameters: [&(dyn ToSql + Sync); 5] = [&bound(head), &created_at, &frontier, &low, &high];
    run(transaction, sql, &parameters).await?;
    Ok(())
}

pub(super) async fn used_ids(
    client: &Object,
    after: Option<[u8; 32]>,
    limit: usize,
) -> Result<Vec<UsedId>> {
    let sql = "SELECT hash, until FROM annals_used_ids WHERE hash > $1 ORDER BY hash LIMIT $2";
    let after = after.as_ref().map_or(&[][..], |hash| &hash[..]);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = client.query(sql, &[&after, &limit]).await.map_err(failed)?;
    let read = |row: &tokio_postgres::Row| {
        let hash: &[u8] = row.try_get(0).map_err(failed)?;
        let until: i64 = row.try_get(1).map_err(failed)?;
        UsedId::read(hash, until)
    };
    rows.iter().map(read).collect()
}

/// Imports points accounts.
pub(super) async fn put_accounts(client: &mut Object, all: &[(String, Account)]) -> Result<()> {
    let transaction = client.transaction().await.map_err(failed)?;
    let all: Vec<_> = all.iter().map(|(child, account)| (child.as_str(), account)).collect();
    accounts::put(&*transaction, &all).await?;
    transaction.commit().await.map_err(failed)
}

pub(super) async fn put_used_ids(client: &Object, ids: &[UsedId]) -> Result<()> {
    let hashes: Vec<Vec<u8>> = ids.iter().map(|used| used.hash.to_vec()).collect();
    let until: Vec<i64> = ids.iter().map(|used| used.until.as_micros()).collect();
    let sql = "INSERT INTO annals_used_ids (hash, until)
               SELECT * FROM unnest($1::bytea[], $2::bigint[])
               ON CONFLICT (hash) DO UPDATE SET until = excluded.until";
    client.execute(sql, &[&hashes, &until]).await.map_err(failed)?;
    Ok(())
}
