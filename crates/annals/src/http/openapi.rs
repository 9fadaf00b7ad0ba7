//! The OpenAPI document: made from the routes themselves, so that it cannot differ from them.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::OpenApi;
use utoipa::{IntoParams, OpenApi as _};

use super::routes;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Annals",
        description = "A self-hosted, privacy-first record of what happens in an application.",
    ),
    components(schemas(super::Problem)),
    security(("key" = []), ("session" = [])),
    modifiers(&Security),
    tags(
        (name = "Journal", description = "Events in, events out"),
        (name = "Live", description = "Events as they are recorded"),
        (name = "Analytics", description = "What people did, in figures"),
        (name = "People", description = "Who there is, who looks after whom, and what may be recorded"),
        (name = "Points", description = "Tasks, penalties and rewards, and what children have"),
        (name = "Keys", description = "Who may call"),
        (name = "Settings", description = "What the operator decides while it runs"),
        (name = "Session", description = "The dashboard's sign-in"),
        (name = "Operations", description = "Running it"),
    )
)]
struct Document;

struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, document: &mut OpenApi) {
        use utoipa::openapi::security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme,
        };
        let components = document.components.get_or_insert_default();
        let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("ann_…").build();
        components.add_security_scheme("key", SecurityScheme::Http(key));
        let cookie = ApiKey::Cookie(ApiKeyValue::new(super::COOKIE));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    }
}

/// The document before the routes are added.
pub(super) fn head() -> OpenApi {
    Document::openapi()
}

/// The whole document.
pub fn document() -> OpenApi {
    routes::api().split_for_parts().1
}

/// `GET /api/openapi.json`.
pub(super) async fn serve() -> Response {
    let json = document().to_pretty_json().unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}

/// The filter, as query parameters. Documentation only: `filter.rs` reads them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documentation of what filter.rs reads")]
pub(super) struct FilterParameters {
    /// Any of these categories. In every list a comma means any of, `\,` is a comma, and a
    /// leading `!` negates the whole list; events without the field match a negated list.
    category: Option<String>,
    /// Any of these actions.
    action: Option<String>,
    /// Any of these severities: info, notice, warning, error, critical.
    severity: Option<String>,
    /// Any of these actors, by id.
    actor: Option<String>,
    /// Any of these kinds of actor: user, child, api_key, device, system, anonymous.
    actor_type: Option<String>,
    /// About any of these people, by id.
    subject: Option<String>,
    /// Done to entities of any of these types.
    entity_type: Option<String>,
    /// Done to any of these entities, by id.
    entity_id: Option<String>,
    /// In any of these sessions.
    session_id: Option<String>,
    /// Occurred at or after this RFC 3339 time, or day in UTC.
    from: Option<String>,
    /// Occurred before this RFC 3339 time, or day in UTC.
    to: Option<String>,
    /// All of these whole words, case and accents folded, in message, entity name, actor name or
    /// action.
    q: Option<String>,
}
