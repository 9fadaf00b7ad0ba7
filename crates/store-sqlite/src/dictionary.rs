//! The dictionary: values that many events share are written once, and events keep their numbers.
//!
//! The rows of people, entities and sessions belong to one block of positions; `V1__journal.sql`
//! says why. The writer knows the rows it has written in the block, and so never has to look one
//! up. After forgetting a row it writes it again: two rows may hold the same value.

use annals_event::Event;
use foldhash::HashMap;
use rusqlite::{Connection, OptionalExtension as _, ToSql};

use crate::error::Result;

/// Positions in a block: 2¹⁶.
const BLOCK_BITS: u32 = 16;
/// Numbers for a block's rows: 2²⁴ in a table, where an event needs three at most.
const NUMBER_BITS: u32 = 24;
/// The most rows of one table to remember by their values; beyond it, all are forgotten.
const KNOWN: usize = 32_768;

/// The row id of a number in a position's block.
pub(super) const fn row_id(seq: u64, number: i64) -> i64 {
    // A number that somebody changed may be anything.
    (block_of(seq) << NUMBER_BITS).wrapping_add(number)
}

/// The rows of the block that a position belongs to.
pub(super) const fn rows_of_block(seq: u64) -> std::ops::Range<i64> {
    row_id(seq, 0)..row_id(seq, 1 << NUMBER_BITS)
}

const fn block_of(seq: u64) -> i64 {
    // Positions stay far below 2⁶³.
    (seq.saturating_sub(1) >> BLOCK_BITS) as i64
}

/// The positions of the block that a position belongs to.
pub(super) const fn positions_of_block(seq: u64) -> std::ops::Range<u64> {
    let block = seq.saturating_sub(1) >> BLOCK_BITS;
    (block << BLOCK_BITS) + 1..((block + 1) << BLOCK_BITS) + 1
}

/// The dictionary numbers of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    pub(super) kind: i64,
    pub(super) actor: Option<i64>,
    pub(super) subject: Option<i64>,
    pub(super) account: Option<i64>,
    pub(super) entity: Option<i64>,
    pub(super) session: Option<i64>,
}

/// The rows that the writer knows.
pub(super) struct Dictionary {
    block: i64,
    kinds: Known,
    persons: Known,
    entities: Known,
    sessions: Known,
}

/// One table: the known rows by their values, and the next number.
struct Known {
    insert: &'static str,
    name: &'static str,
    numbers: HashMap<String, i64>,
    next: i64,
    /// The value being looked up.
    key: String,
}

impl Dictionary {
    /// Reads the rows of the block that the next event belongs to.
    pub(super) fn load(connection: &Connection, next_seq: u64) -> Result<Dictionary> {
        let mut dictionary = Dictionary::empty(connection, next_seq)?;
        let block = rows_of_block(next_seq);
        let base = block.start;
        let mut words = String::new();
        let mut fill = |known: &mut Known, sql: &str, range: [i64; 2], base: i64| {
            let mut statement = connection.prepare(sql)?;
            let mut rows = statement.query(range)?;
            while let Some(row) = rows.next()? {
                words.clear();
                for column in 1..row.as_ref().column_count() {
                    // Numbers are looked up as text too: see `Dictionary::numbers`.
                    push(&mut words, row.get::<_, Option<String>>(column)?.as_deref());
                }
                known.numbers.insert(words.clone(), row.get::<_, i64>(0)? - base);
            }
            Result::Ok(())
        };
        fill(
            &mut dictionary.kinds,
            "SELECT kind, category, action, CAST(class AS TEXT) FROM annals_kinds
             WHERE kind >= ?1 AND kind < ?2",
            [0, KNOWN as i64],
            0,
        )?;
        fill(
            &mut dictionary.persons,
            "SELECT person, id, name FROM annals_persons WHERE person >= ?1 AND person < ?2",
            [block.start, block.end],
            base,
        )?;
        fill(
            &mut dictionary.entities,
            "SELECT entity, type, id, name FROM annals_entities WHERE entity >= ?1 AND entity < ?2",
            [block.start, block.end],
            base,
        )?;
        fill(
            &mut dictionary.sessions,
            "SELECT session, CAST(person AS TEXT), session_id FROM annals_sessions
             WHERE session >= ?1 AND session < ?2",
            [block.start, block.end],
            base,
        )?;
        Ok(dictionary)
    }

    /// Makes a dictionary that knows no rows, only which numbers are used.
    pub(super) fn empty(connection: &Connection, next_seq: u64) -> Result<Dictionary> {
        let mut dictionary = Dictionary {
            block: block_of(next_seq),
            kinds: Known::new(
                "annals_kinds",
                "INSERT INTO annals_kinds (kind, category, action, class) VALUES (?1, ?2, ?3, ?4)",
            ),
            persons: Known::new(
                "annals_persons",
                "INSERT INTO annals_persons (person, id, name) VALUES (?1, ?2, ?3)",
            ),
            entities: Known::new(
                "annals_entities",
                "INSERT INTO annals_entities (entity, type, id, name) VALUES (?1, ?2, ?3, ?4)",
            ),
            sessions: Known::new(
                "annals_sessions",
                "INSERT INTO annals_sessions (session, person, session_id) VALUES (?1, ?2, ?3)",
            ),
        };
        dictionary.kinds.read_next(connection, 0)?;
        let base = dictionary.block << NUMBER_BITS;
        for known in [&mut dictionary.persons, &mut dictionary.entities, &mut dictionary.sessions] {
            known.read_next(connection, base)?;
        }
        Ok(dictionary)
    }

