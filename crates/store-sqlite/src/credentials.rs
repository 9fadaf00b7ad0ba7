//! Keys, sign-in links and sessions.

use annals_event::Time;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::error::Result;
use annals_store::{Key, Role, SignIn, SignInKind};

pub(super) fn put_key(connection: &Connection, key: &Key) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO annals_keys
               (id, hash, role, name, created_at, expires_at, revoked_at, last_used_at,
                origins)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            key.id,
            key.hash,
            key.role.as_str(),
            key.name,
            key.created_at.as_micros(),
            key.expires_at.map(Time::as_micros),
            key.revoked_at.map(Time::as_micros),
            key.last_used_at.map(Time::as_micros),
            serde_json::to_string(&key.origins).unwrap_or_default(),
        ])?;
    Ok(())
}

pub(super) fn touch_key(connection: &Connection, id: &str, used_at: Time) -> Result<()> {
    connection
        .prepare_cached("UPDATE annals_keys SET last_used_at = ?2 WHERE id = ?1")?
        .execute(params![id, used_at.as_micros()])?;
    Ok(())
}

pub(super) fn keys(connection: &Connection) -> Result<Vec<Key>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, hash, role, name, created_at, expires_at, revoked_at, last_used_at,
                origins
         FROM annals_keys ORDER BY created_at, id",
    )?;
    let keys = statement
        .query_map([], |row| {
            Ok(Key {
                id: row.get(0)?,
                hash: row.get(1)?,
                role: role(row, 2)?,
                name: row.get(3)?,
                created_at: Time::from_micros(row.get(4)?),
                expires_at: time(row, 5)?,
                revoked_at: time(row, 6)?,
                last_used_at: time(row, 7)?,
                origins: origins(row, 8)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(keys)
}

pub(super) fn put_sign_in(connection: &Connection, sign_in: &SignIn) -> Result<()> {
    let kind = match sign_in.kind {
        SignInKind::Link => "link",
        SignInKind::Session => "session",
    };
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO annals_sign_ins (hash, kind, role, label, key_id, expires_at, person_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            sign_in.hash,
            kind,
            sign_in.role.as_str(),
            sign_in.label,
            sign_in.key_id,
            sign_in.expires_at.as_micros(),
            sign_in.person_id,
        ])?;
    Ok(())
}

const SIGN_IN: &str = "hash, kind, role, label, key_id, expires_at, person_id";

pub(super) fn sign_in(connection: &Connection, hash: &[u8; 32]) -> Result<Option<SignIn>> {
    let sql = format!("SELECT {SIGN_IN} FROM annals_sign_ins WHERE hash = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([hash], read_sign_in).optional()?)
}

pub(super) fn redeem_sign_in(connection: &Connection, hash: &[u8; 32]) -> Result<Option<SignIn>> {
    let sql = format!("DELETE FROM annals_sign_ins WHERE hash = ?1 RETURNING {SIGN_IN}");
    Ok(connection.prepare_cached(&sql)?.query_row([hash], read_sign_in).optional()?)
}

pub(super) fn expire_sign_ins(connection: &Connection, before: Time) -> Result<u64> {
    let sql = "DELETE FROM annals_sign_ins WHERE expires_at < ?1";
    Ok(connection.prepare_cached(sql)?.execute([before.as_micros()])? as u64)
}

fn read_sign_in(row: &Row<'_>) -> rusqlite::Result<SignIn> {
    let kind: String = row.get(1)?;
    Ok(SignIn {
        hash: row.get(0)?,
        kind: if kind == "link" { SignInKind::Link } else { SignInKind::Session },
        role: role(row, 2)?,
        label: row.get(3)?,
        key_id: row.get(4)?,
        expires_at: Time::from_micros(row.get(5)?),
        person_id: row.get(6)?,
    })
}

fn role(row: &Row<'_>, index: usize) -> rusqlite::Result<Role> {
    let name: String = row.get(index)?;
    Role::from_name(&name)
        .ok_or_else(|| rusqlite::Error::InvalidColumnType(index, name, Type::Text))
}

fn origins(row: &Row<'_>, index: usize) -> rusqlite::Result<Vec<String>> {
    let text: String = row.get(index)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
    })
}

fn time(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Time>> {
    Ok(row.get::<_, Option<i64>>(index)?.map(Time::from_micros))
}
