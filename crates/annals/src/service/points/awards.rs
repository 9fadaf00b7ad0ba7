//! What a child has earned beside points, and how far it is from the rest.

use std::time::Duration;

use annals_event::Event;

use super::{PointsService, Result};
use crate::access::Caller;
use crate::follow::{BADGES, Rule};

/// How long an award that is due is waited for: it follows the event that reached it.
const PATIENCE: Duration = Duration::from_secs(2);

/// How a child stands with one rule.
pub struct BadgeStanding {
    /// How much there is of what the rule counts.
    pub value: i64,
    /// The event by which it was awarded, as the caller may see it.
    pub award: Option<Event>,
}

impl PointsService {
    /// How a child stands with each rule, in their order. An award that is due is waited for.
    ///
    /// # Errors
    /// The store fails.
    pub async fn badges(&self, caller: &Caller, child: &str) -> Result<Vec<BadgeStanding>> {
        let badges = &self.core.badges;
        let mut reached = Vec::new();
        let mut patience = PATIENCE;
        for (rule, progress) in badges.rules.iter().zip(badges.badge_progress(child).await?) {
            let mut award = self.award(caller, child, rule).await?;
            if award.is_none() && progress.reached.is_some() && !patience.is_zero() {
                let head = *self.core.journal.head().borrow();
                if let Some(follower) = self.core.followers.get(BADGES) {
                    follower.reached(head, patience).await;
                }
                award = self.award(caller, child, rule).await?;
                patience = Duration::ZERO;
            }
            reached.push(BadgeStanding { value: progress.value, award });
        }
        Ok(reached)
    }

    /// The event by which a child was awarded a badge, as the caller may see it.
    ///
    /// # Errors
    /// The store fails.
    pub async fn award(&self, caller: &Caller, child: &str, rule: &Rule) -> Result<Option<Event>> {
        Ok(self.core.badges.award(child, rule, caller.scope(&self.core.catalog)).await?)
    }
}
