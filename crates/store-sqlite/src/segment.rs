//! Imports a segment of another journal as it is, with numbers, seals and tombstones.

use rusqlite::{Connection, TransactionBehavior, params};

use super::append::Writer;
use super::columns::Insert;
use super::dictionary::{Dictionary, rows_of_block};
use super::{accounts, delete, garbage, rows};
use crate::error::Result;
use annals_store::seal::tile_of;
use annals_store::segment::{Answer, Segment};
use annals_store::{Account, UsedId, row};

pub(super) fn import_segment(writer: &mut Writer, segment: &Segment) -> Result<()> {
    // The end and the dictionary are read again before the next append.
    writer.reread();
    let start = segment.range.start;
    let gone = start..rows::head(writer.connection())?.seq + 1;
    writer.index().let_go(&gone);
    let transaction =
        writer.connection_mut().transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Removes what an interrupted copy had of this segment.
    for sql in [
        "DELETE FROM annals_events WHERE seq >= ?1",
        "DELETE FROM annals_ledger WHERE seq >= ?1",
        "DELETE FROM annals_tombstones WHERE first >= ?1",
    ] {
        transaction.execute(sql, [start])?;
    }
    transaction.execute("DELETE FROM annals_tiles WHERE tile >= ?1", [tile_of(start)])?;
    forget_blocks_after(&transaction, start)?;
    put_events(&transaction, segment)?;
    for tombstone in &segment.tombstones {
        delete::insert(&transaction, tombstone)?;
    }
    for tile in &segment.tiles {
        let (low, high) = (tile.earliest.as_micros(), tile.latest.as_micros());
        transaction.execute(
            "INSERT INTO annals_tiles (tile, size, root, min_occurred_at, max_occurred_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![tile.tile, tile.size, tile.root, low, high],
        )?;
    }
    transaction.execute(
        "UPDATE annals_journal SET head = ?1, created_at = ?2",
        params![segment.range.end - 1, segment.created_at.as_micros()],
    )?;
    if !gone.is_empty() {
        garbage::mark(&transaction, start)?;
    }
    transaction.commit()?;
    writer.recent().forget();
    writer.index().import_segment(writer.connection(), segment, &gone)
}

fn put_events(transaction: &Connection, segment: &Segment) -> Result<()> {
    let mut dictionary = Dictionary::empty(transaction, segment.range.start)?;
    let mut insert = Insert::new(transaction)?;
    for sealed in &segment.events {
        let event = sealed.event.as_ref().map_err(|_| Segment::broken(sealed.seq))?;
        let mut leaf = [0; 32];
        leaf[..8].copy_from_slice(&sealed.leaf_prefix);
        let numbers = dictionary.numbers(transaction, event)?;
        let metadata = row::metadata(event);
        insert.run(
            event,
            &numbers,
            metadata.as_deref(),
            &sealed.salt.unwrap_or_default(),
            &leaf,
        )?;
        if sealed.salt.is_none() || sealed.commitment.is_some() {
            let sql = "UPDATE annals_events SET salt = ?2, commitment = ?3 WHERE seq = ?1";
            transaction.execute(sql, params![sealed.seq, sealed.salt, sealed.commitment])?;
        }
        accounts::enter(transaction, event)?;
    }
    Ok(())
}

/// Deletes the dictionary rows of the blocks after a position's block: nothing refers to them, and
/// their numbers are used again.
fn forget_blocks_after(transaction: &Connection, seq: u64) -> Result<()> {
    let end = rows_of_block(seq).end;
    for (table, number) in [
        ("annals_persons", "person"),
        ("annals_entities", "entity"),
        ("annals_sessions", "session"),
    ] {
        transaction.execute(&format!("DELETE FROM {table} WHERE {number} >= ?1"), [end])?;
        let sql = format!(
            "UPDATE sqlite_sequence SET seq = (SELECT ifnull(max({number}), 0) FROM {table})
             WHERE name = '{table}' AND seq >= ?1"
        );
        transaction.execute(&sql, [end])?;
    }
    Ok(())
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

pub(super) fn accounts(
    connection: &Connection,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<(String, Account)>> {
    let snapshot = connection.unchecked_transaction()?;
    let sql = "SELECT child FROM annals_accounts WHERE ?1 IS NULL OR child > ?1
               ORDER BY child LIMIT ?2";
    let mut statement = snapshot.prepare_cached(sql)?;
    let children = statement.query_map(params![after, limit], |row| row.get(0))?;
    let children = children.collect::<rusqlite::Result<Vec<String>>>()?;
    let with_account = |child: String| {
        let account = accounts::get(&snapshot, &child)?;
        Ok((child, account))
    };
    children.into_iter().map(with_account).collect()
}

pub(super) fn put_accounts(connection: &mut Connection, all: &[(String, Account)]) -> Result<()> {
    let transaction = connection.transaction()?;
    for (child, account) in all {
        let before = accounts::get(&transaction, child)?;
        accounts::put(&transaction, child, &before, account)?;
    }
    Ok(transaction.commit()?)
}

pub(super) fn answers(
    connection: &Connection,
    after: Option<[u8; 32]>,
    limit: usize,
) -> Result<Vec<Answer>> {
    let sql = "SELECT slot, body, seq, child, account, until FROM annals_answers WHERE slot > ?1
               ORDER BY slot LIMIT ?2";
    let after = after.as_ref().map_or(&[][..], |slot| &slot[..]);
    let mut statement = connection.prepare_cached(sql)?;
    let answers = statement.query_map(params![after, limit], |row| {
        Ok(Answer {
            slot: row.get(0)?,
            body: row.get(1)?,
            seq: row.get(2)?,
            child: row.get(3)?,
            account: row.get(4)?,
            until: annals_event::Time::from_micros(row.get(5)?),
        })
    })?;
    Ok(answers.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn put_answers(connection: &mut Connection, answers: &[Answer]) -> Result<()> {
    let transaction = connection.transaction()?;
    answers.iter().try_for_each(|answer| accounts::put_answer(&transaction, answer))?;
    Ok(transaction.commit()?)
}
