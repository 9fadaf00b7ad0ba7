//! Forgetting a person: finding what tells of them, and writing what remains. All SQL of it is here.

use annals_event::digest::{self, Hash};
use annals_event::{Event, Time};
use rusqlite::{Connection, TransactionBehavior, params};

use super::super::ledger::account_of;
use super::super::row::Row;
use super::super::seal::leaf_of;
use super::super::{Person, Result, Sealed, StoreError};
use super::append::Writer;
use super::{people, rows};

/// Events in which a person stands as actor, subject, account or thing, after a position.
pub(super) fn about(
    connection: &Connection,
    person: &str,
    after: u64,
    limit: usize,
) -> Result<Vec<Event>> {
    let snapshot = connection.unchecked_transaction()?;
    let positions: Vec<u64> = snapshot
        .prepare_cached(
            "SELECT seq FROM annals_events
             WHERE seq > ?2 AND (subject_id = ?1 OR account_id = ?1
               OR (actor_id = ?1 AND actor_type IN (0, 1))
               OR (entity_id = ?1 AND entity_type IN ('user', 'child')))
             ORDER BY seq LIMIT ?3",
        )?
        .query_map(params![person, after, limit], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    positions.into_iter().map(|seq| rows::at(&snapshot, seq)).collect()
}

/// Puts what remains of events in their place, all or none. Salts go, commitments stay.
pub(super) fn anonymise(writer: &mut Writer, events: &[Event]) -> Result<()> {
    let transaction =
        writer.connection_mut().transaction_with_behavior(TransactionBehavior::Immediate)?;
    for event in events {
        let sealed = rows::sealed(&transaction, &(event.seq..event.seq + 1), 1)?.pop();
        let commitment = sealed.as_ref().and_then(|sealed| kept(sealed, event));
        // A broken event stays as it is: what was done to it must show.
        let commitment = commitment.ok_or_else(|| {
            StoreError::Damaged(format!(
                "the event at position {} is not the one written",
                event.seq
            ))
        })?;
        write(&transaction, &Row::from(event), &commitment)?;
        let child = event.subject.as_ref().map(|subject| &subject.id);
        transaction
            .prepare_cached("UPDATE annals_ledger SET child = ?2, account = ?3 WHERE seq = ?1")?
            .execute(params![event.seq, child, account_of(event)])?;
    }
    Ok(transaction.commit()?)
}

/// The commitment under which what remains of an event still has the leaf of the event written.
fn kept(sealed: &Sealed, remains: &Event) -> Option<Hash> {
    let leaf = leaf_of(sealed)?;
    let event = sealed.event.as_ref().ok()?;
    let of_salt = |salt| digest::commitment(&salt, &digest::personal(event));
    let commitment = sealed.commitment.or_else(|| sealed.salt.map(of_salt))?;
    let fits = remains.anonymised_at.is_some() && digest::leaf(remains, &commitment) == leaf;
    fits.then_some(commitment)
}

fn write(connection: &Connection, row: &Row, commitment: &Hash) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE annals_events SET actor_type = ?2, actor_id = ?3, actor_name = ?4,
               subject_id = ?5, subject_name = ?6, account_id = ?7, entity_id = ?8,
               entity_name = ?9, session_id = ?10, message = ?11, metadata = ?12, context = ?13,
               anonymised_at = ?14, salt = NULL, commitment = ?15
             WHERE seq = ?1",
        )?
        .execute(params![
            row.seq,
            row.actor_type,
            row.actor_id,
            row.actor_name,
            row.subject_id,
            row.subject_name,
            row.account_id,
            row.entity_id,
            row.entity_name,
            row.session_id,
            row.message,
            row.metadata,
            row.context,
            row.anonymised_at,
            commitment
        ])?;
    Ok(())
}

/// Removes a person from everything but events. Answers the children who lost a guardian, as they
/// are now: archived, where it was the last one.
pub(super) fn forget(connection: &mut Connection, id: &str, now: Time) -> Result<Vec<Person>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let wards = people::wards(&transaction, id)?;
    for sql in [
        "DELETE FROM annals_guardianships WHERE guardian = ?1",
        // A consent stands as long as it is known who gave it.
        "UPDATE annals_people SET consent_by = NULL, consent_at = NULL,
           consent_text_version = NULL WHERE consent_by = ?1",
        "DELETE FROM annals_people WHERE id = ?1",
        "DELETE FROM annals_sign_ins WHERE person_id = ?1",
        "DELETE FROM annals_accounts WHERE child = ?1",
        "DELETE FROM annals_requests WHERE child = ?1",
        "DELETE FROM annals_answers WHERE child = ?1",
    ] {
        transaction.execute(sql, [id])?;
    }
    for ward in &wards {
        transaction
            .prepare_cached(
                "UPDATE annals_people SET archived_at = coalesce(archived_at, ?2)
                 WHERE id = ?1 AND NOT EXISTS
                   (SELECT 1 FROM annals_guardianships WHERE child = ?1)",
            )?
            .execute(params![ward, now.as_micros()])?;
    }
    let left = wards.iter().map(|ward| people::get_in(&transaction, ward));
    let left = left.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    transaction.commit()?;
    Ok(left)
}
