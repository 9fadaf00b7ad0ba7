//! All routes of the API.

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::live::{sse, tickets, ws};
use super::{
    Http, analytics, append, dashboard, erase, error, events, export, health, keys, openapi,
    operations, people, points, rebuild, retention, retention_run, session, settings, vacuum,
};

/// Returns the documented routes.
fn api() -> OpenApiRouter<Http> {
    OpenApiRouter::with_openapi(openapi::head())
        // Journal
        .routes(routes!(append::append, events::list))
        .routes(routes!(export::export))
        .routes(routes!(events::get))
        .routes(routes!(events::prove))
        .routes(routes!(events::stats))
        .routes(routes!(operations::catalog))
        // Live
        .routes(routes!(sse::stream))
        .routes(routes!(ws::follow))
        .routes(routes!(tickets::create))
        // Analytics
        .routes(routes!(analytics::overview::overview))
        .routes(routes!(analytics::pages::views))
        .routes(routes!(analytics::quests::popular))
        .routes(routes!(analytics::engagement::engagement))
        .routes(routes!(analytics::at_risk::at_risk))
        .routes(routes!(analytics::risk_history::risk_history))
        .routes(routes!(analytics::errors::errors))
        .routes(routes!(analytics::errors::error_group, analytics::error_status::patch))
        // People
        .routes(routes!(people::list))
        .routes(routes!(people::put, people::patch, people::get, people::archive))
        .routes(routes!(erase::erase))
        // Points
        .routes(routes!(points::definitions::tasks))
        .routes(routes!(
            points::definitions::put_task,
            points::definitions::task,
            points::definitions::delete_task
        ))
        .routes(routes!(points::definitions::rewards))
        .routes(routes!(
            points::definitions::put_reward,
            points::definitions::reward,
            points::definitions::delete_reward
        ))
        .routes(routes!(points::child::get))
        .routes(routes!(points::weeks::get))
        .routes(routes!(points::rank::get))
        .routes(routes!(points::commands::adjust))
        .routes(routes!(points::commands::trigger_task))
        .routes(routes!(points::commands::request_reward))
        .routes(routes!(points::commands::trigger_reward))
        .routes(routes!(points::commands::cancel_request))
        .routes(routes!(points::commands::undo))
        .routes(routes!(points::tracking::list))
        .routes(routes!(points::badges::list))
        .routes(routes!(points::certificate::show))
        // Keys
        .routes(routes!(keys::create, keys::list))
        .routes(routes!(keys::revoke))
        // Settings
        .routes(routes!(settings::recording, settings::put_recording))
        .routes(routes!(retention::retention, retention::put_retention))
        .routes(routes!(retention_run::run, retention_run::runs))
        // Session
        .routes(routes!(session::sign_in, session::whoami, session::sign_out))
        .routes(routes!(session::link))
        // Operations
        .routes(routes!(operations::healthz))
        .routes(routes!(operations::readyz))
        .routes(routes!(operations::metrics))
        .routes(routes!(health::health))
        .routes(routes!(operations::debug_log))
}

/// Returns all routes for the network.
pub(super) fn routes() -> Router<Http> {
    let (router, _document) = api().split_for_parts();
    let router = router.route("/api/openapi.json", get(serve_document));
    let pages = dashboard::PATHS.into_iter();
    pages
        .fold(router, |router, path| router.route(path, get(dashboard::page)))
        .fallback(dashboard::file)
        .method_not_allowed_fallback(error::method_not_allowed)
}

/// Returns the routes beside the base path: those who watch over a server need not know that path.
pub(super) fn beside_base_path() -> Router<Http> {
    Router::new()
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz))
        .fallback(error::no_such_path)
        .method_not_allowed_fallback(error::method_not_allowed)
}

/// Returns the OpenAPI document, made from the routes themselves, so that it cannot differ from
/// them.
pub fn document() -> OpenApi {
    api().split_for_parts().1
}

/// `GET /api/openapi.json`.
async fn serve_document() -> Response {
    let json = document().to_pretty_json().unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}

/// Returns the routes for the operator alone, over the local socket.
pub(super) fn operator_routes() -> Router<Http> {
    Router::new()
        .route("/operator/backup", post(operations::backup))
        .route("/operator/rebuild", post(rebuild::rebuild))
        .route("/operator/vacuum", post(vacuum::vacuum))
}
