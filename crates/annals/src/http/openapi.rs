//! The OpenAPI document around the routes, which `routes.rs` adds.

use serde_json::json;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, Required};
use utoipa::{IntoParams, OpenApi as _};

use crate::filter::{FIELDS, MAX_CHARS, MAX_VALUES};

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

/// Returns the document before the routes are added.
pub(super) fn head() -> OpenApi {
    Document::openapi()
}

/// The filter as query parameters. A field's `x-list` holds the limits of its list and, for a field
/// with fixed values, those values. They are in one extension because extensions come in no fixed
/// order.
pub(super) struct FilterParameters;

impl IntoParams for FilterParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let fields = FIELDS.iter().map(|field| {
            let mut list = json!({ "max_values": MAX_VALUES, "max_characters": MAX_CHARS });
            if let Some(closed) = field.closed() {
                list["values"] = json!((closed.names)());
            }
            let extensions = Extensions::builder().add("x-list", list).build();
            parameter(field.name(), field.description()).extensions(Some(extensions)).build()
        });
        let others = [
            ("from", "Occurred at or after this RFC 3339 time, or day in UTC."),
            ("to", "Occurred before this RFC 3339 time, or day in UTC."),
            (
                "q",
                "All of these whole words, case and accents folded, in message, entity name, actor \
                 name or action.",
            ),
        ];
        fields.chain(others.map(|(name, text)| parameter(name, text).build())).collect()
    }
}

fn parameter(name: &str, description: &str) -> ParameterBuilder {
    let lines: Vec<&str> = description.lines().map(str::trim).collect();
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(lines.join("\n")))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_document_is_the_same_each_time_it_is_made() {
        let made = || crate::http::openapi().to_pretty_json().unwrap();
        assert_eq!(made(), made());
    }
}
