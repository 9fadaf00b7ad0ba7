//! The whole API on one screen.

use axum::Router;
use axum::routing::{get, post};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{
    Http, append, dashboard, error, events, export, keys, openapi, operations, session, settings,
};

/// The documented routes.
pub(super) fn api() -> OpenApiRouter<Http> {
    OpenApiRouter::with_openapi(openapi::head())
        // Journal
        .routes(routes!(append::append, events::list))
        .routes(routes!(export::export))
        .routes(routes!(events::get))
        .routes(routes!(events::stats))
        .routes(routes!(operations::catalog))
        // Keys
        .routes(routes!(keys::create, keys::list))
        .routes(routes!(keys::revoke))
        // Settings
        .routes(routes!(settings::recording, settings::put_recording))
        // Session
        .routes(routes!(session::sign_in, session::whoami, session::sign_out))
        .routes(routes!(session::link))
        // Operations
        .routes(routes!(operations::healthz))
        .routes(routes!(operations::readyz))
}

/// Everything the network may ask for.
pub(super) fn routes() -> Router<Http> {
    let (router, _document) = api().split_for_parts();
    router
        .route("/api/openapi.json", get(openapi::serve))
        .route("/api/{*rest}", axum::routing::any(error::no_such_endpoint))
        .fallback(dashboard::serve)
        .method_not_allowed_fallback(error::method_not_allowed)
}

/// What only the operator may ask for, over the local socket.
pub(super) fn operator_routes() -> Router<Http> {
    Router::new().route("/operator/backup", post(operations::backup))
}
