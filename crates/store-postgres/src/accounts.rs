//! Points accounts, many at once, read and written in the transaction that writes their events.

use std::collections::HashMap;

use annals_event::{Event, Time};
use tokio_postgres::types::Type;
use tokio_postgres::{GenericClient, Row};

use super::error::failed;
use super::numbers::{bound, whole};
use super::parameters::Typed;
use annals_store::ledger::account_of;
use annals_store::{Account, Answer, LedgerKind, Pending, Result, StoreError, Tally};

const COLUMNS: &str = "a.child, a.balance, a.good_count, a.good_points, a.not_good_count, \
     a.not_good_points, \
     ARRAY(SELECT r.reward FROM annals_requests r WHERE r.child = a.child ORDER BY r.reward), \
     ARRAY(SELECT r.requested_at FROM annals_requests r WHERE r.child = a.child ORDER BY r.reward)";

/// A saved answer without its slot.
pub(super) type AnswerRow = (Vec<u8>, u64, String);

/// The accounts of these children, if they have one. An unreadable account is an error of its own
/// and does not affect the others.
pub(super) async fn of(
    client: &impl GenericClient,
    children: &[String],
) -> Result<HashMap<String, Result<Account>>> {
    let sql = format!("SELECT {COLUMNS} FROM annals_accounts a WHERE a.child = ANY ($1)");
    let rows = client.query_typed(&sql, &[(&children, Type::TEXT_ARRAY)]).await.map_err(failed)?;
    rows.iter().map(|row| Ok((row.try_get(0).map_err(failed)?, read(row)))).collect()
}

pub(super) async fn page(
    client: &impl GenericClient,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<(String, Account)>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM annals_accounts a WHERE $1 IS NULL OR a.child > $1
         ORDER BY a.child LIMIT $2"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let parameters: [Typed<'_>; 2] = [(&after, Type::TEXT), (&limit, Type::INT8)];
    let rows = client.query_typed(&sql, &parameters).await.map_err(failed)?;
    rows.iter().map(|row| Ok((row.try_get(0).map_err(failed)?, read(row)?))).collect()
}

fn read(row: &Row) -> Result<Account> {
    let number = |index: usize| row.try_get::<_, i64>(index).map_err(failed);
    let rewards: Vec<String> = row.try_get(6).map_err(failed)?;
    let moments: Vec<i64> = row.try_get(7).map_err(failed)?;
    let pending = rewards.into_iter().zip(moments);
    Ok(Account {
        balance: number(1)?,
        pending: pending
            .map(|(reward, at)| Pending { reward, at: Time::from_micros(at) })
            .collect(),
        good: Tally { count: whole(row, 2)?, points: number(3)? },
        not_good: Tally { count: whole(row, 4)?, points: number(5)? },
    })
}

