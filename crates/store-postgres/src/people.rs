//! The directory.

use annals_event::Time;
use deadpool_postgres::Object;
use tokio_postgres::types::Type;
use tokio_postgres::{GenericClient, Row};

use super::error::failed;
use super::parameters::Typed;
use super::words;
use annals_store::{Collection, Consent, PeopleQuery, Person, PersonKind, Result, StoreError};

const COLUMNS: &str = "p.id, p.kind, p.name, p.timezone, p.consent_by, p.consent_at, \
     p.consent_text_version, p.collection, p.archived_at, \
     ARRAY(SELECT g.guardian FROM annals_guardianships g WHERE g.child = p.id ORDER BY g.place)";

/// Writes a person with their guardians, all or nothing.
pub(super) async fn put(client: &mut Object, person: &Person) -> Result<()> {
    let consent = person.consent.as_ref();
    let texts = person.name.as_deref().into_iter().chain([person.id.as_str()]);
    let found_by = words::of(texts);
    let transaction = client.transaction().await.map_err(failed)?;
    let sql = "INSERT INTO annals_people
          (id, kind, name, timezone, consent_by, consent_at, consent_text_version, collection,
           archived_at, words)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, string_to_array($10, ' '))
        ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name,
          timezone = excluded.timezone, consent_by = excluded.consent_by,
          consent_at = excluded.consent_at,
          consent_text_version = excluded.consent_text_version,
          collection = excluded.collection, archived_at = excluded.archived_at,
          words = excluded.words";
    let statement = transaction.prepare_cached(sql).await.map_err(failed)?;
    transaction
        .execute(
            &statement,
            &[
                &person.id,
                &person.kind.as_str(),
                &person.name,
                &person.timezone,
                &consent.map(|consent| &consent.by),
                &consent.map(|consent| consent.at.as_micros()),
                &consent.map(|consent| &consent.text_version),
                &person.collection.as_str(),
                &person.archived_at.map(Time::as_micros),
                &found_by,
            ],
        )
        .await
        .map_err(failed)?;
    let sql = "DELETE FROM annals_guardianships WHERE child = $1";
    transaction.execute(sql, &[&person.id]).await.map_err(failed)?;
    let sql = "INSERT INTO annals_guardianships (child, place, guardian)
               SELECT $1, place - 1, guardian
               FROM unnest($2::text[]) WITH ORDINALITY AS g (guardian, place)";
    transaction.execute(sql, &[&person.id, &person.guardians]).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

pub(super) async fn get(client: &impl GenericClient, id: &str) -> Result<Option<Person>> {
    let sql = format!("SELECT {COLUMNS} FROM annals_people p WHERE p.id = $1");
    let rows = client.query_typed(&sql, &[(&id, Type::TEXT)]).await.map_err(failed)?;
    rows.first().map(read).transpose()
}

pub(super) async fn list(client: &Object, query: &PeopleQuery) -> Result<Vec<Person>> {
    let kind = query.kind.map(PersonKind::as_str);
    let found_by: Vec<String> = query.words.iter().map(|word| words::key(word)).collect();
    let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
    let sql = format!(
        "SELECT {COLUMNS} FROM annals_people p
         WHERE ($1 OR p.archived_at IS NULL) AND ($2 IS NULL OR p.kind = $2)
           AND ($3 IS NULL OR p.id > $3) AND ($4 IS NULL OR p.id = ANY ($4)) AND p.words @> $5
         ORDER BY p.id LIMIT $6"
    );
    let parameters: [Typed<'_>; 6] = [
        (&query.archived, Type::BOOL),
        (&kind, Type::TEXT),
        (&query.after, Type::TEXT),
        (&query.within, Type::TEXT_ARRAY),
        (&found_by, Type::TEXT_ARRAY),
        (&limit, Type::INT8),
    ];
    let rows = client.query_typed(&sql, &parameters).await.map_err(failed)?;
    rows.iter().map(read).collect()
}

pub(super) async fn dependants(client: &impl GenericClient, guardian: &str) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT child FROM annals_guardianships WHERE guardian = $1 ORDER BY child";
    let rows = client.query_typed(sql, &[(&guardian, Type::TEXT)]).await.map_err(failed)?;
    rows.iter().map(|row| row.try_get(0).map_err(failed)).collect()
}

fn read(row: &Row) -> Result<Person> {
    let consent = match (
        row.try_get(4).map_err(failed)?,
        row.try_get(5).map_err(failed)?,
        row.try_get(6).map_err(failed)?,
    ) {
        (Some(by), Some(at), Some(text_version)) => {
            Some(Consent { by, at: Time::from_micros(at), text_version })
        }
        _ => None,
    };
    let archived_at: Option<i64> = row.try_get(8).map_err(failed)?;
    Ok(Person {
        id: row.try_get(0).map_err(failed)?,
        kind: word(row, 1, PersonKind::from_name)?,
        name: row.try_get(2).map_err(failed)?,
        guardians: row.try_get(9).map_err(failed)?,
        timezone: row.try_get(3).map_err(failed)?,
        consent,
        collection: word(row, 7, Collection::from_name)?,
        archived_at: archived_at.map(Time::from_micros),
    })
}

fn word<T>(row: &Row, index: usize, read: fn(&str) -> Option<T>) -> Result<T> {
    let name: &str = row.try_get(index).map_err(failed)?;
    read(name).ok_or_else(|| StoreError::Damaged("a person cannot be read".to_owned()))
}
