//! Popular quests: the entities that people view, start and complete, of whatever type.

use std::cmp::Reverse;

use annals_event::Time;
use serde::Serialize;

use super::counted::counted;
use super::period::Period;
use super::rate::percent;
use crate::store::{DerivedStore, EntityUse, Result, Uses};

/// The most popular entities of a period.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PopularQuests {
    /// The most popular first.
    pub popular_quests: Vec<PopularQuest>,
    /// Number of entities used in the period, listed or not.
    pub total: u64,
    /// The requested period.
    pub period: Period,
    /// The IANA time zone of the days.
    pub timezone: String,
    /// Everything recorded up to this time is counted; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    /// Number of recorded events that are not counted yet.
    pub lag: u64,
}

/// An entity that people learn by.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PopularQuest {
    /// The entity's id.
    pub quest_id: String,
    /// The entity's type, such as `quest` or `course`.
    pub entity_type: String,
    /// The last name, or else the id.
    pub title: String,
    /// Number of events whose role is `view`.
    pub views: u64,
    /// Number of events whose role is `start`.
    pub starts: u64,
    /// Number of events whose role is `complete`.
    pub completions: u64,
    /// Number of events whose role is `abandon`.
    pub abandonments: u64,
    /// Completions in per cent of the starts: at most 100, and 0 if there was no start.
    pub completion_rate: f64,
    /// Views, plus twice the starts and five times the completions.
    pub popularity_score: u64,
}

/// A query for popular entities.
pub struct QuestsQuestion {
    /// The days.
    pub period: Period,
    /// The only type to list; by default all types of which anything was ever started, completed or
    /// abandoned.
    pub entity_type: Option<String>,
    /// Number of entities listed at most.
    pub limit: usize,
}

/// Returns the popular entities. `head` and `now` are the journal's head and the time before the
/// counts were read.
pub async fn popular_quests(
    derived: &dyn DerivedStore,
    asked: QuestsQuestion,
    timezone: &str,
    head: u64,
    now: Time,
) -> Result<PopularQuests> {
    let QuestsQuestion { period, entity_type, limit } = asked;
    let (checkpoint, mut entities) = derived.entities(period.range(), entity_type).await?;
    let (as_of, lag) = counted(checkpoint, head, now);
    let total = entities.len() as u64;
    entities.sort_by_cached_key(|entity_use| {
        (Reverse(popularity(&entity_use.uses)), entity_use.kind.clone(), entity_use.id.clone())
    });
    entities.truncate(limit);
    Ok(PopularQuests {
        popular_quests: entities.into_iter().map(PopularQuest::from).collect(),
        total,
        period,
        timezone: timezone.to_owned(),
        as_of,
        lag,
    })
}

impl From<EntityUse> for PopularQuest {
    fn from(EntityUse { kind, id, name, uses }: EntityUse) -> PopularQuest {
        let finished = uses.completions.min(uses.starts);
        PopularQuest {
            title: name.unwrap_or_else(|| id.clone()),
            quest_id: id,
            entity_type: kind,
            views: uses.views,
            starts: uses.starts,
            completions: uses.completions,
            abandonments: uses.abandonments,
            completion_rate: percent(finished, uses.starts).unwrap_or_default(),
            popularity_score: popularity(&uses),
        }
    }
}

fn popularity(uses: &Uses) -> u64 {
    uses.views + 2 * uses.starts + 5 * uses.completions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quest(views: u64, starts: u64, completions: u64) -> PopularQuest {
        let uses = Uses { views, starts, completions, abandonments: 0 };
        EntityUse { kind: "quest".to_owned(), id: "q".to_owned(), name: None, uses }.into()
    }

    #[test]
    fn popularity_and_completion_rate_are_those_of_the_definitions() {
        let found = quest(10, 3, 2);
        assert_eq!((found.popularity_score, found.completion_rate), (26, 66.67));
        assert_eq!((found.title.as_str(), found.entity_type.as_str()), ("q", "quest"));
        // Started before the period, completed in it.
        assert_eq!(quest(0, 1, 4).completion_rate, 100.0);
        assert_eq!(quest(5, 0, 4).completion_rate, 0.0);
    }
}
