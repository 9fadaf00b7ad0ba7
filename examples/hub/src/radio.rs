//! The radio: a plain thread, without any runtime, that hears devices.
//!
//! Devices report every few seconds. A report is recorded only if the device is new or its health
//! has changed.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};

use annals::Recorder;
use annals_event::{Actor, ActorType, Draft, Entity};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use crate::Hub;

/// A device's report.
#[derive(Deserialize)]
pub(crate) struct Packet {
    device: String,
    battery: u8,
}

/// The sending end of the radio's thread.
#[derive(Clone)]
pub(crate) struct Radio(Sender<Packet>);

impl Radio {
    pub(crate) fn start(recorder: Recorder) -> std::io::Result<Radio> {
        let (sender, packets) = channel();
        std::thread::Builder::new()
            .name("radio".to_owned())
            .spawn(move || listen(&packets, &recorder))?;
        Ok(Radio(sender))
    }
}

/// Plays the part of the antenna.
pub(crate) async fn receive(State(hub): State<Hub>, Json(packet): Json<Packet>) -> StatusCode {
    match hub.radio.0.send(packet) {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn listen(packets: &Receiver<Packet>, recorder: &Recorder) {
    let mut known: HashMap<String, &'static str> = HashMap::new();
    for Packet { device, battery } in packets {
        let health = match battery {
            0..20 => "low",
            20.. => "good",
        };
        match known.insert(device.clone(), health) {
            None => recorder.record(event("discovered", &device, health)),
            Some(before) if before != health => {
                recorder.record(event("health_changed", &device, health));
            }
            Some(_) => {}
        }
    }
}

fn event(action: &str, device: &str, health: &str) -> Draft {
    Draft {
        category: Some("device".to_owned()),
        action: action.to_owned(),
        actor: Some(Actor {
            kind: ActorType::Device,
            id: Some(device.to_owned()),
            name: None,
            ..Actor::default()
        }),
        entity: Some(Entity {
            kind: "device".to_owned(),
            id: Some(device.to_owned()),
            name: Some(device.to_owned()),
        }),
        metadata: [("health".to_owned(), health.into())].into_iter().collect(),
        ..Draft::default()
    }
}
