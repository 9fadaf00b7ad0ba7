//! Lights over HTTP; each change is recorded after it is made.

use std::sync::{MutexGuard, PoisonError};

use annals_event::{Draft, Entity};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;

use crate::Hub;
use crate::home::{Home, Light};

#[derive(Deserialize)]
pub(crate) struct NewLight {
    name: String,
}

#[derive(Deserialize)]
pub(crate) struct Change {
    name: Option<String>,
    brightness: Option<u8>,
}

/// An event about a light. It holds the name, because the light may be deleted later.
pub(crate) fn event(action: &str, light: &Light) -> Draft {
    Draft {
        category: Some("entity".to_owned()),
        action: action.to_owned(),
        entity: Some(Entity {
            kind: "light".to_owned(),
            id: Some(light.id.to_string()),
            name: Some(light.name.clone()),
        }),
        ..Draft::default()
    }
}

fn home(hub: &Hub) -> MutexGuard<'_, Home> {
    hub.home.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(error: rusqlite::Error) -> StatusCode {
    eprintln!("hub: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

pub(crate) async fn list(State(hub): State<Hub>) -> Result<Json<Vec<Light>>, StatusCode> {
    home(&hub).lights().map(Json).map_err(failed)
}

pub(crate) async fn add(
    State(hub): State<Hub>,
    Json(new): Json<NewLight>,
) -> Result<Json<Light>, StatusCode> {
    let light = home(&hub).add(&new.name).map_err(failed)?;
    hub.recorder.record(event("created", &light));
    Ok(Json(light))
}

pub(crate) async fn change(
    State(hub): State<Hub>,
    Path(id): Path<i64>,
    Json(change): Json<Change>,
) -> Result<Json<Light>, StatusCode> {
    let changed = home(&hub).change(id, change.name.as_deref(), change.brightness);
    let light = changed.map_err(failed)?.ok_or(StatusCode::NOT_FOUND)?;
    hub.recorder.record(event("updated", &light));
    Ok(Json(light))
}

pub(crate) async fn remove(
    State(hub): State<Hub>,
    Path(id): Path<i64>,
) -> Result<StatusCode, StatusCode> {
    let light = home(&hub).remove(id).map_err(failed)?.ok_or(StatusCode::NOT_FOUND)?;
    hub.recorder.record(event("deleted", &light));
    Ok(StatusCode::NO_CONTENT)
}
