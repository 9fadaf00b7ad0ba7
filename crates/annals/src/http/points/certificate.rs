//! A certificate as a page to print: one document without scripts, with the data to verify it.

use std::sync::LazyLock;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use super::super::Http;
use super::super::body::check_id;
use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use super::badges::text;
use crate::access::{Caller, Permission};
use crate::follow::{BadgeKind, Language};
use crate::query::proof::prove;

/// Number of characters above which a certificate is set in smaller type, to stay on one sheet.
const LONG: usize = 250;

const STYLE: &str = include_str!("certificate.css");

/// The content security policy: `STYLE` and nothing else, no script, picture, connection or frame.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
});

/// The fixed words of a certificate, in one language.
struct Words {
    tag: &'static str,
    title: &'static str,
    awarded_to: &'static str,
    event: &'static str,
    digest: &'static str,
    check: &'static str,
}

const fn words(language: Language) -> Words {
    match language {
        Language::En => Words {
            tag: "en",
            title: "Certificate",
            awarded_to: "awarded to",
            event: "Event",
            digest: "SHA-256 of its leaf",
            check: "On the record of Annals. To check it:",
        },
        Language::De => Words {
            tag: "de",
            title: "Urkunde",
            awarded_to: "für",
            event: "Ereignis",
            digest: "SHA-256 seines Blattes",
            check: "Im Protokoll von Annals verzeichnet. Zum Nachprüfen:",
        },
    }
}

/// Show a certificate
///
/// Returns a page to print, with the id and the digest of the event that records the award.
#[utoipa::path(
    get, path = "/child/{id}/certificates/{badge_id}", operation_id = "get_certificate", tag = "Points", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(
        ("id" = String, Path, description = "The child's id"),
        ("badge_id" = String, Path, description = "The certificate's id in the rule file"),
        ("lang" = Option<String>, Query, description = "`en` or `de`; else as `Accept-Language` asks"),
    ),
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 404, description = "There is no such child, or it was not awarded this certificate", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn show(
    State(http): State<Http>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    path: std::result::Result<Path<(String, String)>, PathRejection>,
) -> Result<Response> {
    caller.may(Permission::ReadEvents)?;
    let Ok(Path((id, badge))) = path else {
        let detail = "The ids in the path are not valid UTF-8.";
        return Err(Problem::bad_request("invalid_id", detail));
    };
    check_id("id", &id)?;
    let mut parameters = Parameters::read(query.as_deref());
    let language = parameters.language(&headers)?;
    parameters.none()?;
    let child = http.points.child(&caller, &id).await?;
    let none = || {
        Problem::not_found(
            "This child was not awarded such a certificate; GET /child/{id}/badges lists them.",
        )
    };
    let rule = http.badges.rules.get(&badge).filter(|rule| rule.kind == BadgeKind::Certificate);
    let rule = rule.ok_or_else(none)?;
    let event = http.points.award(&caller, &child.id, rule).await?.ok_or_else(none)?;
    let digest = prove(&*http.store, &event).await?.digest.unwrap_or_default();
    // The name is the child's at the time of the award.
    let then = event.subject.and_then(|subject| subject.name).or(child.name);
    let name = then.unwrap_or(child.id);
    let Words { tag, title, awarded_to, event: event_word, digest: digest_word, check } =
        words(language);
    let (id, base) = (event.id, &http.config.base_path);
    let [name_html, badge, text] =
        [&name, rule.name.get(language), &text(rule, language, &name)].map(escaped);
    let length = name_html.chars().count() + badge.chars().count() + text.chars().count();
    let long = if length > LONG { " class=\"long\"" } else { "" };
    let date = date(http.calendar.day(event.created_at), language);
    let page = format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}: {badge} – {name_html}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main{long}>\n\
         <h1>{title}</h1>\n<div>\n<p>{awarded_to}</p>\n<p class=\"name\"><bdi>{name_html}</bdi></p>\n\
         <p class=\"badge\">{badge}</p>\n<p class=\"text\"><bdi>{text}</bdi></p>\n</div>\n<footer>\n\
         <p class=\"date\">{date}</p>\n<p>{event_word} {id}</p>\n<p>{digest_word} {digest}</p>\n\
         <p>{check} {base}api/v1/events/{id}/proof</p>\n</footer>\n</main>\n</body>\n</html>\n"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept-language"),
    ];
    Ok((headers, page).into_response())
}

/// Escapes a text for HTML.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

/// Writes a day as usual in the language.
fn date(day: Date, language: Language) -> String {
    const EN: &str =
        "January February March April May June July August September October November December";
    const DE: &str =
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember";
    let (months, point) = match language {
        Language::En => (EN, ""),
        Language::De => (DE, "."),
    };
    let month = usize::from(day.month().unsigned_abs()) - 1;
    let month = months.split(' ').nth(month).unwrap_or_default();
    format!("{}{point} {month} {}", day.day(), day.year())
}
