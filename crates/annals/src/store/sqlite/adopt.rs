//! Taking over a part of another journal as it stands there: numbered, sealed, deleted and all.

use rusqlite::{Connection, TransactionBehavior, params};

use super::super::adopt::Part;
use super::super::row::Row;
use super::super::seal::tile_of;
use super::super::{Result, UsedId};
use super::append::Writer;
use super::{bury, rows};

pub(super) fn adopt(writer: &mut Writer, part: &Part) -> Result<()> {
    // The end is read anew before the next append.
    writer.forget_end();
    let connection = writer.connection_mut();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // What a copy that was broken off had of this part goes, and comes again.
    let start = part.range.start;
    transaction.execute("DELETE FROM annals_events WHERE seq >= ?1", [start])?;
    transaction.execute("DELETE FROM annals_tombstones WHERE first >= ?1", [start])?;
    transaction.execute("DELETE FROM annals_tiles WHERE tile >= ?1", [tile_of(start)])?;
    for sealed in &part.events {
        let event = sealed.event.as_ref().map_err(|_| Part::broken(sealed.seq))?;
        let mut leaf = [0; 32];
        leaf[..8].copy_from_slice(&sealed.leaf_prefix);
        rows::insert(&transaction, &Row::from(event), &sealed.salt.unwrap_or_default(), &leaf)?;
        if sealed.salt.is_none() || sealed.commitment.is_some() {
            let sql = "UPDATE annals_events SET salt = ?2, commitment = ?3 WHERE seq = ?1";
            transaction.execute(sql, params![sealed.seq, sealed.salt, sealed.commitment])?;
        }
    }
    for tombstone in &part.tombstones {
        bury::insert(&transaction, tombstone)?;
    }
    for tile in &part.tiles {
        let (low, high) = (tile.earliest.as_micros(), tile.latest.as_micros());
        transaction.execute(
            "INSERT INTO annals_tiles (tile, size, root, min_occurred_at, max_occurred_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![tile.tile, tile.size, tile.root, low, high],
        )?;
    }
    transaction.execute(
        "UPDATE annals_journal SET head = ?1, created_at = ?2",
        params![part.range.end - 1, part.created_at.as_micros()],
    )?;
    Ok(transaction.commit()?)
}

pub(super) fn id_key(connection: &Connection) -> Result<[u8; 32]> {
    Ok(connection.query_row("SELECT id_key FROM annals_journal", [], |row| row.get(0))?)
}

pub(super) fn used_ids(
    connection: &Connection,
    after: Option<[u8; 32]>,
    limit: usize,
) -> Result<Vec<UsedId>> {
    let sql = "SELECT hash, until FROM annals_used_ids WHERE hash > ?1 ORDER BY hash LIMIT ?2";
    let after = after.as_ref().map_or(&[][..], |hash| &hash[..]);
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![after, limit])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        let hash: Vec<u8> = row.get(0)?;
        ids.push(UsedId::read(&hash, row.get(1)?)?);
    }
    Ok(ids)
}

pub(super) fn put_used_ids(connection: &mut Connection, ids: &[UsedId]) -> Result<()> {
    let transaction = connection.transaction()?;
    for used in ids {
        let sql = "INSERT OR REPLACE INTO annals_used_ids (hash, until) VALUES (?1, ?2)";
        transaction.prepare_cached(sql)?.execute(params![used.hash, used.until.as_micros()])?;
    }
    Ok(transaction.commit()?)
}

pub(super) fn settings(connection: &Connection) -> Result<Vec<(String, String)>> {
    let sql = "SELECT name, value FROM annals_settings WHERE name <> 'probe' ORDER BY name";
    let mut statement = connection.prepare_cached(sql)?;
    let settings = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(settings.collect::<rusqlite::Result<_>>()?)
}
