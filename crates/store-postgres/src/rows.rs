//! Reads events from rows.

use std::collections::HashMap;

use annals_event::{Event, Time, Uuid};
use tokio_postgres::GenericClient;
use tokio_postgres::types::Type;

use super::error::failed;
use super::numbers::whole;
use annals_store::row::Row;
use annals_store::{Head, Result, StoreError};

/// The columns of an event, in the order [`read`] expects them.
pub(super) const COLUMNS: &str = "e.seq, e.id, e.created_at, \
     coalesce(e.occurred_at, e.created_at), e.category, e.action, e.class, e.severity, e.actor_type, e.actor_id, e.actor_name, e.subject_id, e.subject_name, \
     e.account_id, e.entity_type, e.entity_id, e.entity_name, e.points_before, e.points_after, \
     e.points_delta, e.session_id, e.message, e.metadata_text, e.context, e.anonymised_at";

pub(super) async fn head(client: &impl GenericClient, lock: bool) -> Result<Head> {
    let lock = if lock { "FOR UPDATE" } else { "" };
    let sql = format!("SELECT seq, created_at FROM annals_journal_head {lock}");
    let rows = client.query_typed(&sql, &[]).await.map_err(failed)?;
    let row = rows.first().ok_or_else(no_head)?;
    let created_at = Time::from_micros(row.try_get(1).map_err(failed)?);
    Ok(Head { seq: whole(row, 0)?, created_at })
}

/// The error for a journal without its one row.
pub(super) fn no_head() -> StoreError {
    StoreError::Damaged("its head is gone".to_owned())
}

/// Bytes of all the journal's tables, indexes included.
pub(super) async fn bytes(client: &impl GenericClient) -> Result<u64> {
    let sql = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
               WHERE c.relnamespace = 'annals'::regnamespace AND c.relkind = 'r'";
    let rows = client.query_typed(sql, &[]).await.map_err(failed)?;
    rows.first().map_or(Ok(0), |row| whole(row, 0))
}

/// The row's columns; the error names the unreadable one.
pub(super) fn read(row: &tokio_postgres::Row) -> std::result::Result<Row, String> {
    columns(row).map(Row::into_owned).map_err(|error| error.to_string())
}

/// The row's columns, as [`COLUMNS`] names them.
pub(super) fn columns(row: &tokio_postgres::Row) -> Result<Row<&str>> {
    let damaged = |column: &str| StoreError::Damaged(format!("{column} cannot be read"));
    let byte = |index: usize, column: &str| -> Result<u8> {
        let number: i16 = row.try_get(index).map_err(failed)?;
        u8::try_from(number).map_err(|_| damaged(column))
    };
    let number = |index: usize| row.try_get::<_, Option<i64>>(index).map_err(failed);
    let text = |index: usize| row.try_get::<_, Option<&str>>(index).map_err(failed);
    let points = match (number(17)?, number(18)?, number(19)?) {
        (Some(before), Some(after), Some(delta)) => Some((before, after, delta)),
        (None, None, None) => None,
        // All or none, since a part would be ignored and a change to it would go unnoticed.
        _ => return Err(damaged("points")),
    };
    Ok(Row {
        seq: whole(row, 0)?,
        id: row.try_get(1).map_err(failed)?,
        created_at: row.try_get(2).map_err(failed)?,
        occurred_at: row.try_get(3).map_err(failed)?,
        category: row.try_get(4).map_err(failed)?,
        action: row.try_get(5).map_err(failed)?,
        class: byte(6, "class")?,
        severity: byte(7, "severity")?,
        actor_type: byte(8, "actor_type")?,
        actor_id: text(9)?,
        actor_name: text(10)?,
        subject_id: text(11)?,
        subject_name: text(12)?,
        account_id: text(13)?,
        entity_type: text(14)?,
        entity_id: text(15)?,
        entity_name: text(16)?,
        points,
        session_id: text(20)?,
        message: row.try_get(21).map_err(failed)?,
        metadata: text(22)?,
        context: text(23)?,
        anonymised_at: number(24)?,
    })
}

pub(super) fn event(row: &tokio_postgres::Row) -> Result<Event> {
    Ok(Event::try_from(columns(row)?)?)
}

/// The events with these ids, each with its salt.
pub(super) async fn by_ids(
    client: &impl GenericClient,
    ids: &[Uuid],
) -> Result<Vec<(Event, Option<Vec<u8>>)>> {
    let sql = format!("SELECT {COLUMNS}, e.salt FROM annals_events e WHERE e.id = ANY ($1)");
    let rows = client.query_typed(&sql, &[(&ids, Type::UUID_ARRAY)]).await.map_err(failed)?;
    rows.iter().map(|row| Ok((event(row)?, row.try_get(25).map_err(failed)?))).collect()
}

/// The events at these positions, in the given order.
pub(super) async fn at(client: &impl GenericClient, positions: &[i64]) -> Result<Vec<Event>> {
    let sql = format!("SELECT {COLUMNS} FROM annals_events e WHERE e.seq = ANY ($1)");
    let found = client.query_typed(&sql, &[(&positions, Type::INT8_ARRAY)]).await;
    let mut events = HashMap::new();
    for row in found.map_err(failed)? {
        let event = event(&row)?;
        events.insert(event.seq, event);
    }
    let missing = |seq: &i64| StoreError::Damaged(format!("position {seq} is missing"));
    let take = |seq: &i64| events.remove(&seq.unsigned_abs()).ok_or_else(|| missing(seq));
    positions.iter().map(take).collect()
}
