//! Erases a person: finds the events that name them, and writes the anonymised form. All its SQL is
//! here.

use std::collections::BTreeSet;

use annals_event::{Event, Time};
use deadpool_postgres::{Object, Transaction};
use tokio_postgres::types::ToSql;

use super::blocks;
use super::columns::Columns;
use super::error::failed;
use super::journal::OpenJournal;
use super::numbers::bound;
use super::people;
use super::question::Question;
use super::statement::run;
use super::{rows, seals};
use super::{search, settings, spans, vacuum};
use annals_store::keys::Indexed;
use annals_store::ledger::account_of;
use annals_store::person_data::{PERSON_COLUMNS, is_about};
use annals_store::predicate::{Parameter, Predicate};
use annals_store::remains::kept;
use annals_store::seal::tile_of;
use annals_store::{Order, Person, Result};

/// Events after a position that have a person as actor, subject, account or entity.
pub(super) async fn about(
    client: &Object,
    journal: &OpenJournal,
    person: &str,
    after: u64,
    limit: usize,
) -> Result<Vec<Event>> {
    let fields = [Indexed::ACTOR, Indexed::SUBJECT, Indexed::ACCOUNT, Indexed::ENTITY_ID];
    let keys = fields.map(|field| journal.blocks.key(field, person)).to_vec();
    let question = Question {
        sets: vec![keys],
        kinds: None,
        condition: Predicate {
            sql: is_about("$1"),
            parameters: vec![Parameter::Text(person.to_owned())],
        },
        words: Vec::new(),
    };
    let range = after + 1..journal.head(client).await? + 1;
    let found = search::positions(client, &question, &range, Order::Asc, limit).await?;
    rows::at(&***client, &found.into_iter().map(bound).collect::<Vec<_>>()).await
}

/// Replaces events by their anonymised form, all or none. Salts are deleted and commitments kept.
pub(super) async fn anonymise(
    client: &mut Object,
    journal: &OpenJournal,
    events: &[Event],
    checkpoint: &(&str, String),
) -> Result<()> {
    let transaction = client.transaction().await.map_err(failed)?;
    // The lock on the head keeps others from deleting in these tiles and from appending to them.
    rows::head(&*transaction, true).await?;
    // Tells servers that keep copies of events to update them.
    let sql = "UPDATE annals_changes SET rewritten = rewritten + $1";
    run(&transaction, sql, &[&bound(events.len() as u64)]).await?;
    put_remains(&transaction, journal, events).await?;
    run(&transaction, settings::PUT_CHECKPOINT, &[&checkpoint.0, &checkpoint.1]).await?;
    transaction.commit().await.map_err(failed)?;
    journal.recent.forget();
    Ok(())
}

/// Writes the anonymised events within a transaction that locks the head, and nothing else.
pub(super) async fn put_remains(
    transaction: &Transaction<'_>,
    journal: &OpenJournal,
    events: &[Event],
) -> Result<()> {
    settings::expect_turn(transaction, journal.holder).await?;
    vacuum::mark(transaction, events.iter().map(|event| event.seq)).await?;
    let mut of_points = 0;
    let mut recounted = BTreeSet::new();
    for event in events {
        let position = event.seq..event.seq + 1;
        let there = seals::sealed(&**transaction, &journal.blocks, &position, 1).await?.pop();
        let (_, commitment) = kept(there.as_ref(), event)?;
        recounted.insert(tile_of(event.seq));
        of_points += replace(transaction, event, &commitment).await?;
    }
    let touched: BTreeSet<u64> = events.iter().map(|event| blocks::block_of(event.seq)).collect();
    for block in touched {
        let positions = blocks::first_of(block)..blocks::first_of(block + 1);
        journal.blocks.renew(transaction, &positions).await?;
    }
    spans::recount(transaction, &Vec::from_iter(recounted)).await?;
    if of_points > 0 {
        vacuum::mark_tables(transaction, &["annals_ledger"]).await?;
    }
    Ok(())
}

/// Writes an anonymised event. Returns the number of ledger rows changed.
async fn replace(transaction: &Transaction<'_>, event: &Event, commitment: &[u8]) -> Result<u64> {
    let mut columns = Columns::default();
    columns.push(event);
    // Category, action and points are never personal and stay.
    let sql = "UPDATE annals_events SET actor_type = $2, actor_id = $3, actor_name = $4,
          subject_id = $5, subject_name = $6, account_id = $7, entity_type = $8, entity_id = $9,
          entity_name = $10, session_id = $11, message = $12, metadata_text = $13, context = $14,
          anonymised_at = $15, salt = NULL, commitment = $16
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
    run(transaction, sql, &[&seq, &child, &account_of(event)]).await
}

/// Removes a person from everything but events. Returns the children who lost a guardian as they
/// are now: archived if it was the last one.
pub(super) async fn forget(client: &mut Object, id: &str, now: Time) -> Result<Vec<Person>> {
    let transaction = client.transaction().await.map_err(failed)?;
    let dependants = people::dependants(&*transaction, id).await?;
    for column in &PERSON_COLUMNS {
        run(&transaction, &column.forget("$1"), &[&id]).await?;
    }
    vacuum::mark_directory(&transaction).await?;
    let sql = "UPDATE annals_people p SET archived_at = coalesce(p.archived_at, $2)
               WHERE p.id = ANY ($1) AND NOT EXISTS
                 (SELECT FROM annals_guardianships g WHERE g.child = p.id)";
    run(&transaction, sql, &[&dependants, &now.as_micros()]).await?;
    let mut left = Vec::new();
    for ward in &dependants {
        left.extend(people::get(&*transaction, ward).await?);
    }
    transaction.commit().await.map_err(failed)?;
    Ok(left)
}
