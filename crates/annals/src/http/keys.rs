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

/// Characters of a key's name.
const NAME_CHARS: usize = 100;
/// Origins of one key.
const ORIGINS: usize = 20;

/// A key, without its secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct KeyInfo {
    /// Its public id.
    id: String,
    /// What its holder may do.
    role: Role,
    /// What people call it.
    name: String,
    /// From which web pages it may be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    origins: Vec<String>,
    /// When it was made.
    created_at: Time,
    /// When it stops working.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Time>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Time>,
    /// When it was last used, to the minute.
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

/// Every key.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct KeyList {
    /// The keys, oldest first.
    keys: Vec<KeyInfo>,
}

/// A key to be made.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKey {
    /// What its holder may do.
    role: Role,
    /// What people call it, 1 to 100 characters.
    name: String,
    /// From which web pages an ingest key may be used, such as `https://shop.example`; `*` for
    /// any. None: from programs alone.
    #[serde(default)]
    origins: Vec<String>,
    /// When it stops working; never, if absent.
    expires_at: Option<Time>,
}

/// A key just made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct CreatedKey {
    /// The secret. It is shown this once.
    secret: String,
    /// The key.
    key: KeyInfo,
}

/// Create a key
///
/// The secret is answered once and kept nowhere.
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
/// Revoked and expired ones too, oldest first.
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
/// It stops working at once, and so do the sessions it opened.
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
