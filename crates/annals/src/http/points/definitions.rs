//! The tasks, penalties and rewards of families.

use annals_event::validate::id_fault;
use annals_event::{Change, Draft, Entity, FieldError, limits};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::super::Http;
use super::super::body::{JsonBody, PathId};
use super::super::error::{Problem, Result};
use super::super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::service::{act, changes};
use crate::store::{Reward, Task};

/// Maximum of a task's points and a reward's cost.
pub(super) const MAX_POINTS: i64 = 1_000_000_000;

/// A task or penalty as sent.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct TaskBody {
    /// The name.
    name: String,
    /// The points that a task adds or a penalty takes: 0 or more.
    points: i64,
    /// `true` for a task, which adds points; `false` for a penalty.
    is_good: bool,
}

/// A reward as sent.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RewardBody {
    /// The name.
    name: String,
    /// The cost in points: 0 or more.
    cost: i64,
}

/// Every task and penalty, by id.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct Tasks {
    /// The tasks and penalties.
    tasks: Vec<Task>,
}

/// Every reward, by id.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct Rewards {
    /// The rewards.
    rewards: Vec<Reward>,
}

/// List tasks and penalties
#[utoipa::path(
    get, path = "/api/v1/tasks", operation_id = "list_tasks", tag = "Points", extensions(("x-permission" = json!(Permission::ReadEvents))),
    responses((status = 200, description = "All of them, by id", body = Tasks))
)]
pub(in super::super) async fn tasks(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<Json<Tasks>> {
    caller.may(Permission::ReadEvents)?;
    Ok(Json(Tasks { tasks: http.store.tasks().await? }))
}

/// Get a task or penalty
#[utoipa::path(
    get, path = "/api/v1/tasks/{id}", operation_id = "get_task", tag = "Points", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 200, description = "The task", body = Task),
        (status = 404, description = "There is none with this id", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn task(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<Json<Task>> {
    caller.may(Permission::ReadEvents)?;
    http.store.task(&id).await?.map(Json).ok_or_else(no_task)
}

/// Save a task or penalty
///
/// Adds or replaces a task or penalty. Events that are already recorded do not change.
#[utoipa::path(
    put, path = "/api/v1/tasks/{id}", operation_id = "put_task", tag = "Points", extensions(("x-permission" = json!(Permission::ManagePoints))), request_body = TaskBody,
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 200, description = "The task as it is now", body = Task),
        (status = 422, description = "A field is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn put_task(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
    JsonBody(body): JsonBody<TaskBody>,
) -> Result<Json<Task>> {
    caller.may(Permission::ManagePoints)?;
    check(&id, &body.name, "points", body.points)?;
    let task = Task { id, name: body.name, points: body.points, is_good: body.is_good };
    let before = http.store.task(&task.id).await?;
    if before.as_ref() != Some(&task) {
        http.store.put_task(task.clone()).await?;
        let act = about("task_saved", "task", &task.id, &task.name);
        let act = Draft { changes: changed(before.as_ref(), &task), ..act };
        http.audit(&caller.actor(), act).await?;
    }
    Ok(Json(task))
}

/// Remove a task or penalty
///
/// A removed task or penalty can no longer be activated; all its events stay.
#[utoipa::path(
    delete, path = "/api/v1/tasks/{id}", operation_id = "delete_task", tag = "Points", extensions(("x-permission" = json!(Permission::ManagePoints))),
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is none with this id", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn delete_task(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<StatusCode> {
    caller.may(Permission::ManagePoints)?;
    let task = http.store.task(&id).await?.ok_or_else(no_task)?;
    if http.store.delete_task(&id).await? {
        http.audit(&caller.actor(), about("task_deleted", "task", &id, &task.name)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// List rewards
#[utoipa::path(
    get, path = "/api/v1/rewards", operation_id = "list_rewards", tag = "Points", extensions(("x-permission" = json!(Permission::ReadEvents))),
    responses((status = 200, description = "All of them, by id", body = Rewards))
)]
pub(in super::super) async fn rewards(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<Json<Rewards>> {
    caller.may(Permission::ReadEvents)?;
    Ok(Json(Rewards { rewards: http.store.rewards().await? }))
}

/// Get a reward
#[utoipa::path(
    get, path = "/api/v1/rewards/{id}", operation_id = "get_reward", tag = "Points", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 200, description = "The reward", body = Reward),
        (status = 404, description = "There is none with this id", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn reward(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<Json<Reward>> {
    caller.may(Permission::ReadEvents)?;
    http.store.reward(&id).await?.map(Json).ok_or_else(no_reward)
}

/// Save a reward
///
/// Adds or replaces a reward. Open requests for it stay; redeeming them takes the cost of that
/// time.
#[utoipa::path(
    put, path = "/api/v1/rewards/{id}", operation_id = "put_reward", tag = "Points", extensions(("x-permission" = json!(Permission::ManagePoints))), request_body = RewardBody,
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 200, description = "The reward as it is now", body = Reward),
        (status = 422, description = "A field is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn put_reward(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
    JsonBody(body): JsonBody<RewardBody>,
) -> Result<Json<Reward>> {
    caller.may(Permission::ManagePoints)?;
    check(&id, &body.name, "cost", body.cost)?;
    let reward = Reward { id, name: body.name, cost: body.cost };
    let before = http.store.reward(&reward.id).await?;
    if before.as_ref() != Some(&reward) {
        http.store.put_reward(reward.clone()).await?;
        let act = about("reward_saved", "reward", &reward.id, &reward.name);
        let act = Draft { changes: changed(before.as_ref(), &reward), ..act };
        http.audit(&caller.actor(), act).await?;
    }
    Ok(Json(reward))
}

/// Remove a reward
///
/// A removed reward can no longer be requested or redeemed. Open requests for it can still be
/// cancelled, and all its events stay.
#[utoipa::path(
    delete, path = "/api/v1/rewards/{id}", operation_id = "delete_reward", tag = "Points", extensions(("x-permission" = json!(Permission::ManagePoints))),
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is none with this id", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn delete_reward(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<StatusCode> {
    caller.may(Permission::ManagePoints)?;
    let reward = http.store.reward(&id).await?.ok_or_else(no_reward)?;
    if http.store.delete_reward(&id).await? {
        http.audit(&caller.actor(), about("reward_deleted", "reward", &id, &reward.name)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn no_task() -> Problem {
    Problem::not_found("There is no task or penalty with this id; GET /api/v1/tasks lists them.")
}

pub(super) fn no_reward() -> Problem {
    Problem::not_found("There is no reward with this id; GET /api/v1/rewards lists them.")
}

/// Checks the id, name and points of a definition.
fn check(id: &str, name: &str, field: &str, points: i64) -> Result<()> {
    let mut errors = Vec::new();
    errors.extend(id_fault(id).map(|fault| FieldError::new("id", fault)));
    let most = limits::NAME_CHARS;
    if name.is_empty() || name.chars().count() > most || name.contains(char::is_control) {
        let message = format!("must have 1 to {most} characters on one line");
        errors.push(FieldError::new("name", message));
    }
    if !(0..=MAX_POINTS).contains(&points) {
        errors.push(FieldError::new(field, format!("must be 0 to {MAX_POINTS}")));
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
}

/// Returns what changed of a definition. Its id is the entity's.
fn changed<T: Serialize>(before: Option<&T>, now: &T) -> Vec<Change> {
    let mut changes = changes(before, Some(now));
    changes.retain(|change| change.field != "id");
    changes
}

/// Makes the event of an act on a definition.
fn about(action: &str, kind: &str, id: &str, name: &str) -> Draft {
    let (id, name) = (Some(id.to_owned()), Some(name.to_owned()));
    Draft { entity: Some(Entity { kind: kind.to_owned(), id, name }), ..act(action) }
}
