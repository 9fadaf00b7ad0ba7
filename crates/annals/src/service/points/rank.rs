//! A child's rank among its brothers and sisters this week.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;

use super::{PointsError, PointsService, Result};
use crate::access::Caller;
use crate::points::rank::ranks;
use crate::points::weeks::Weeks;
use crate::store::{Person, PersonKind, Scope, Tally};

/// A child's rank among the children it shares a guardian with, by the points of this week's tasks.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChildRank {
    /// The child's id.
    child_id: String,
    /// The IANA time zone of the week: the child's, otherwise the deployment's.
    timezone: String,
    /// The week's Monday.
    start_date: Date,
    /// The week's Sunday.
    end_date: Date,
    /// The child's rank, from 1. Children with equal points share a rank.
    rank: usize,
    /// Number of ranked children.
    of: usize,
    /// The ranked children whose points the caller may see, best first. A child sees only itself.
    children: Vec<Placed>,
}

/// A child and its rank.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Placed {
    /// The child's id.
    id: String,
    /// The child's name; null if it has none.
    #[schema(required)]
    name: Option<String>,
    /// This week's tasks, and the points they added.
    good: Tally,
    /// The child's rank, from 1.
    rank: usize,
}

impl PointsService {
    /// Returns this week's rank of a child, among the children whose points the caller may see.
    ///
    /// # Errors
    /// [`PointsError::NoChild`], or the store fails.
    pub async fn rank(&self, caller: &Caller, id: &str) -> Result<ChildRank> {
        let child = self.child(caller, id).await?;
        // The caller's own rank shows no points of others, so that every sibling counts.
        let own_rank = caller.person.as_ref().is_some_and(|person| person.id == id);
        let scope = if own_rank { Scope::everything() } else { caller.scope(&self.core.catalog) };
        let calendar = self.calendar_of(&child);
        let today = calendar.day(self.core.clock.now());
        let timezone = calendar.name().to_owned();

        let mut compared = self.siblings(&child).await?;
        compared.retain(|sibling| own_rank || caller.may_see_person(&sibling.id));
        compared.push(child);
        let mut children = Vec::with_capacity(compared.len());
        let (mut start_date, mut end_date) = (today, today);
        for Person { id, name, .. } in compared {
            let week = Weeks::ending(calendar.clone(), today, 1);
            let week = self.summed_up(&scope, &id, week).await?.pop();
            let week = week.ok_or(PointsError::Unexpected)?;
            (start_date, end_date) = (week.start_date, week.end_date);
            children.push(Placed { id, name, good: week.good, rank: 0 });
        }
        let points: Vec<i64> = children.iter().map(|child| child.good.points).collect();
        for (child, rank) in children.iter_mut().zip(ranks(&points)) {
            child.rank = rank;
        }
        let (rank, of) = (children.last().map_or(1, |child| child.rank), children.len());
        children.retain(|child| !own_rank || child.id == id);
        children.sort_by(|a, b| (a.rank, &a.id).cmp(&(b.rank, &b.id)));
        let child_id = id.to_owned();
        Ok(ChildRank { child_id, timezone, start_date, end_date, rank, of, children })
    }

    /// Returns the other children, not archived, that share a guardian with this one.
    async fn siblings(&self, child: &Person) -> Result<Vec<Person>> {
        let mut ids = BTreeSet::new();
        for guardian in &child.guardians {
            ids.extend(self.core.store.dependants(guardian).await?);
        }
        ids.remove(&child.id);
        let mut siblings = Vec::with_capacity(ids.len());
        for id in ids {
            let person = self.core.store.person(&id).await?;
            let known = person
                .filter(|person| person.kind == PersonKind::Child && person.archived_at.is_none());
            siblings.extend(known);
        }
        Ok(siblings)
    }
}
