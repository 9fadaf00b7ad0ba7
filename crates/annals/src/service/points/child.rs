//! The state of a child's points.

use annals_event::Time;
use serde::Serialize;

use super::{PointsError, PointsService, Result};
use crate::access::Caller;
use crate::store::{Account, Person, PersonKind, Tally};

/// The state of a child's points.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChildState {
    /// The child's id.
    id: String,
    /// The child's name; null if it has none.
    #[schema(required)]
    name: Option<String>,
    /// The balance, in points.
    points: i64,
    /// The rewards that are requested, and neither redeemed nor cancelled.
    pending_rewards: Vec<PendingReward>,
    /// The counts of tasks and penalties since the first one.
    good_vs_not_good: GoodVsNotGood,
}

/// A requested reward.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PendingReward {
    /// The reward's id.
    reward_id: String,
    /// The reward's name; null if it is no longer defined.
    #[schema(required)]
    name: Option<String>,
    /// The reward's cost now, in points; null if it is no longer defined.
    #[schema(required)]
    cost: Option<i64>,
    /// The time when it was requested.
    requested_at: Time,
}

/// The counts of tasks and penalties.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct GoodVsNotGood {
    /// Tasks done, and the points they added.
    good: Tally,
    /// Penalties, and the points they took: 0 or less.
    not_good: Tally,
}

impl PointsService {
    /// Returns the child with this id, if the caller may see it.
    ///
    /// # Errors
    /// [`PointsError::NoChild`], or the store fails.
    pub async fn child(&self, caller: &Caller, id: &str) -> Result<Person> {
        let seen = caller.may_see_person(id);
        let child = if seen { self.core.store.person(id).await? } else { None };
        child.filter(|person| person.kind == PersonKind::Child).ok_or(PointsError::NoChild)
    }

    /// Returns the state of a child's points.
    ///
    /// # Errors
    /// The store fails.
    pub async fn state(&self, child: &Person) -> Result<ChildState> {
        let account = self.core.store.account(&child.id).await?;
        self.state_with(child, account).await
    }

    pub(super) async fn state_with(&self, child: &Person, account: Account) -> Result<ChildState> {
        let mut pending_rewards = Vec::with_capacity(account.pending.len());
        for pending in account.pending {
            let reward = self.core.store.reward(&pending.reward).await?;
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
