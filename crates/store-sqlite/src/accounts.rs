//! Points accounts, read and written in the transaction that writes their events.

use annals_event::{Event, Time};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::error::Result;
use annals_store::ledger::account_of;
use annals_store::segment::Answer;
use annals_store::{Account, Decided, LedgerKind, Pending, Repeat, Tally};

/// Reads like [`get`], but the account and its requests at one moment.
pub(super) fn at_once(connection: &Connection, child: &str) -> Result<Account> {
    get(&*connection.unchecked_transaction()?, child)
}

pub(super) fn get(connection: &Connection, child: &str) -> Result<Account> {
    let sql = "SELECT balance, good_count, good_points, not_good_count, not_good_points
               FROM annals_accounts WHERE child = ?1";
    let account = connection
        .prepare_cached(sql)?
        .query_row([child], |row| {
            Ok(Account {
                balance: row.get(0)?,
                pending: Vec::new(),
                good: Tally { count: row.get(1)?, points: row.get(2)? },
                not_good: Tally { count: row.get(3)?, points: row.get(4)? },
            })
        })
        .optional()?;
    let Some(mut account) = account else {
        return Ok(Account::default());
    };
    let sql = "SELECT reward, requested_at FROM annals_requests WHERE child = ?1 ORDER BY reward";
    account.pending = connection
        .prepare_cached(sql)?
        .query_map([child], |row| {
            Ok(Pending { reward: row.get(0)?, at: Time::from_micros(row.get(1)?) })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(account)
}

/// Applies an event that was just written to its account. Returns the account as it is now, or
/// `None` if the event is not about points.
pub(super) fn follow(connection: &Connection, event: &Event) -> Result<Option<Account>> {
    let (Some(_), Some(subject)) = (LedgerKind::of(event), &event.subject) else {
        return Ok(None);
    };
    let before = get(connection, &subject.id)?;
    let mut account = before.clone();
    account.follow(event);
    put(connection, &subject.id, &before, &account)?;
    enter(connection, event)?;
    Ok(Some(account))
}

/// Adds a points event to the ledger's index; other events change nothing.
pub(super) fn enter(connection: &Connection, event: &Event) -> Result<()> {
    let Some(kind) = LedgerKind::entered(event) else {
        return Ok(());
    };
    connection
        .prepare_cached(
            "INSERT INTO annals_ledger (seq, child, account, kind, occurred_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            event.seq,
            event.subject.as_ref().map(|subject| &subject.id),
            account_of(event),
            kind.code(),
            event.occurred_at.as_micros()
        ])?;
    Ok(())
}

pub(super) fn put(
    connection: &Connection,
    child: &str,
    before: &Account,
    account: &Account,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO annals_accounts
             (child, balance, good_count, good_points, not_good_count, not_good_points)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            child,
            account.balance,
            account.good.count,
            account.good.points,
            account.not_good.count,
            account.not_good.points
        ])?;
    if account.pending == before.pending {
        return Ok(());
    }
    connection.prepare_cached("DELETE FROM annals_requests WHERE child = ?1")?.execute([child])?;
    for pending in &account.pending {
        connection
            .prepare_cached(
                "INSERT INTO annals_requests (child, reward, requested_at) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![child, pending.reward, pending.at.as_micros()])?;
    }
    Ok(())
}

/// The answer to a repeated command; `None` if the command is new.
pub(super) fn answered(
    connection: &Connection,
    repeat: &Repeat,
    now: Time,
) -> Result<Option<Decided>> {
    let sql = "SELECT body, seq, account FROM annals_answers WHERE slot = ?1 AND until > ?2";
    let found = connection
        .prepare_cached(sql)?
        .query_row(params![repeat.slot, now.as_micros()], |row| {
            Ok((row.get::<_, [u8; 32]>(0)?, row.get(1)?, row.get::<_, String>(2)?))
        })
        .optional()?;
    let found = found.map(|(body, seq, account)| repeat.answered(&body, seq, &account));
    Ok(found.transpose()?)
}

/// Saves the answer to a command.
pub(super) fn remember(
    connection: &Connection,
    repeat: &Repeat,
    child: &str,
    seq: u64,
    account: &Account,
) -> Result<()> {
    put_answer(connection, &Answer::to(repeat, child, seq, account)?)
}

pub(super) fn put_answer(connection: &Connection, answer: &Answer) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO annals_answers (slot, body, seq, child, account, until)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            answer.slot,
            answer.body,
            answer.seq,
            answer.child,
            answer.account,
            answer.until.as_micros()
        ])?;
    Ok(())
}

/// Deletes the answers that expired before this time. Returns their number.
pub(super) fn expire_answers(connection: &Connection, before: Time) -> Result<u64> {
    let sql = "DELETE FROM annals_answers WHERE until <= ?1";
    Ok(connection.execute(sql, [before.as_micros()])? as u64)
}