/// Writes accounts over their old values.
pub(super) async fn put(client: &impl GenericClient, accounts: &[(&str, &Account)]) -> Result<()> {
    let children: Vec<&str> = accounts.iter().map(|(child, _)| *child).collect();
    let numbers = |of: fn(&Account) -> i64| -> Vec<i64> {
        accounts.iter().map(|(_, account)| of(account)).collect()
    };
    let columns = [
        numbers(|account| account.balance),
        numbers(|account| bound(account.good.count)),
        numbers(|account| account.good.points),
        numbers(|account| bound(account.not_good.count)),
        numbers(|account| account.not_good.points),
    ];
    let sql = "INSERT INTO annals_accounts
          (child, balance, good_count, good_points, not_good_count, not_good_points)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
          $6::bigint[])
        ON CONFLICT (child) DO UPDATE SET balance = excluded.balance,
          good_count = excluded.good_count, good_points = excluded.good_points,
          not_good_count = excluded.not_good_count, not_good_points = excluded.not_good_points";
    let mut parameters: Vec<Typed<'_>> = vec![(&children, Type::TEXT_ARRAY)];
    parameters.extend(columns.iter().map(|column| -> Typed<'_> { (column, Type::INT8_ARRAY) }));
    client.query_typed(sql, &parameters).await.map_err(failed)?;

    let asked: Vec<(&str, &str, i64)> = accounts
        .iter()
        .flat_map(|(child, account)| {
            account.pending.iter().map(|p| (*child, p.reward.as_str(), p.at.as_micros()))
        })
        .collect();
    let whose: Vec<&str> = asked.iter().map(|asked| asked.0).collect();
    let rewards: Vec<&str> = asked.iter().map(|asked| asked.1).collect();
    let moments: Vec<i64> = asked.iter().map(|asked| asked.2).collect();
    let sql = "DELETE FROM annals_requests r WHERE r.child = ANY ($1) AND NOT EXISTS (
                 SELECT FROM unnest($2::text[], $3::text[]) AS kept (child, reward)
                 WHERE kept.child = r.child AND kept.reward = r.reward)";
    let texts = Type::TEXT_ARRAY;
    let parameters: [Typed<'_>; 3] =
        [(&children, texts.clone()), (&whose, texts.clone()), (&rewards, texts.clone())];
    client.query_typed(sql, &parameters).await.map_err(failed)?;
    let sql = "INSERT INTO annals_requests (child, reward, requested_at)
               SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
               ON CONFLICT (child, reward) DO UPDATE SET requested_at = excluded.requested_at";
    let parameters: [Typed<'_>; 3] =
        [(&whose, texts.clone()), (&rewards, texts), (&moments, Type::INT8_ARRAY)];
    client.query_typed(sql, &parameters).await.map_err(failed)?;
    Ok(())
}

/// Adds points events to the ledger; other events are ignored.
pub(super) async fn enter(client: &impl GenericClient, events: &[&Event]) -> Result<()> {
    let entered: Vec<_> =
        events.iter().filter_map(|event| Some((*event, LedgerKind::entered(event)?))).collect();
    let seqs: Vec<i64> = entered.iter().map(|(event, _)| bound(event.seq)).collect();
    let children: Vec<Option<&str>> = entered
        .iter()
        .map(|(event, _)| event.subject.as_ref().map(|subject| subject.id.as_str()))
        .collect();
    let accounts: Vec<Option<&str>> = entered.iter().map(|(event, _)| account_of(event)).collect();
    let kinds: Vec<i16> = entered.iter().map(|(_, kind)| kind.code().into()).collect();
    let moments: Vec<i64> =
        entered.iter().map(|(event, _)| event.occurred_at.as_micros()).collect();
    let sql = "INSERT INTO annals_ledger (seq, child, account, kind, occurred_at)
               SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::smallint[],
                                    $5::bigint[])";
    let parameters: [Typed<'_>; 5] = [
        (&seqs, Type::INT8_ARRAY),
        (&children, Type::TEXT_ARRAY),
        (&accounts, Type::TEXT_ARRAY),
        (&kinds, Type::INT2_ARRAY),
        (&moments, Type::INT8_ARRAY),
    ];
    client.query_typed(sql, &parameters).await.map_err(failed)?;
    Ok(())
}

/// The saved answers of these slots that have not expired.
pub(super) async fn answered(
    client: &impl GenericClient,
    slots: &[Vec<u8>],
    now: Time,
) -> Result<HashMap<Vec<u8>, AnswerRow>> {
    let sql = "SELECT slot, body, seq, account FROM annals_answers
               WHERE slot = ANY ($1) AND until > $2";
    let now = now.as_micros();
    let parameters: [Typed<'_>; 2] = [(&slots, Type::BYTEA_ARRAY), (&now, Type::INT8)];
    let rows = client.query_typed(sql, &parameters).await.map_err(failed)?;
    let read = |row: &Row| {
        let kept =
            (row.try_get(1).map_err(failed)?, whole(row, 2)?, row.try_get(3).map_err(failed)?);
        Ok((row.try_get(0).map_err(failed)?, kept))
    };
    rows.iter().map(read).collect()
}

/// Saves answers.
pub(super) async fn remember(client: &impl GenericClient, answers: &[Answer]) -> Result<()> {
    let slots: Vec<&[u8]> = answers.iter().map(|answer| &answer.slot[..]).collect();
    let bodies: Vec<&[u8]> = answers.iter().map(|answer| &answer.body[..]).collect();
    let seqs: Vec<i64> = answers.iter().map(|answer| bound(answer.seq)).collect();
    let children: Vec<&str> = answers.iter().map(|answer| answer.child.as_str()).collect();
    let accounts: Vec<&str> = answers.iter().map(|answer| answer.account.as_str()).collect();
    let until: Vec<i64> = answers.iter().map(|answer| answer.until.as_micros()).collect();
    let sql = "INSERT INTO annals_answers (slot, body, seq, child, account, until)
               SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::text[], $5::text[],
                                    $6::bigint[])
               ON CONFLICT (slot) DO UPDATE SET body = excluded.body, seq = excluded.seq,
                 child = excluded.child, account = excluded.account, until = excluded.until";
    let parameters: [Typed<'_>; 6] = [
        (&slots, Type::BYTEA_ARRAY),
        (&bodies, Type::BYTEA_ARRAY),
        (&seqs, Type::INT8_ARRAY),
        (&children, Type::TEXT_ARRAY),
        (&accounts, Type::TEXT_ARRAY),
        (&until, Type::INT8_ARRAY),
    ];
    client.query_typed(sql, &parameters).await.map_err(failed)?;
    Ok(())
}

/// A page of answers, for a copy.
pub(super) async fn answers(
    client: &impl GenericClient,
    after: Option<[u8; 32]>,
    limit: usize,
) -> Result<Vec<Answer>> {
    let sql = "SELECT slot, body, seq, child, account, until FROM annals_answers WHERE slot > $1
               ORDER BY slot LIMIT $2";
    let after = after.as_ref().map_or(&[][..], |slot| &slot[..]);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let parameters: [Typed<'_>; 2] = [(&after, Type::BYTEA), (&limit, Type::INT8)];
    let rows = client.query_typed(sql, &parameters).await.map_err(failed)?;
    let hash = |row: &Row, index: usize| -> Result<[u8; 32]> {
        let cut = |_| StoreError::Damaged("an answer's key is not a hash".to_owned());
        row.try_get::<_, &[u8]>(index).map_err(failed)?.try_into().map_err(cut)
    };
    let read = |row: &Row| {
        Ok(Answer {
            slot: hash(row, 0)?,
            body: hash(row, 1)?,
            seq: whole(row, 2)?,
            child: row.try_get(3).map_err(failed)?,
            account: row.try_get(4).map_err(failed)?,
            until: Time::from_micros(row.try_get(5).map_err(failed)?),
        })
    };
    rows.iter().map(read).collect()
}

/// Deletes the answers that expired before this time. Returns their number.
pub(super) async fn expire(client: &impl GenericClient, before: Time) -> Result<u64> {
    let sql = "DELETE FROM annals_answers WHERE until <= $1";
    client.execute(sql, &[&before.as_micros()]).await.map_err(failed)
}
