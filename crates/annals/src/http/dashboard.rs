//! The dashboard: static files embedded in the program.

use axum::extract::State;
use axum::http::{Method, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::Http;
use super::error::{Problem, method_not_allowed, no_such_path};
use crate::config::Config;

#[derive(RustEmbed)]
#[folder = "../../dashboard/dist"]
#[allow_missing = true]
struct Files;

/// The dashboard's own paths, below the base path: the page opens at these alone. `dashboard/src/url/routes.ts` has
/// the same list.
pub(super) const PATHS: [&str; 7] =
    ["/", "/signin", "/docs", "/overview", "/activity", "/family", "/settings"];

/// Serves the page that opens every screen.
pub(super) async fn page(State(http): State<Http>) -> Response {
    match Files::get("index.html") {
        Some(index) => opened(&index, &http.config),
        None => not_built().into_response(),
    }
}

/// Serves a file of the dashboard; 404 for every other path that is no endpoint.
pub(super) async fn file(method: Method, uri: Uri) -> Response {
    let path = uri.path().strip_prefix('/').unwrap_or_default();
    match Files::get(path).filter(|_| path != "index.html") {
        Some(file) if method == Method::GET || method == Method::HEAD => asset(path, file),
        Some(_) => method_not_allowed().await.into_response(),
        None => no_such_path().await.into_response(),
    }
}

fn asset(path: &str, file: EmbeddedFile) -> Response {
    // The bundler names files by their content, so that they never change under a name.
    let lasting = path.starts_with("assets/");
    let cache = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = file.metadata.mimetype().to_owned();
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache.to_owned())];
    (headers, file.data).into_response()
}

/// Returns the page for the path it is served under, and for the way in which people sign in: its
/// files are named relative to the base path.
fn opened(index: &EmbeddedFile, config: &Config) -> Response {
    let base_path = &config.base_path;
    let html = String::from_utf8_lossy(&index.data).replace("\"./", &format!("\"{base_path}"));
    let jwt = config.jwt.as_ref();
    let tokens = if jwt.is_some() { "yes" } else { "no" };
    let sign_in = jwt.and_then(|jwt| jwt.sign_in_url.as_deref()).unwrap_or_default();
    let values = [
        ("annals-base", "/", base_path.as_str()),
        ("annals-tokens", "no", tokens),
        ("annals-sign-in", "", sign_in),
    ];
    let html = values.into_iter().fold(html, |html, (name, built, value)| {
        html.replace(&meta(name, built), &meta(name, &escaped(value)))
    });
    let headers =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, html).into_response()
}

fn meta(name: &str, content: &str) -> String {
    format!(r#"<meta name="{name}" content="{content}""#)
}

/// Returns a text as it is written between quotes in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

fn not_built() -> Problem {
    Problem::not_found(
        "This program was built without the dashboard. Run `make build`, which builds it first; the API works all \
         the same.",
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::PATHS;

    #[test]
    fn the_page_is_where_the_dashboard_has_screens() {
        let routes = include_str!("../../../../dashboard/src/url/routes.ts");
        let lists = routes.lines().filter(|line| line.ends_with("as const;"));
        let named: BTreeSet<String> = lists
            .flat_map(|line| line.split('"').skip(1).step_by(2))
            .map(|route| format!("/{route}"))
            .collect();
        assert_eq!(named, PATHS.map(str::to_owned).into());
    }
}
