//! The commands: each makes and records one change of a child's account.

use annals_event::{FieldError, Uuid};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::super::Http;
use super::super::body::{JsonBody, PathId};
use super::super::error::{Problem, Result};
use super::super::parameters::NoParameters;
use super::definitions::{MAX_POINTS, no_reward, no_task};
use super::sent::Sent;
use crate::access::Permission;
use crate::points;
use crate::service::points::{CommandAnswer, PointsCommand, Undoable};

/// Maximum length of a reason, in characters.
const REASON_CHARS: usize = 500;

/// An opening balance or a correction.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Adjust {
    /// The points to add to the balance; negative to take points.
    points: i64,
    /// The reason, in words.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// The id of the user account that the event belongs to. By default it is the calling
    /// guardian's, otherwise that of the child's first guardian.
    user_id: Option<String>,
}

/// A task or penalty to activate.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct TriggerTask {
    /// The id of the task or penalty.
    task_id: String,
    /// The id of the user account that the event belongs to. By default it is the calling
    /// guardian's, otherwise that of the child's first guardian.
    user_id: Option<String>,
}

/// A reward to request, or whose request to cancel.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WhichReward {
    /// The id of the reward.
    reward_id: String,
    /// The id of the user account that the event belongs to. By default it is the calling
    /// guardian's, otherwise that of the child's first guardian.
    user_id: Option<String>,
}

/// A reward to redeem.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct TriggerReward {
    /// The id of the reward.
    reward_id: String,
    /// `true` refuses the command if the reward is not, or no longer, requested: for answering a
    /// request.
    #[serde(default)]
    only_if_requested: bool,
    /// The id of the user account that the event belongs to. By default it is the calling
    /// guardian's, otherwise that of the child's first guardian.
    user_id: Option<String>,
}

/// An event to take back.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Undo {
    /// The id of the event: a task or penalty that was activated, or a reward that was redeemed.
    tracking_event_id: Uuid,
    /// The id of the user account that the event belongs to. By default it is the calling
    /// guardian's, otherwise that of the child's first guardian.
    user_id: Option<String>,
}

