//! The columns of an event: an event in, a [`Row`] out.
//!
//! Everything is read from the file, the dictionary as well, so that a changed or removed row never
//! comes back from memory.

use annals_event::digest::{Hash, Salt};
use annals_event::{Event, Uuid};
use rusqlite::types::{FromSqlError, ValueRef};
use rusqlite::{CachedStatement, Connection, params};

use super::dictionary::Numbers;
use crate::error::{Failure, Result};
use annals_store::row::{self, Row, Unreadable};

/// The query for events with their dictionary values, in the order [`read`] expects, and further
/// columns. The left joins go by row number, so that each costs a few steps in a tree; a subject
/// that is the actor, as most are, is not looked up twice.
pub(super) fn select(further: &str, condition: &str) -> String {
    format!(
        "SELECT e.seq, e.id, e.created_at, e.occurred_at, k.category, k.action, k.class, e.severity,
           e.actor_type, e.actor, a.id, a.name, e.subject, s.id, s.name, e.account, c.id, c.name,
           e.entity, t.type, t.id, t.name, e.session, v.person, v.session_id, e.points_before,
           e.points_after, e.points_delta, e.message, e.metadata, e.context, e.anonymised_at
           {further}
         FROM annals_events e
         LEFT JOIN annals_kinds k ON k.kind = e.kind
         LEFT JOIN annals_persons a ON a.person = ((e.seq - 1) >> 16 << 24) + e.actor
         LEFT JOIN annals_persons s
           ON s.person = ((e.seq - 1) >> 16 << 24) + nullif(e.subject, e.actor)
         LEFT JOIN annals_persons c ON c.person = ((e.seq - 1) >> 16 << 24) + e.account
         LEFT JOIN annals_entities t ON t.entity = ((e.seq - 1) >> 16 << 24) + e.entity
         LEFT JOIN annals_sessions v ON v.session = ((e.seq - 1) >> 16 << 24) + e.session
         WHERE {condition}"
    )
}

/// The first of the further columns.
pub(super) const FURTHER: usize = 32;

/// Reads a row of [`select`] without copying its texts. A number without its dictionary row is an
/// error, and so is a row that the writer cannot have written.
pub(super) fn read<'r>(row: &'r rusqlite::Row<'_>) -> Result<Row<&'r str>> {
    let seq = row.get(0)?;
    let unreadable = |column| Unreadable { seq, column };
    let created_at: i64 = row.get(2)?;
    let occurred_at = match row.get::<_, Option<i64>>(3)? {
        None => created_at,
        // A difference of 0 is written as null.
        Some(0) => return Err(unreadable("occurred_at").into()),
        Some(apart) => created_at.checked_add(apart).ok_or(unreadable("occurred_at"))?,
    };
    let person = |at: usize, column| {
        let (id, name) = (some_text(row, at + 1)?, some_text(row, at + 2)?);
        let number = row.get::<_, Option<i64>>(at)?;
        if number.is_some() != (id.is_some() || name.is_some()) {
            return Err(Failure::from(unreadable(column)));
        }
        Ok((number, id, name))
    };
    let (actor, actor_id, actor_name) = person(9, "actor")?;
    let (subject, subject_id, subject_name) = match row.get(12)? {
        Some(subject) if actor == Some(subject) => (actor, actor_id, actor_name),
        _ => person(12, "subject")?,
    };
    let (_, account_id, None) = person(15, "account")? else {
        return Err(unreadable("account").into());
    };
    let entity_type = some_text(row, 19)?;
    if row.get::<_, Option<i64>>(18)?.is_some() != entity_type.is_some() {
        return Err(unreadable("entity").into());
    }
    let session_id = some_text(row, 24)?;
    let whose: Option<i64> = row.get(23)?;
    if row.get::<_, Option<i64>>(22)?.is_some() != session_id.is_some()
        || (session_id.is_some() && whose != subject.or(actor))
    {
        return Err(unreadable("session").into());
    }
    let points = match (row.get(25)?, row.get(26)?, row.get(27)?) {
        (Some(before), Some(after), Some(delta)) => Some((before, after, delta)),
        (None, None, None) => None,
        // All or none, since a part would be ignored and a change to it would go unnoticed.
        _ => return Err(unreadable("points").into()),
    };
    Ok(Row {
        seq,
        id: Uuid::from_bytes(row.get(1)?),
        created_at,
        occurred_at,
        category: text(row, 4)?,
        action: text(row, 5)?,
        class: row.get(6)?,
        severity: row.get(7)?,
        actor_type: row.get(8)?,
        actor_id,
        actor_name,
        subject_id,
        subject_name,
        account_id,
        entity_type,
        entity_id: some_text(row, 20)?,
        entity_name: some_text(row, 21)?,
        points,
        session_id,
        message: text(row, 28)?,
        metadata: some_text(row, 29)?,
        context: some_text(row, 30)?,
        anonymised_at: row.get(31)?,
    })
}

fn some_text<'r>(row: &'r rusqlite::Row<'_>, at: usize) -> Result<Option<&'r str>> {
    let value = row.get_ref(at)?;
    value.as_str_or_null().map_err(|error| another(at, value, error))
}

fn text<'r>(row: &'r rusqlite::Row<'_>, at: usize) -> Result<&'r str> {
    let value = row.get_ref(at)?;
    value.as_str().map_err(|error| another(at, value, error))
}

/// The error for a value that is not the text we wrote.
fn another(at: usize, value: ValueRef<'_>, error: FromSqlError) -> Failure {
    rusqlite::Error::FromSqlConversionFailure(at, value.data_type(), Box::new(error)).into()
}

/// The prepared statement that inserts events.
pub(super) struct Insert<'c>(CachedStatement<'c>);

impl<'c> Insert<'c> {
    pub(super) fn new(connection: &'c Connection) -> Result<Insert<'c>> {
        Ok(Insert(connection.prepare_cached(
            "INSERT INTO annals_events (seq, id, created_at, occurred_at, kind, severity,
               actor_type, actor, subject, account, entity, session, points_before, points_after,
               points_delta, message, metadata, context, anonymised_at, salt, leaf)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?))
    }

    /// Inserts an event; `metadata` is the event's, as canonical text.
    pub(super) fn run(
        &mut self,
        event: &Event,
        numbers: &Numbers,
        metadata: Option<&str>,
        salt: &Salt,
        leaf: &Hash,
    ) -> Result<()> {
        let (before, after, delta) = match event.points {
            Some(points) => (Some(points.before), Some(points.after), Some(points.delta)),
            None => (None, None, None),
        };
        let apart = event.occurred_at.micros_since(event.created_at);
        self.0.execute(params![
            event.seq,
            event.id.as_bytes(),
            event.created_at.as_micros(),
            (apart != 0).then_some(apart),
            numbers.kind,
            event.severity.code(),
            event.actor.kind.code(),
            numbers.actor,
            numbers.subject,
            numbers.account,
            numbers.entity,
            numbers.session,
            before,
            after,
            delta,
            event.message,
            metadata,
            row::context(event),
            event.anonymised_at.map(annals_event::Time::as_micros),
            salt,
            &leaf[..8],
        ])?;
        Ok(())
    }
}
