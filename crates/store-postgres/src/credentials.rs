//! Keys, sign-in links and sessions.

use annals_event::Time;
use deadpool_postgres::Object;
use tokio_postgres::Row;

use super::error::failed;
use annals_store::{Key, Result, Role, SignIn, SignInKind, StoreError};

pub(super) async fn put_key(client: &Object, key: &Key) -> Result<()> {
    let sql = "INSERT INTO annals_keys
          (id, hash, role, name, origins, created_at, expires_at, revoked_at, last_used_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, role = excluded.role,
          name = excluded.name, origins = excluded.origins, created_at = excluded.created_at,
          expires_at = excluded.expires_at, revoked_at = excluded.revoked_at,
          last_used_at = excluded.last_used_at";
    let statement = client.prepare_cached(sql).await.map_err(failed)?;
    client
        .execute(
            &statement,
            &[
                &key.id,
                &&key.hash[..],
                &key.role.as_str(),
                &key.name,
                &serde_json::to_string(&key.origins).unwrap_or_default(),
                &key.created_at.as_micros(),
                &key.expires_at.map(Time::as_micros),
                &key.revoked_at.map(Time::as_micros),
                &key.last_used_at.map(Time::as_micros),
            ],
        )
        .await
        .map_err(failed)?;
    Ok(())
}

pub(super) async fn touch_key(client: &Object, id: &str, used_at: Time) -> Result<()> {
    // Several servers may have seen it used: the latest time is right.
    let sql = "UPDATE annals_keys SET last_used_at = $2
               WHERE id = $1 AND coalesce(last_used_at < $2, true)";
    let statement = client.prepare_cached(sql).await.map_err(failed)?;
    client.execute(&statement, &[&id, &used_at.as_micros()]).await.map_err(failed)?;
    Ok(())
}

pub(super) async fn keys(client: &Object) -> Result<Vec<Key>> {
    let sql = "SELECT id, hash, role, name, origins, created_at, expires_at, revoked_at,
                 last_used_at
               FROM annals_keys ORDER BY created_at, id";
    let statement = client.prepare_cached(sql).await.map_err(failed)?;
    let rows = client.query(&statement, &[]).await.map_err(failed)?;
    rows.iter().map(read_key).collect()
}

fn read_key(row: &Row) -> Result<Key> {
    let origins: String = row.try_get(4).map_err(failed)?;
    Ok(Key {
        id: row.try_get(0).map_err(failed)?,
        hash: hash(row, 1)?,
        role: role(row, 2)?,
        name: row.try_get(3).map_err(failed)?,
        origins: serde_json::from_str(&origins).map_err(|_| damaged("origins"))?,
        created_at: Time::from_micros(row.try_get(5).map_err(failed)?),
        expires_at: time(row, 6)?,
        revoked_at: time(row, 7)?,
        last_used_at: time(row, 8)?,
    })
}

pub(super) async fn put_sign_in(client: &Object, sign_in: &SignIn) -> Result<()> {
    let kind = match sign_in.kind {
        SignInKind::Link => "link",
        SignInKind::Session => "session",
    };
    let sql = "INSERT INTO annals_sign_ins
          (hash, kind, role, label, key_id, expires_at, person_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (hash) DO UPDATE SET kind = excluded.kind, role = excluded.role,
          label = excluded.label, key_id = excluded.key_id, expires_at = excluded.expires_at,
          person_id = excluded.person_id";
    let statement = client.prepare_cached(sql).await.map_err(failed)?;
    client
        .execute(
            &statement,
            &[
                &&sign_in.hash[..],
                &kind,
                &sign_in.role.as_str(),
                &sign_in.label,
                &sign_in.key_id,
                &sign_in.expires_at.as_micros(),
                &sign_in.person_id,
            ],
        )
        .await
        .map_err(failed)?;
    Ok(())
}

const SIGN_IN: &str = "hash, kind, role, label, key_id, expires_at, person_id";

pub(super) async fn sign_in(client: &Object, hash: &[u8; 32]) -> Result<Option<SignIn>> {
    one(client, &format!("SELECT {SIGN_IN} FROM annals_sign_ins WHERE hash = $1"), hash).await
}

pub(super) async fn redeem_sign_in(client: &Object, hash: &[u8; 32]) -> Result<Option<SignIn>> {
    let sql = format!("DELETE FROM annals_sign_ins WHERE hash = $1 RETURNING {SIGN_IN}");
    one(client, &sql, hash).await
}

async fn one(client: &Object, sql: &str, hash: &[u8; 32]) -> Result<Option<SignIn>> {
    let statement = client.prepare_cached(sql).await.map_err(failed)?;
    let row = client.query_opt(&statement, &[&&hash[..]]).await.map_err(failed)?;
    row.as_ref().map(read_sign_in).transpose()
}

pub(super) async fn expire_sign_ins(client: &Object, before: Time) -> Result<u64> {
    let sql = "DELETE FROM annals_sign_ins WHERE expires_at < $1";
    client.execute(sql, &[&before.as_micros()]).await.map_err(failed)
}

fn read_sign_in(row: &Row) -> Result<SignIn> {
    let kind: &str = row.try_get(1).map_err(failed)?;
    Ok(SignIn {
        hash: hash(row, 0)?,
        kind: if kind == "link" { SignInKind::Link } else { SignInKind::Session },
        role: role(row, 2)?,
        label: row.try_get(3).map_err(failed)?,
        key_id: row.try_get(4).map_err(failed)?,
        expires_at: Time::from_micros(row.try_get(5).map_err(failed)?),
        person_id: row.try_get(6).map_err(failed)?,
    })
}

fn damaged(column: &str) -> StoreError {
    StoreError::Damaged(format!("{column} cannot be read"))
}

fn hash(row: &Row, index: usize) -> Result<[u8; 32]> {
    row.try_get::<_, &[u8]>(index).map_err(failed)?.try_into().map_err(|_| damaged("hash"))
}

fn role(row: &Row, index: usize) -> Result<Role> {
    Role::from_name(row.try_get(index).map_err(failed)?).ok_or_else(|| damaged("role"))
}

fn time(row: &Row, index: usize) -> Result<Option<Time>> {
    let micros: Option<i64> = row.try_get(index).map_err(failed)?;
    Ok(micros.map(Time::from_micros))
}
