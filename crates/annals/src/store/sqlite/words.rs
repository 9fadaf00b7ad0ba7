//! Numbers in, words out: the other half of `interns.rs`.
//!
//! What was looked up is kept for one question to the store and no longer: so a row that was
//! changed or removed since is never answered from memory.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Row};

use super::super::{Result, StoreError};
use super::interns::row_id;

/// A person's id and name.
pub(super) type Person = (Option<String>, Option<String>);
/// A thing's type, id and name.
pub(super) type Entity = (String, Option<String>, Option<String>);

/// The words of events, each row looked up once.
pub(super) struct Words<'c> {
    kinds: Known<'c, (String, String)>,
    persons: Known<'c, Person>,
    entities: Known<'c, Entity>,
    sessions: Known<'c, (Option<i64>, String)>,
}

/// One table.
struct Known<'c, T> {
    what: &'static str,
    select: CachedStatement<'c>,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
    rows: HashMap<i64, T>,
}

impl<'c> Words<'c> {
    pub(super) fn new(connection: &'c Connection) -> Result<Words<'c>> {
        Ok(Words {
            kinds: Known::new(
                connection,
                "kind",
                "SELECT category, action FROM annals_kinds WHERE kind = ?1",
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?,
            persons: Known::new(
                connection,
                "person",
                "SELECT id, name FROM annals_persons WHERE person = ?1",
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?,
            entities: Known::new(
                connection,
                "entity",
                "SELECT type, id, name FROM annals_entities WHERE entity = ?1",
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )?,
            sessions: Known::new(
                connection,
                "session",
                "SELECT person, session_id FROM annals_sessions WHERE session = ?1",
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?,
        })
    }

    /// Category and action.
    pub(super) fn kind(&mut self, seq: u64, number: i64) -> Result<(String, String)> {
        self.kinds.row(seq, number).cloned()
    }

    /// A person's id and name.
    pub(super) fn person(&mut self, seq: u64, number: Option<i64>) -> Result<Person> {
        let Some(number) = number else {
            return Ok((None, None));
        };
        let person = self.persons.row(seq, row_id(seq, number))?;
        // Nobody at all is not written as a row.
        if *person == (None, None) {
            return Err(self.persons.damaged(seq));
        }
        Ok(person.clone())
    }

    /// An account is a person's id.
    pub(super) fn account(&mut self, seq: u64, number: Option<i64>) -> Result<Option<String>> {
        match self.person(seq, number)? {
            (id, None) => Ok(id),
            (_, Some(_)) => Err(self.persons.damaged(seq)),
        }
    }

    /// A thing's type, id and name.
    pub(super) fn entity(&mut self, seq: u64, number: Option<i64>) -> Result<Option<Entity>> {
        let entity = number.map(|number| self.entities.row(seq, row_id(seq, number)).cloned());
        entity.transpose()
    }

    /// The visit's id; it is this person's.
    pub(super) fn session(
        &mut self,
        seq: u64,
        number: Option<i64>,
        person: Option<i64>,
    ) -> Result<Option<String>> {
        let Some(number) = number else {
            return Ok(None);
        };
        let (whose, session) = self.sessions.row(seq, row_id(seq, number))?;
        if *whose != person {
            return Err(self.sessions.damaged(seq));
        }
        Ok(Some(session.clone()))
    }
}

impl<'c, T> Known<'c, T> {
    fn new(
        connection: &'c Connection,
        what: &'static str,
        select: &str,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Known<'c, T>> {
        let select = connection.prepare_cached(select)?;
        Ok(Known { what, select, read, rows: HashMap::new() })
    }

    fn row(&mut self, seq: u64, id: i64) -> Result<&T> {
        if !self.rows.contains_key(&id) {
            let found = self.select.query_row([id], self.read).optional()?;
            let found = found.ok_or_else(|| self.damaged(seq))?;
            self.rows.insert(id, found);
        }
        self.rows.get(&id).ok_or_else(|| self.damaged(seq))
    }

    fn damaged(&self, seq: u64) -> StoreError {
        StoreError::Damaged(format!("position {seq}: its {} cannot be read", self.what))
    }
}
