//! A child's badges and certificates, and its progress towards the others.

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

/// The badges and certificates of the rule file, in its order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct BadgeList {
    /// The child's id.
    child_id: String,
    /// All badges and certificates, earned or not.
    badges: Vec<Badge>,
}

/// A badge or certificate, and the child's progress towards it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct Badge {
    /// The id in the rule file.
    id: String,
    /// The name, in the requested language.
    name: String,
    /// The kind: badge or certificate.
    kind: BadgeKind,
    /// The text that explains the award to the child, in the requested language.
    text: String,
    /// The metric that is counted: `points_earned`, `tasks_done`, `weeks_in_a_row`, or `task:` and
    /// a task's id.
    metric: String,
    /// The child's value of the metric.
    value: i64,
    /// The value of the metric that earns the award.
    threshold: i64,
    /// The time when it was awarded; null if it was not.
    #[schema(required)]
    awarded_at: Option<Time>,
    /// The id of the event that records the award; null if there is none.
    #[schema(required)]
    event_id: Option<Uuid>,
}

/// List a child's badges
///
/// Lists every badge and certificate of the server's rule file, with the child's progress. Awards
/// follow points events with a short delay.
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

/// Renders the text of a badge for a child.
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
