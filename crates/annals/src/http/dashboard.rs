//! The dashboard: static files embedded in the program.

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::Http;
use super::error::Problem;

#[derive(RustEmbed)]
#[folder = "../../dashboard/dist"]
#[allow_missing = true]
struct Files;

/// Serves a file, or the page that opens every screen.
pub(super) async fn serve(State(http): State<Http>, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Files::get(path).filter(|_| path != "index.html") {
        return asset(path, file);
    }
    // A path with a dot names a file, not a screen.
    let screen = !path.rsplit('/').next().unwrap_or_default().contains('.');
    match Files::get("index.html") {
        Some(index) if screen || path == "index.html" => page(&index, &http.config.base_path),
        Some(_) => Problem::not_found("There is no such file.").into_response(),
        None => not_built(),
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

/// Returns the page for the path it is served under: its files are named relative to the base path.
fn page(index: &EmbeddedFile, base_path: &str) -> Response {
    let html =
        String::from_utf8_lossy(&index.data).replace("\"./", &format!("\"{base_path}")).replace(
            r#"<meta name="annals-base" content="/""#,
            &format!(r#"<meta name="annals-base" content="{base_path}""#),
        );
    let headers =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, html).into_response()
}

fn not_built() -> Response {
    let text = "This program was built without the dashboard. Run `make build`, which builds it \
                first; the API works all the same.\n";
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text)
        .into_response()
}
