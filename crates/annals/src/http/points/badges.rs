//! What a child has earned beside points, and how far it is from the rest.

use annals_event::{Time, Uuid};
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use serde::Serialize;

use super::super::Http;
use super::super::body::PathId;
use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;
use crate::access::{Caller, Permission};
use crate::follow::{BadgeKind, Language, Rule};
use crate::service::points::BadgeStanding;

/// The badges and certificates there are, in the order of the rule file.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct BadgeList {
    /// The child's id.
    child_id: String,
    /// Earned ones and others.
    badges: Vec<Badge>,
}

/// A badge or certificate, and how far the child has come with it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct Badge {
    /// Its id.
    id: String,
    /// What it is called.
    name: String,
    /// Badge or certificate.
    kind: BadgeKind,
    /// What it is for.
    text: String,
    /// What is counted: `points_earned`, `tasks_done`, `weeks_in_a_row`, or `task:` and a task's id.
    metric: String,
    /// How much there is of it.
    value: i64,
    /// How much is needed.
    threshold: i64,
    /// When it was awarded; null as long as it was not.
    #[schema(required)]
    awarded_at: Option<Time>,
    /// The event on the record that says so.
    #[schema(required)]
    event_id: Option<Uuid>,
}

/// List a child's badges
///
/// Every badge and certificate of the server's rule file, with how far the child has come. Awards
/// follow the points events by a moment.
#[utoipa::path(
    get, path = "/child/{id}/badges", operation_id = "list_badges", tag = "Points", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(
        ("id" = String, Path, description = "The child's id"),
        ("lang" = Option<String>, Query, description = "`en` or `de`; else as `Accept-Language` asks"),
    ),
    responses(
        (status = 200, description = "The badges", body = BadgeList),
        (status = 404, description = "There is no child with this id", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn list(
    State(http): State<Http>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    PathId(id): PathId,
) -> Result<Json<BadgeList>> {
    caller.may(Permission::ReadEvents)?;
    let mut parameters = Parameters::read(query.as_deref());
    let language = parameters.language(&headers)?;
    parameters.none()?;
    let child = http.points.child(&caller, &id).await?;
    let called = child.name.as_deref().unwrap_or(&child.id);
    let reached = http.points.badges(&caller, &child.id).await?;
    let mut badges = Vec::new();
    for (rule, BadgeStanding { value, award }) in http.badges.rules.iter().zip(reached) {
        badges.push(Badge {
            id: rule.id.clone(),
            name: rule.name.get(language).to_owned(),
            kind: rule.kind,
            text: text(rule, language, called),
            metric: rule.metric.to_string(),
            value,
            threshold: rule.threshold,
            awarded_at: award.as_ref().map(|event| event.created_at),
            event_id: award.as_ref().map(|event| event.id),
        });
    }
    Ok(Json(BadgeList { child_id: child.id, badges }))
}

/// Renders what a badge is for, for a child.
pub(super) fn text(rule: &Rule, language: Language, child: &str) -> String {
    let mut text = String::new();
    let mut rest = rule.text.get(language);
    // One pass: a name that looks like a placeholder stays a name.
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        text.push_str(before);
        match name {
            "child" => text.push_str(child),
            "badge" => text.push_str(rule.name.get(language)),
            _ => text.push_str(&rule.threshold.to_string()),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}