/// Adjust a balance
///
/// Sets an opening balance or makes a correction. A balance does not fall below 0 (unless the
/// server allows it): `delta` is the actual change.
#[utoipa::path(
    post, path = "/child/{id}/adjust", operation_id = "adjust_points", tag = "Points", extensions(("x-permission" = json!(Permission::GivePoints))), request_body = Adjust,
    params(("id" = String, Path, description = "The child's id"), ("Idempotency-Key" = Option<String>, Header, description = "The same command sent again under the same key is carried out once; kept 24 hours")),
    responses(
        (status = 200, description = "What was done", body = CommandAnswer),
        (status = 404, description = "There is no such child", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The child is archived, or the key was sent with another body", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn adjust(
    State(http): State<Http>,
    sent: Sent,
    _: NoParameters,
    PathId(id): PathId,
    JsonBody(body): JsonBody<Adjust>,
) -> Result<Json<CommandAnswer>> {
    let child = sent.child(&http, &id, Permission::GivePoints).await?;
    let mut errors = Vec::new();
    if body.points == 0 || !(-MAX_POINTS..=MAX_POINTS).contains(&body.points) {
        let message = format!("must be -{MAX_POINTS} to {MAX_POINTS}, and not 0");
        errors.push(FieldError::new("points", message));
    }
    let length = body.reason.trim().chars().count();
    if !(1..=REASON_CHARS).contains(&length) || body.reason.contains(char::is_control) {
        errors.push(FieldError::new("reason", "must have 1 to 500 characters on one line"));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let command = sent.command("adjust", child, body.user_id.clone(), json(&body));
    let rules = http.points.rules();
    let decide =
        move |account: &_| Ok(points::adjust(account, body.points, body.reason.trim(), rules));
    Ok(Json(http.points.carry_out(command, decide).await?))
}

/// Activate a task or penalty
///
/// A task adds its points. A penalty takes its points, as far as there are any: `delta` is the
/// actual change.
#[utoipa::path(
    post, path = "/child/{id}/trigger-task", operation_id = "trigger_task", tag = "Points", extensions(("x-permission" = json!(Permission::GivePoints))), request_body = TriggerTask,
    params(("id" = String, Path, description = "The child's id"), ("Idempotency-Key" = Option<String>, Header, description = "The same command sent again under the same key is carried out once; kept 24 hours")),
    responses(
        (status = 200, description = "What was done", body = CommandAnswer),
        (status = 404, description = "There is no such child, or no such task", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The child is archived, or the key was sent with another body", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn trigger_task(
    State(http): State<Http>,
    sent: Sent,
    _: NoParameters,
    PathId(id): PathId,
    JsonBody(body): JsonBody<TriggerTask>,
) -> Result<Json<CommandAnswer>> {
    let child = sent.child(&http, &id, Permission::GivePoints).await?;
    let task = http.store.task(&body.task_id).await?.ok_or_else(no_task)?;
    let command = sent.command("trigger-task", child, body.user_id.clone(), json(&body));
    let rules = http.points.rules();
    let decide = move |account: &_| Ok(points::activate(account, &task, rules));
    Ok(Json(http.points.carry_out(command, decide).await?))
}

/// Request a reward
///
/// The balance must suffice and does not change. A child can have one open request for each reward.
#[utoipa::path(
    post, path = "/child/{id}/request-reward", operation_id = "request_reward", tag = "Points", extensions(("x-permission" = json!(Permission::RequestRewards))), request_body = WhichReward,
    params(("id" = String, Path, description = "The child's id"), ("Idempotency-Key" = Option<String>, Header, description = "The same command sent again under the same key is carried out once; kept 24 hours")),
    responses(
        (status = 200, description = "What was done", body = CommandAnswer),
        (status = 404, description = "There is no such child, or no such reward", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It has been asked for already, the child is archived, or the key was sent with another body", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The points do not suffice; `points_needed` says how many are missing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn request_reward(
    State(http): State<Http>,
    sent: Sent,
    _: NoParameters,
    PathId(id): PathId,
    JsonBody(body): JsonBody<WhichReward>,
) -> Result<Json<CommandAnswer>> {
    let child = sent.child(&http, &id, Permission::RequestRewards).await?;
    let reward = http.store.reward(&body.reward_id).await?.ok_or_else(no_reward)?;
    let command = sent.command("request-reward", child, body.user_id.clone(), json(&body));
    let rules = http.points.rules();
    let decide = move |account: &_| points::request(account, &reward, rules);
    Ok(Json(http.points.carry_out(command, decide).await?))
}

/// Redeem a reward
///
/// Takes the reward's cost, requested or not, and closes an open request for it. To answer a
/// request, send `only_if_requested`: if it was cancelled meanwhile, nothing is taken.
#[utoipa::path(
    post, path = "/child/{id}/trigger-reward", operation_id = "trigger_reward", tag = "Points", extensions(("x-permission" = json!(Permission::GivePoints))), request_body = TriggerReward,
    params(("id" = String, Path, description = "The child's id"), ("Idempotency-Key" = Option<String>, Header, description = "The same command sent again under the same key is carried out once; kept 24 hours")),
    responses(
        (status = 200, description = "What was done", body = CommandAnswer),
        (status = 404, description = "There is no such child, or no such reward", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is not asked for and must be, the child is archived, or the key was sent with another body", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The points do not suffice; `points_needed` says how many are missing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn trigger_reward(
    State(http): State<Http>,
    sent: Sent,
    _: NoParameters,
    PathId(id): PathId,
    JsonBody(body): JsonBody<TriggerReward>,
) -> Result<Json<CommandAnswer>> {
    let child = sent.child(&http, &id, Permission::GivePoints).await?;
    let reward = http.store.reward(&body.reward_id).await?.ok_or_else(no_reward)?;
    let command = sent.command("trigger-reward", child, body.user_id.clone(), json(&body));
    let rules = http.points.rules();
    let decide = move |account: &_| points::redeem(account, &reward, body.only_if_requested, rules);
    Ok(Json(http.points.carry_out(command, decide).await?))
}

/// Cancel a request for a reward
///
/// The command is refused, and nothing is recorded, if the reward is not requested: it was redeemed
/// or cancelled already.
#[utoipa::path(
    post, path = "/child/{id}/cancel-request-reward", operation_id = "cancel_reward_request", tag = "Points", extensions(("x-permission" = json!(Permission::RequestRewards))), request_body = WhichReward,
    params(("id" = String, Path, description = "The child's id"), ("Idempotency-Key" = Option<String>, Header, description = "The same command sent again under the same key is carried out once; kept 24 hours")),
    responses(
        (status = 200, description = "What was done", body = CommandAnswer),
        (status = 404, description = "There is no such child", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is not asked for, the child is archived, or the key was sent with another body", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn cancel_request(
    State(http): State<Http>,
    sent: Sent,
    _: NoParameters,
    PathId(id): PathId,
    JsonBody(body): JsonBody<WhichReward>,
) -> Result<Json<CommandAnswer>> {
    let child = sent.child(&http, &id, Permission::RequestRewards).await?;
    // The reward may have been removed since it was requested.
    let name = http.store.reward(&body.reward_id).await?.map(|reward| reward.name);
    let command = sent.command("cancel-request-reward", child, body.user_id.clone(), json(&body));
    let rules = http.points.rules();
    let decide =
        move |account: &_| points::cancel(account, &body.reward_id, name.as_deref(), rules);
    Ok(Json(http.points.carry_out(command, decide).await?))
}

/// Take a command back
///
/// Takes back a task, a penalty or a redeemed reward within 24 hours, once: a new event with the
/// opposite change. A request that the reward closed is open again. Refused if the points were
/// spent since.
#[utoipa::path(
    post, path = "/child/{id}/undo", operation_id = "undo_points", tag = "Points", extensions(("x-permission" = json!(Permission::GivePoints))), request_body = Undo,
    params(("id" = String, Path, description = "The child's id"), ("Idempotency-Key" = Option<String>, Header, description = "The same command sent again under the same key is carried out once; kept 24 hours")),
    responses(
        (status = 200, description = "What was done", body = CommandAnswer),
        (status = 404, description = "There is no such child, or no such event of this child", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It was taken back already, it is older than 24 hours or none that can be taken back, or the child is archived", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The points were spent; `points_needed` says how many are missing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn undo(
    State(http): State<Http>,
    sent: Sent,
    _: NoParameters,
    PathId(id): PathId,
    JsonBody(body): JsonBody<Undo>,
) -> Result<Json<CommandAnswer>> {
    let child = sent.child(&http, &id, Permission::GivePoints).await?;
    let event = body.tracking_event_id;
    let Undoable { event: first, entity, points } =
        http.points.undoable(sent.caller(), &child, event).await?;
    let command = sent.command("undo", child, body.user_id.clone(), json(&body));
    let command = PointsCommand { undoes: Some(event), ..command };
    let rules = http.points.rules();
    let decide = move |account: &_| points::undo(account, &first, entity, points, rules);
    Ok(Json(http.points.carry_out(command, decide).await?))
}

/// Serialises a body. Equal bodies give equal bytes.
fn json<T: Serialize>(body: &T) -> Vec<u8> {
    // Numbers and texts can always be serialised.
    serde_json::to_vec(body).unwrap_or_default()
}
