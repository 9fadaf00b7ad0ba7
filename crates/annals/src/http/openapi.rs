//! The OpenAPI document around the routes, which `routes.rs` adds.

use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, Required};
use utoipa::{IntoParams, OpenApi as _};

use crate::filter::FIELDS;

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

/// The filter as query parameters. A field that takes few values alone names them as `x-values`.
pub(super) struct FilterParameters;

impl IntoParams for FilterParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let fields = FIELDS.iter().map(|field| {
            let values = field.closed().map(|closed| (closed.names)());
            parameter(field.name(), field.description(), values)
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
        let others = others.into_iter().map(|(name, text)| parameter(name, text, None));
        fields.chain(others).collect()
    }
}

fn parameter(name: &str, description: &str, values: Option<Vec<&str>>) -> Parameter {
    let lines: Vec<&str> = description.lines().map(str::trim).collect();
    let values = values.map(|values| Extensions::builder().add("x-values", values).build());
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(lines.join("\n")))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .extensions(values)
        .build()
}
