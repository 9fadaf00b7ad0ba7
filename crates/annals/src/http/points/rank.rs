//! Where a child stands among its brothers and sisters this week.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use serde::Serialize;

use super::super::Http;
use super::super::body::PathId;
use super::super::error::{Problem, Result};
use super::super::parameters::NoParameters;
use crate::access::{Caller, Permission};
use crate::points::rank::ranks;
use crate::points::weeks::Weeks;
use crate::store::{Person, PersonKind, Scope, Tally};

/// A child among those it shares a guardian with, by the points of this week's tasks.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct ChildRank {
    /// The child.
    child_id: String,
    /// Whose calendar the week is of: the child's IANA time zone, else the deployment's.
    timezone: String,
    /// The week's Monday.
    start_date: Date,
    /// Its Sunday.
    end_date: Date,
    /// The child's place; those with as many points share one.
    rank: usize,
    /// Among how many.
    of: usize,
    /// Those of them whose points the caller may see, best first: a child sees itself alone.
    children: Vec<Placed>,
}

/// A child and its place.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct Placed {
    /// The child's id.
    id: String,
    /// What people call it.
    #[schema(required)]
    name: Option<String>,
    /// This week's tasks, and what they brought.
    good: Tally,
    /// Its place.
    rank: usize,
}

/// Get a child's rank
///
/// This week's place among the children it shares a guardian with, by the points of tasks. A child
/// sees its place and nobody else's points; a guardian compares their own children.
#[utoipa::path(
    get, path = "/child/{id}/rank", operation_id = "get_child_rank", tag = "Points", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(("id" = String, Path, description = "The child's id")),
    responses(
        (status = 200, description = "The rank", body = ChildRank),
        (status = 404, description = "There is no child with this id", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in super::super) async fn get(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<Json<ChildRank>> {
    caller.may(Permission::ReadEvents)?;
    let child = http.child(&caller, &id).await?;
    // Whoever asks about themselves is told a place and no numbers: then everybody counts.
    let oneself = caller.person.as_ref().is_some_and(|person| person.id == id);
    let scope = if oneself { Scope::everything() } else { caller.scope(&http.catalog) };
    let calendar = http.calendar_of(&child);
    let today = calendar.day(http.clock.now());
    let timezone = calendar.name().to_owned();

    let mut compared = http.siblings(&child).await?;
    compared.retain(|sibling| oneself || caller.may_see_person(&sibling.id));
    compared.push(child);
    let mut children = Vec::with_capacity(compared.len());
    let (mut start_date, mut end_date) = (today, today);
    for Person { id, name, .. } in compared {
        let week = Weeks::ending(calendar.clone(), today, 1);
        let week = http.summed_up(&scope, &id, week).await?.pop();
        let week = week.ok_or_else(Problem::internal)?;
        (start_date, end_date) = (week.start_date, week.end_date);
        children.push(Placed { id, name, good: week.good, rank: 0 });
    }
    let points: Vec<i64> = children.iter().map(|child| child.good.points).collect();
    for (child, rank) in children.iter_mut().zip(ranks(&points)) {
        child.rank = rank;
    }
    let (rank, of) = (children.last().map_or(1, |child| child.rank), children.len());
    children.retain(|child| !oneself || child.id == id);
    children.sort_by(|a, b| (a.rank, &a.id).cmp(&(b.rank, &b.id)));
    Ok(Json(ChildRank { child_id: id, timezone, start_date, end_date, rank, of, children }))
}

impl Http {
    /// The other children, not archived, that share a guardian with this one.
    async fn siblings(&self, child: &Person) -> Result<Vec<Person>> {
        let mut ids = BTreeSet::new();
        for guardian in &child.guardians {
            ids.extend(self.store.dependants(guardian).await?);
        }
        ids.remove(&child.id);
        let mut siblings = Vec::with_capacity(ids.len());
        for id in ids {
            let person = self.store.person(&id).await?;
            let known = person
                .filter(|person| person.kind == PersonKind::Child && person.archived_at.is_none());
            siblings.extend(known);
        }
        Ok(siblings)
    }
}
