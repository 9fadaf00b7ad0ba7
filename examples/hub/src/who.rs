//! Identifies the user. A real hub would ask for a password; this one believes a header.

use annals::with_actor;
use annals_event::{Actor, ActorType};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

/// Sets the actor for everything that the request does.
pub(crate) async fn is_it(request: Request, next: Next) -> Response {
    let name = request.headers().get("x-user").and_then(|value| value.to_str().ok());
    let actor = match name {
        Some(name) => Actor {
            kind: ActorType::User,
            id: Some(name.to_lowercase()),
            name: Some(name.to_owned()),
            ..Actor::default()
        },
        None => Actor { kind: ActorType::Anonymous, ..Actor::default() },
    };
    with_actor(actor, next.run(request)).await
}
