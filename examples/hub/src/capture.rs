//! Captures radio traffic for a while; the task that ends the capture knows who started it.

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

/// The duration of a capture.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    millis: u64,
}

/// The running capture, if any.
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

/// Stops the capture early; the event names the person who stopped it.
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