    /// `true` if these are the rows of a position's block.
    pub(super) fn is_of_block(&self, seq: u64) -> bool {
        self.block == block_of(seq)
    }

    /// Forgets the rows of people, entities and sessions, so that no later event refers to them.
    pub(super) fn forget(&mut self) {
        for known in [&mut self.persons, &mut self.entities, &mut self.sessions] {
            known.numbers.clear();
        }
    }

    /// The numbers of an event's values; missing rows are written.
    pub(super) fn numbers(&mut self, connection: &Connection, event: &Event) -> Result<Numbers> {
        let block = block_of(event.seq);
        if block != self.block {
            self.forget();
            self.block = block;
            for known in [&mut self.persons, &mut self.entities, &mut self.sessions] {
                known.next = 1;
            }
        }
        let base = block << NUMBER_BITS;
        let kind = self.kind(connection, event)?;
        let actor = &event.actor;
        let actor = self.person(connection, base, actor.id.as_deref(), actor.name.as_deref())?;
        let subject = match &event.subject {
            Some(subject) => {
                self.person(connection, base, Some(&subject.id), subject.name.as_deref())?
            }
            None => None,
        };
        let account = match &event.account {
            Some(account) => self.person(connection, base, Some(&account.id), None)?,
            None => None,
        };
        let entity = match &event.entity {
            Some(entity) => {
                let words = [Some(&*entity.kind), entity.id.as_deref(), entity.name.as_deref()];
                Some(self.entities.texts(connection, base, words)?)
            }
            None => None,
        };
        let session = match &event.session_id {
            Some(session) => Some(self.session(connection, base, subject.or(actor), session)?),
            None => None,
        };
        Ok(Numbers { kind, actor, subject, account, entity, session })
    }

    fn person(
        &mut self,
        connection: &Connection,
        base: i64,
        id: Option<&str>,
        name: Option<&str>,
    ) -> Result<Option<i64>> {
        if id.is_none() && name.is_none() {
            return Ok(None);
        }
        self.persons.texts(connection, base, [id, name]).map(Some)
    }

    fn kind(&mut self, connection: &Connection, event: &Event) -> Result<i64> {
        let class = event.class.code();
        let (text, mut digits) = (&event.category, [b'0']);
        // A class is one digit, which the row holds as a number.
        digits[0] += class;
        let words = [Some(text.as_str()), Some(&event.action), str::from_utf8(&digits).ok()];
        self.kinds.number(connection, 0, &words, &[text, &event.action, &class])
    }

    fn session(
        &mut self,
        connection: &Connection,
        base: i64,
        person: Option<i64>,
        session: &str,
    ) -> Result<i64> {
        let number = person.map(|person| person.to_string());
        let words = [number.as_deref(), Some(session)];
        self.sessions.number(connection, base, &words, &[&person, &session])
    }
}

impl Known {
    fn new(name: &'static str, insert: &'static str) -> Known {
        Known { insert, name, numbers: HashMap::default(), next: 1, key: String::new() }
    }

    /// Continues after the last number that was ever used.
    fn read_next(&mut self, connection: &Connection, base: i64) -> Result<()> {
        let last: Option<i64> = connection
            .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = ?1")?
            .query_row([self.name], |row| row.get(0))
            .optional()?;
        self.next = (last.unwrap_or(0) - base).max(0) + 1;
        Ok(())
    }

    fn texts<const N: usize>(
        &mut self,
        connection: &Connection,
        base: i64,
        words: [Option<&str>; N],
    ) -> Result<i64> {
        let columns = words.each_ref().map(|word| word as &dyn ToSql);
        self.number(connection, base, &words, &columns)
    }

    fn number(
        &mut self,
        connection: &Connection,
        base: i64,
        words: &[Option<&str>],
        columns: &[&dyn ToSql],
    ) -> Result<i64> {
        self.key.clear();
        words.iter().for_each(|word| push(&mut self.key, *word));
        if let Some(number) = self.numbers.get(&self.key) {
            return Ok(*number);
        }
        let number = self.next;
        let row = base + number;
        let mut statement = connection.prepare_cached(self.insert)?;
        let all = std::iter::once(&row as &dyn ToSql).chain(columns.iter().copied());
        for (place, value) in all.enumerate() {
            statement.raw_bind_parameter(place + 1, value)?;
        }
        statement.raw_execute()?;
        self.next += 1;
        if self.numbers.len() >= KNOWN {
            self.numbers.clear();
        }
        self.numbers.insert(self.key.clone(), number);
        Ok(number)
    }
}

/// Adds a value to a key. Keys are unique, since no value holds a NUL.
fn push(key: &mut String, word: Option<&str>) {
    match word {
        Some(word) => {
            key.push('+');
            key.push_str(word);
            key.push('\0');
        }
        None => key.push('-'),
    }
}
