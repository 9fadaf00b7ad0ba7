//! The HTTP surface: the API of `routes.rs`, the dashboard, and the layers around every answer.
//!
//! ```text
//! request ─► layers (below) ─► routes.rs ─┬─► append.rs, points/ ─► service ─► record ─► journal
//!                                         ├─► events.rs, export.rs ─► query ─► store
//!                                         ├─► live/ ─► journal (tail)
//!                                         ├─► analytics/ ─► query ─► derived store
//!                                         ├─► keys.rs, people.rs, session.rs ─► access
//!                                         ├─► settings.rs, retention*.rs, erase.rs ─► service
//!                                         └─► dashboard.rs (embedded files)
//! ```
//!
//! A handler extracts, asks a service or a query, and answers. axum appears here and nowhere below.
//! Errors are made in `error.rs`.

mod analytics;
mod append;
mod body;
mod caller;
mod client_address;
mod cors;
mod dashboard;
mod erase;
mod error;
mod events;
mod export;
mod health;
mod keys;
mod language;
mod layers;
mod live;
mod openapi;
mod operations;
mod parameters;
mod people;
mod points;
mod rebuild;
mod retention;
mod retention_run;
mod routes;
mod session;
mod settings;
mod vacuum;

use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::routing::get;
use axum::{Extension, Router};

use crate::access::Caller;
use crate::service::Services;
use live::Live;

pub use append::USER_HEADER;
pub use caller::{COOKIE, CSRF_HEADER};
pub use error::Problem;
pub use routes::document as openapi;

/// The state that requests share: the services, and the state of this surface.
#[derive(Clone)]
pub struct Http {
    services: Arc<Services>,
    edge: Arc<Edge>,
}

/// The state of the HTTP surface alone.
struct Edge {
    /// The open streams.
    live: Live,
    /// The address at which browsers reach the server, such as `http://127.0.0.1:8787`, once it is
    /// known.
    origin: OnceLock<String>,
}

impl Deref for Http {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}

impl Http {
    /// Makes a surface over these services.
    pub fn new(services: Arc<Services>) -> Http {
        let streams = services.config.streams;
        let stall = Duration::from_secs(streams.stall_seconds.into());
        let edge = Edge { live: Live::new(streams.max, stall), origin: OnceLock::new() };
        Http { services, edge: Arc::new(edge) }
    }

    /// Returns the router for the network, as part of a host's: everything is under the base path.
    pub fn router(&self) -> Router {
        layers::around(self.under_base_path(), self)
    }

    /// Returns the router for a server of its own, which answers for the paths beside the base path too.
    pub fn server_router(&self) -> Router {
        let router = self.under_base_path();
        if self.config.base_path == "/" {
            return layers::around(router, self);
        }
        let beside = routes::beside_base_path().with_state(self.clone());
        layers::around(router.merge(beside), self)
    }

    fn under_base_path(&self) -> Router {
        let base_path = &self.config.base_path;
        let base = base_path.trim_end_matches('/');
        let inner = routes::routes().with_state(self.clone());
        if base.is_empty() {
            return inner;
        }
        // Routes nested at `/annals` do not answer at `/annals/`, where the dashboard is.
        let first = get(dashboard::page).fallback(error::method_not_allowed);
        let first = first.with_state(self.clone());
        Router::new().nest(base, inner).route(base_path, first)
    }

    /// Returns the router for the local socket. Anybody who may open the socket is the operator.
    pub fn operator_router(&self) -> Router {
        let routes = routes::routes().merge(routes::operator_routes());
        layers::around(routes.with_state(self.clone()), self).layer(Extension(Caller::operator()))
    }

    /// Sets the address at which browsers reach the server. Only the first call counts.
    pub fn set_origin(&self, origin: String) {
        self.edge.origin.get_or_init(|| origin);
    }

    /// Returns the address at which a sign-in link's token is redeemed.
    pub fn sign_in_url(&self, token: &str) -> String {
        let origin = self.edge.origin.get().map_or("", String::as_str);
        format!("{origin}{}signin#link={token}", self.config.base_path)
    }

    /// Returns the number of open streams.
    pub fn open_streams(&self) -> usize {
        self.edge.live.open()
    }

    /// Lets every stream send the recorded events, then ends it. Resolves when all have ended.
    pub async fn close_streams(&self) {
        self.edge.live.close().await;
    }
}
