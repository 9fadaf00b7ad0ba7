//! Keys: create, list, revoke.

use annals_event::{Draft, Entity, FieldError, Time};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::body::{JsonBody, PathId};
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use super::{Http, cors};
use crate::access::{Caller, Permission};
use crate::service::{act, details};
use crate::store::{Key, Role};

/// Maximum length of a key's name, in characters.
const NAME_CHARS: usize = 100;
/// Maximum number of a key's origins.
const ORIGINS: usize = 20;

/// A key, without its secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct KeyInfo {
    /// The key's public id.
    id: String,
    /// The role, which decides what the holder may do.
    role: Role,
    /// The key's name, for people.
    name: String,
    /// The origins of the web pages that may use the key; absent if only programs may.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    origins: Vec<String>,
    /// The time when the key was created.
    created_at: Time,
    /// The time when the key expires; absent if it never does.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Time>,
    /// The time when the key was revoked; absent if it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Time>,
    /// The time when the key was last used, to the minute; absent if it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Time>,
}

impl From<Key> for KeyInfo {
    fn from(key: Key) -> KeyInfo {
        KeyInfo {
            id: key.id,
            role: key.role,
            name: key.name,
            origins: key.origins,
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
            last_used_at: key.last_used_at,
        }
    }
}

/// A list of all keys.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct KeyList {
    /// All keys, oldest first.
    keys: Vec<KeyInfo>,
}

/// A key to create.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKey {
    /// The role, which decides what the holder may do.
    role: Role,
    /// The key's name, for people: 1 to 100 characters.
    name: String,
    /// The origins of the web pages that may use an ingest key, such as `https://shop.example`; `*`
    /// for all. Without any, only programs may use it.
    #[serde(default)]
    origins: Vec<String>,
    /// The time when the key expires; if absent, it never does.
    expires_at: Option<Time>,
}

/// A key that was just created.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct CreatedKey {
    /// The secret. It is shown only this once.
    secret: String,
    /// The key, without its secret.
    key: KeyInfo,
}

/// Create a key
///
/// The secret is returned once and not stored.
#[utoipa::path(
    post, path = "/api/v1/keys", operation_id = "create_key", tag = "Keys", extensions(("x-permission" = json!(Permission::ManageKeys))), request_body = NewKey,
    responses(
        (status = 201, description = "The key and its secret", body = CreatedKey),
        (status = 422, description = "A field is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn create(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    JsonBody(new): JsonBody<NewKey>,
) -> Result<(StatusCode, Json<CreatedKey>)> {
    caller.may(Permission::ManageKeys)?;
    let mut errors = Vec::new();
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS || name.contains(char::is_control) {
        let message = format!("must have 1 to {NAME_CHARS} characters on one line");
        errors.push(FieldError::new("name", message));
    }
    if !Role::OF_KEYS.contains(&new.role) {
        let message = "must be admin, auditor, service or ingest; people have tokens, not keys";
        errors.push(FieldError::new("role", message));
    }
    if new.expires_at.is_some_and(|end| end <= http.clock.now()) {
        errors.push(FieldError::new("expires_at", "must lie in the future"));
    }
    if new.role != Role::Ingest && !new.origins.is_empty() {
        let message = "are for ingest keys: other keys must never reach a browser";
        errors.push(FieldError::new("origins", message));
    }
    if new.origins.len() > ORIGINS {
        errors.push(FieldError::new("origins", format!("are at most {ORIGINS}")));
    }
    for (index, origin) in new.origins.iter().enumerate().take(ORIGINS) {
        if !cors::is_origin(origin) {
            let message = "must be an origin such as `https://shop.example`, without a path";
            errors.push(FieldError::new(format!("origins.{index}"), message));
        }
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let (secret, key) = http.access.create_key(new.role, name, new.origins, new.expires_at).await?;
    http.audit(&caller.actor(), about("key_created", &key)).await?;
    Ok((StatusCode::CREATED, Json(CreatedKey { secret, key: key.into() })))
}

/// List keys
///
/// Lists all keys, also revoked and expired ones, oldest first.
#[utoipa::path(
    get, path = "/api/v1/keys", operation_id = "list_keys", tag = "Keys", extensions(("x-permission" = json!(Permission::ReadKeys))),
    responses((status = 200, description = "The keys", body = KeyList))
)]
pub(super) async fn list(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<Json<KeyList>> {
    caller.may(Permission::ReadKeys)?;
    let keys = http.access.keys().into_iter().map(KeyInfo::from).collect();
    Ok(Json(KeyList { keys }))
}

/// Revoke a key
///
/// The key and the sessions it opened stop working at once.
#[utoipa::path(
    delete, path = "/api/v1/keys/{id}", operation_id = "revoke_key", tag = "Keys", extensions(("x-permission" = json!(Permission::ManageKeys))),
    params(("id" = String, Path, description = "The key's id, `key_…`")),
    responses(
        (status = 200, description = "The key as it is now", body = KeyInfo),
        (status = 404, description = "There is no such key", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn revoke(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<Json<KeyInfo>> {
    caller.may(Permission::ManageKeys)?;
    let before = http.access.keys().into_iter().find(|key| key.id == id);
    let revoked = http.access.revoke_key(&id).await?;
    let key = revoked.ok_or_else(|| Problem::not_found("There is no key with this id."))?;
    if before.is_some_and(|before| before.revoked_at.is_none()) {
        http.audit(&caller.actor(), about("key_revoked", &key)).await?;
    }
    Ok(Json(key.into()))
}

/// Returns the event of an act on a key: id, name and role, never the secret.
fn about(action: &str, key: &Key) -> Draft {
    let name = Some(key.name.clone());
    Draft {
        entity: Some(Entity { kind: "key".to_owned(), id: Some(key.id.clone()), name }),
        metadata: details([("role", key.role.as_str().into())]),
        ..act(action)
    }
}
