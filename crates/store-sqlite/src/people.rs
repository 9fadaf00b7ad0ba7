//! The directory.

use annals_event::Time;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::error::Result;
use crate::parameters::bind;
use annals_store::predicate::Parameter;
use annals_store::{Collection, Consent, PeopleQuery, Person, PersonKind};

const COLUMNS: &str = "id, kind, name, timezone, consent_by, consent_at, consent_text_version, \
     collection, archived_at";

/// Writes a person with their guardians, all or nothing.
pub(super) fn put(connection: &mut Connection, person: &Person) -> Result<()> {
    let transaction = connection.transaction()?;
    let consent = person.consent.as_ref();
    transaction
        .prepare_cached(&format!(
            "INSERT OR REPLACE INTO annals_people ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        ))?
        .execute(params![
            person.id,
            person.kind.as_str(),
            person.name,
            person.timezone,
            consent.map(|consent| &consent.by),
            consent.map(|consent| consent.at.as_micros()),
            consent.map(|consent| &consent.text_version),
            person.collection.as_str(),
            person.archived_at.map(Time::as_micros),
        ])?;
    transaction.execute("DELETE FROM annals_guardianships WHERE child = ?1", [&person.id])?;
    for (place, guardian) in person.guardians.iter().enumerate() {
        transaction
            .prepare_cached(
                "INSERT INTO annals_guardianships (child, place, guardian) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![person.id, place, guardian])?;
    }
    transaction.commit()?;
    Ok(())
}

pub(super) fn get(connection: &Connection, id: &str) -> Result<Option<Person>> {
    get_in(&*connection.unchecked_transaction()?, id)
}

/// Reads like [`get`], within a transaction.
pub(super) fn get_in(connection: &Connection, id: &str) -> Result<Option<Person>> {
    let sql = format!("SELECT {COLUMNS} FROM annals_people WHERE id = ?1");
    let person = connection.prepare_cached(&sql)?.query_row([id], read).optional()?;
    person.map(|person| with_guardians(connection, person)).transpose()
}

pub(super) fn list(connection: &Connection, query: &PeopleQuery) -> Result<Vec<Person>> {
    let snapshot = connection.unchecked_transaction()?;
    let mut parameters = Vec::new();
    let mut push = |text: &str| {
        parameters.push(Parameter::Text(text.to_owned()));
        format!("?{}", parameters.len())
    };
    let mut conditions = vec!["TRUE".to_owned()];
    if !query.archived {
        conditions.push("archived_at IS NULL".to_owned());
    }
    if let Some(kind) = query.kind {
        conditions.push(format!("kind = {}", push(kind.as_str())));
    }
    if let Some(after) = &query.after {
        conditions.push(format!("id > {}", push(after)));
    }
    if let Some(within) = &query.within {
        let ids: Vec<String> = within.iter().map(|id| push(id)).collect();
        conditions.push(format!("id IN ({})", ids.join(", ")));
    }
    if !query.words.is_empty() {
        conditions.push(format!("words_found({}, name, id)", push(&query.words.join(" "))));
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM annals_people WHERE {} ORDER BY id LIMIT {}",
        conditions.join(" AND "),
        query.limit
    );
    let people: Vec<Person> = snapshot
        .prepare_cached(&sql)?
        .query_map(bind(&parameters), read)?
        .collect::<rusqlite::Result<_>>()?;
    people.into_iter().map(|person| with_guardians(&snapshot, person)).collect()
}

pub(super) fn dependants(connection: &Connection, guardian: &str) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT child FROM annals_guardianships WHERE guardian = ?1 ORDER BY child";
    let mut statement = connection.prepare_cached(sql)?;
    let dependants = statement.query_map([guardian], |row| row.get(0))?;
    Ok(dependants.collect::<rusqlite::Result<_>>()?)
}

fn with_guardians(connection: &Connection, mut person: Person) -> Result<Person> {
    let sql = "SELECT guardian FROM annals_guardianships WHERE child = ?1 ORDER BY place";
    let mut statement = connection.prepare_cached(sql)?;
    person.guardians =
        statement.query_map([&person.id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(person)
}

/// A person without the guardians.
fn read(row: &Row<'_>) -> rusqlite::Result<Person> {
    let consent = match (row.get(4)?, row.get(5)?, row.get(6)?) {
        (Some(by), Some(at), Some(text_version)) => {
            Some(Consent { by, at: Time::from_micros(at), text_version })
        }
        _ => None,
    };
    Ok(Person {
        id: row.get(0)?,
        kind: word(row, 1, PersonKind::from_name)?,
        name: row.get(2)?,
        guardians: Vec::new(),
        timezone: row.get(3)?,
        consent,
        collection: word(row, 7, Collection::from_name)?,
        archived_at: row.get::<_, Option<i64>>(8)?.map(Time::from_micros),
    })
}

fn word<T>(row: &Row<'_>, index: usize, read: fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let name: String = row.get(index)?;
    read(&name).ok_or_else(|| rusqlite::Error::InvalidColumnType(index, name, Type::Text))
}
