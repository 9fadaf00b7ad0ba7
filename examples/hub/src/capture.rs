//! Capturing what the radio hears, for a while: who began it is known to the task that ends it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use annals::spawn_with_actor;
use annals_event::{Draft, Entity};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use tokio::task::JoinHandle;

use crate::Hub;

/// How long to capture.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    millis: u64,
}

/// The capture that is going on, if one is.
#[derive(Clone, Default)]
pub(crate) struct Capture(Arc<Mutex<Option<JoinHandle<()>>>>);

impl Capture {
    fn lock(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) async fn start(State(hub): State<Hub>, Json(wanted): Json<Wanted>) -> StatusCode {
    let mut running = hub.capture.lock();
    if running.as_ref().is_some_and(|task| !task.is_finished()) {
        return StatusCode::CONFLICT;
    }
    hub.recorder.record(event("started"));
    let recorder = hub.recorder.clone();
    *running = Some(spawn_with_actor(async move {
        tokio::time::sleep(Duration::from_millis(wanted.millis)).await;
        recorder.record(event("stopped"));
    }));
    StatusCode::ACCEPTED
}

/// Ends it early: then whoever does that has stopped it.
pub(crate) async fn stop(State(hub): State<Hub>) -> StatusCode {
    let running = hub.capture.lock().take();
    let Some(task) = running else {
        return StatusCode::NOT_FOUND;
    };
    task.abort();
    if task.await.is_err() {
        hub.recorder.record(event("stopped"));
    }
    StatusCode::NO_CONTENT
}

fn event(action: &str) -> Draft {
    Draft {
        category: Some("capture".to_owned()),
        action: action.to_owned(),
        entity: Some(Entity {
            kind: "capture".to_owned(),
            id: None,
            name: Some("radio".to_owned()),
        }),
        ..Draft::default()
    }
}
