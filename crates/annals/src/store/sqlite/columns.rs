//! The columns of an event: an event in, a [`Row`] out.

use annals_event::digest::{Hash, Salt};
use annals_event::{Event, Uuid};
use rusqlite::types::Type;
use rusqlite::{CachedStatement, Connection, params};

use super::super::row::{self, Row, Unreadable};
use super::super::{Result, StoreError};
use super::interns::Numbers;
use super::words::Words;

/// The columns of an event, in the order [`read`] expects them.
pub(super) const COLUMNS: &str = "seq, id, created_at, occurred_at, kind, severity, actor_type, \
     actor, subject, account, entity, session, points_before, points_after, points_delta, \
     message, metadata, context, anonymised_at";

impl From<Unreadable> for StoreError {
    fn from(error: Unreadable) -> StoreError {
        StoreError::Damaged(error.to_string())
    }
}

/// Reads [`COLUMNS`].
pub(super) fn read(row: &rusqlite::Row<'_>, words: &mut Words<'_>) -> Result<Row> {
    let seq = row.get(0)?;
    let unreadable = |column| Unreadable { seq, column };
    let points = match (row.get(12)?, row.get(13)?, row.get(14)?) {
        (Some(before), Some(after), Some(delta)) => Some((before, after, delta)),
        (None, None, None) => None,
        // All or none: a part would be passed over, and nobody would see that it was put there.
        _ => {
            let name = "points".to_owned();
            return Err(rusqlite::Error::InvalidColumnType(12, name, Type::Null).into());
        }
    };
    let created_at: i64 = row.get(2)?;
    let occurred_at = match row.get::<_, Option<i64>>(3)? {
        None => created_at,
        // The same moment is written as nothing, and never as 0.
        Some(0) => return Err(unreadable("occurred_at").into()),
        Some(apart) => created_at.checked_add(apart).ok_or(unreadable("occurred_at"))?,
    };
    let (category, action) = words.kind(seq, row.get(4)?)?;
    let (actor, subject) = (row.get(7)?, row.get::<_, Option<i64>>(8)?);
    let (actor_id, actor_name) = words.person(seq, actor)?;
    let (subject_id, subject_name) = words.person(seq, subject)?;
    let account_id = words.account(seq, row.get(9)?)?;
    let (entity_type, entity_id, entity_name) = match words.entity(seq, row.get(10)?)? {
        Some((kind, id, name)) => (Some(kind), id, name),
        None => (None, None, None),
    };
    let session_id = words.session(seq, row.get(11)?, subject.or(actor))?;
    Ok(Row {
        seq,
        id: Uuid::from_bytes(row.get(1)?),
        created_at,
        occurred_at,
        category,
        action,
        severity: row.get(5)?,
        actor_type: row.get(6)?,
        actor_id,
        actor_name,
        subject_id,
        subject_name,
        account_id,
        entity_type,
        entity_id,
        entity_name,
        points,
        session_id,
        message: row.get(15)?,
        metadata: row.get(16)?,
        context: row.get(17)?,
        anonymised_at: row.get(18)?,
    })
}

/// Writes events.
pub(super) struct Insert<'c>(CachedStatement<'c>);

impl<'c> Insert<'c> {
    pub(super) fn new(connection: &'c Connection) -> Result<Insert<'c>> {
        let sql = format!(
            "INSERT INTO annals_events ({COLUMNS}, salt, leaf) VALUES \
             (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        );
        Ok(Insert(connection.prepare_cached(&sql)?))
    }

    pub(super) fn run(
        &mut self,
        event: &Event,
        numbers: &Numbers,
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
            row::metadata(event),
            row::context(event),
            event.anonymised_at.map(annals_event::Time::as_micros),
            salt,
            &leaf[..8],
        ])?;
        Ok(())
    }
}
