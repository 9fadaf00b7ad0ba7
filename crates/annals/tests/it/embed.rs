//! Annals inside another program: this one.

use annals::Annals;
use annals::embed::Builder;
use annals_event::{Draft, Entity};
use axum::body::Body;
use http::{Request, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::support::{ADMIN, Root, data_dir};

mod host_file;
mod mounted;
mod recorder;
mod set_up;

/// A builder on the root's data directory.
fn builder(root: &Root) -> Builder {
    Annals::builder().data_dir(data_dir(root)).admin_key(ADMIN)
}

async fn open(root: &Root) -> Annals {
    builder(root).open().await.unwrap()
}

/// The events that a filter finds, oldest first.
async fn events(annals: &Annals, filter: &str) -> Vec<Value> {
    annals.recorder().flush().await;
    let page = text(annals, &format!("/api/v1/events?order=asc&limit=500&{filter}")).await;
    let mut page: Value = serde_json::from_str(&page).unwrap();
    assert_eq!(page["has_more"], false);
    page["events"].as_array_mut().unwrap().drain(..).collect()
}

/// What an admin is answered.
async fn text(annals: &Annals, path: &str) -> String {
    let request = Request::get(path)
        .header(header::AUTHORIZATION, format!("Bearer {ADMIN}"))
        .body(Body::empty());
    let answer = annals.router().oneshot(request.unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.into()).unwrap()
}

/// A draft about a lamp, whose id is the number.
fn lamp(number: usize) -> Draft {
    Draft {
        category: Some("entity".to_owned()),
        action: "updated".to_owned(),
        entity: Some(Entity {
            kind: "lamp".to_owned(),
            id: Some(number.to_string()),
            name: Some("Lamp".to_owned()),
        }),
        ..Draft::default()
    }
}

/// The numbers of the lamps, in the journal's order.
fn lamps(events: &[Value]) -> Vec<usize> {
    events.iter().map(|event| event["entity"]["id"].as_str().unwrap().parse().unwrap()).collect()
}
