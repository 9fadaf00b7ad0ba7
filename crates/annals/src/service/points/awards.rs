//! A child's badges and certificates, and its progress towards the others.

use std::time::Duration;

use annals_event::Event;

use super::{PointsService, Result};
use crate::access::Caller;
use crate::follow::{BADGES, Rule};

/// Longest time to wait for an award that is due. An award follows the event that earned it.
const PATIENCE: Duration = Duration::from_secs(2);

/// A child's progress with one rule.
pub struct BadgeStanding {
    /// The child's value of the rule's metric.
    pub value: i64,
    /// The event of the award; `None` if there is none that the caller may see.
    pub award: Option<Event>,
}

impl PointsService {
    /// Returns a child's progress with each rule, in their order. It waits for awards that are due.
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

    /// Returns the event of a child's award, if the caller may see it.
    ///
    /// # Errors
    /// The store fails.
    pub async fn award(&self, caller: &Caller, child: &str, rule: &Rule) -> Result<Option<Event>> {
        Ok(self.core.badges.award(child, rule, caller.scope(&self.core.catalog)).await?)
    }
}
