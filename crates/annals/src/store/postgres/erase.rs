//! Forgetting a person: finding what tells of them, and writing what remains. All SQL of it is here.

use annals_event::{Event, Time};
use deadpool_postgres::{Object, Transaction};
use tokio_postgres::types::{ToSql, Type};

use super::super::ledger::account_of;
use super::super::remains::kept;
use super::super::{Person, Result};
use super::bury::run;
use super::columns::Columns;
use super::error::failed;
use super::people;
use super::rows::{self, bound};
use super::viewer::Typed;

/// Events in which a person stands as actor, subject, account or thing, after a position. Each
/// place is asked for by an index of its own.
pub(super) async fn about(
    client: &Object,
    person: &str,
    after: u64,
    limit: usize,
) -> Result<Vec<Event>> {
    let places = [
        "subject_id = $1",
        "account_id = $1",
        "actor_id = $1 AND actor_type IN (0, 1)",
        "entity_type = 'user' AND entity_id = $1",
        "entity_type = 'child' AND entity_id = $1",
    ];
    let each = places.map(|place| {
        format!("(SELECT seq FROM annals_events WHERE {place} AND seq > $2 ORDER BY seq LIMIT $3)")
    });
    let sql = format!(
        "SELECT {} FROM annals_events e JOIN (SELECT seq FROM ({}) AS found ORDER BY seq LIMIT $3)
           AS page ON page.seq = e.seq
         ORDER BY e.seq",
        rows::COLUMNS,
        each.join(" UNION ")
    );
    let (after, limit) = (bound(after), i64::try_from(limit).unwrap_or(i64::MAX));
    let parameters: [Typed<'_>; 3] =
        [(&person, Type::TEXT), (&after, Type::INT8), (&limit, Type::INT8)];
    let found = client.query_typed(&sql, &parameters).await.map_err(failed)?;
    found.iter().map(rows::event).collect()
}

/// Puts what remains of events in their place, all or none. Salts go, commitments stay.
pub(super) async fn anonymise(client: &mut Object, events: &[Event]) -> Result<()> {
    let transaction = client.transaction().await.map_err(failed)?;
    // Nobody buries in these tiles meanwhile, or appends to them.
    rows::head(&*transaction, true).await?;
    // Servers hear of it that keep something beside the journal.
    let sql = "UPDATE annals_changes SET rewritten = rewritten + $1";
    run(&transaction, sql, &[&bound(events.len() as u64)]).await?;
    put_remains(&transaction, events).await?;
    transaction.commit().await.map_err(failed)
}

/// The same, within a transaction that holds the head, and no more than that.
pub(super) async fn put_remains(transaction: &Transaction<'_>, events: &[Event]) -> Result<()> {
    for event in events {
        let there = rows::sealed(&**transaction, &(event.seq..event.seq + 1), 1).await?.pop();
        let (_, commitment) = kept(there.as_ref(), event)?;
        replace(transaction, event, &commitment).await?;
    }
    Ok(())
}

async fn replace(transaction: &Transaction<'_>, event: &Event, commitment: &[u8]) -> Result<()> {
    let mut columns = Columns::default();
    columns.push(event);
    // Category, action and points stand in the skeleton, and are what they were.
    let sql = "UPDATE annals_events SET actor_type = $2, actor_id = $3, actor_name = $4,
          subject_id = $5, subject_name = $6, account_id = $7, entity_type = $8, entity_id = $9,
          entity_name = $10, session_id = $11, message = $12, metadata_text = $13, context = $14,
          words = string_to_array($15, ' '), anonymised_at = $16, salt = NULL, commitment = $17
        WHERE seq = $1";
    let seq = bound(event.seq);
    let texts = columns.texts.iter().skip(2).filter_map(|column| column.first());
    let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&seq];
    parameters.extend(columns.actor_types.first().map(|kind| kind as &(dyn ToSql + Sync)));
    parameters.extend(texts.map(|text| text as &(dyn ToSql + Sync)));
    parameters.extend(columns.anonymised.first().map(|at| at as &(dyn ToSql + Sync)));
    parameters.push(&commitment);
    run(transaction, sql, &parameters).await?;
    let child = event.subject.as_ref().map(|subject| &subject.id);
    let sql = "UPDATE annals_ledger SET child = $2, account = $3 WHERE seq = $1";
    run(transaction, sql, &[&seq, &child, &account_of(event)]).await?;
    Ok(())
}

/// Removes a person from everything but events. Answers the children who lost a guardian, as they
/// are now: archived, where it was the last one.
pub(super) async fn forget(client: &mut Object, id: &str, now: Time) -> Result<Vec<Person>> {
    let transaction = client.transaction().await.map_err(failed)?;
    let wards = people::wards(&*transaction, id).await?;
    for sql in [
        "DELETE FROM annals_guardianships WHERE guardian = $1",
        // A consent stands as long as it is known who gave it.
        "UPDATE annals_people SET consent_by = NULL, consent_at = NULL,
           consent_text_version = NULL WHERE consent_by = $1",
        "DELETE FROM annals_people WHERE id = $1",
        "DELETE FROM annals_sign_ins WHERE person_id = $1",
        "DELETE FROM annals_accounts WHERE child = $1",
        "DELETE FROM annals_requests WHERE child = $1",
        "DELETE FROM annals_answers WHERE child = $1",
    ] {
        run(&transaction, sql, &[&id]).await?;
    }
    let sql = "UPDATE annals_people p SET archived_at = coalesce(p.archived_at, $2)
               WHERE p.id = ANY ($1) AND NOT EXISTS
                 (SELECT FROM annals_guardianships g WHERE g.child = p.id)";
    run(&transaction, sql, &[&wards, &now.as_micros()]).await?;
    let mut left = Vec::new();
    for ward in &wards {
        left.extend(people::get(&*transaction, ward).await?);
    }
    transaction.commit().await.map_err(failed)?;
    Ok(left)
}
