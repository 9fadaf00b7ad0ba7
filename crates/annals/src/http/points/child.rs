//! What a child has.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use annals_event::Time;

use super::super::Http;
use super::super::body::PathId;
use super::super::error::{Problem, Result};
use super::super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::store::{Account, Person, PersonKind, Tally};

/// A child and what it has.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct ChildState {
    /// The child's id.
    id: String,
    /// What people call it.
    #[schema(required)]
    name: Option<String>,
    /// The balance.
    points: i64,
    /// The rewards asked for and neither given nor cancelled.
    pending_rewards: Vec<PendingReward>,
    /// Tasks against penalties, since the first one.
    good_vs_not_good: GoodVsNotGood,
}

/// A reward that was asked for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct PendingReward {
    /// The reward's id.
    reward_id: String,
    /// What people call it; null once it is no longer defined.
    #[schema(required)]
    name: Option<String>,
    /// What it costs now; null once it is no longer defined.
    #[schema(required)]
    cost: Option<i64>,
    /// When it was asked for.
    requested_at: Time,
}

/// Tasks against penalties.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct GoodVsNotGood {
    /// Tasks done, and what they brought.
    good: Tally,
    /// Penalties, and what they took: 0 or less.
    not_good: Tally,
}

/// Get a child's points
///
/// Balance, open requests, and tasks against penalties since the first one.
#[utoipa::path(
    get, path = "/child/{id}", operation_id = "get_child", tag = "Points", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(("id" = String, Path, description = "The child's id")),
    responses(
        (status = 200, description = "What the child has", body = ChildState),
        (status = 404, description = "There is no child with this id", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn get(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<Json<ChildState>> {
    caller.may(Permission::ReadEvents)?;
    let child = http.child(&caller, &id).await?;
    let account = http.store.account(&id).await?;
    Ok(Json(http.child_state(&child, account).await?))
}

impl Http {
    /// The child with this id, if the caller may see it.
    pub(super) async fn child(&self, caller: &Caller, id: &str) -> Result<Person> {
        let seen = caller.may_see_person(id);
        let child = if seen { self.store.person(id).await? } else { None };
        child.filter(|person| person.kind == PersonKind::Child).ok_or_else(|| {
            Problem::not_found(
                "There is no child with this id in the directory; PUT /api/v1/people/{id} adds it.",
            )
        })
    }

    /// A child with this account.
    pub(super) async fn child_state(&self, child: &Person, account: Account) -> Result<ChildState> {
        let mut pending_rewards = Vec::with_capacity(account.pending.len());
        for pending in account.pending {
            let reward = self.store.reward(&pending.reward).await?;
            let (name, cost) = reward.map(|reward| (reward.name, reward.cost)).unzip();
            let (reward_id, requested_at) = (pending.reward, pending.at);
            pending_rewards.push(PendingReward { reward_id, name, cost, requested_at });
        }
        Ok(ChildState {
            id: child.id.clone(),
            name: child.name.clone(),
            points: account.balance,
            pending_rewards,
            good_vs_not_good: GoodVsNotGood { good: account.good, not_good: account.not_good },
        })
    }
}
