//! Popular quests: what people look at, begin and finish, whatever it is called where they learn.

use std::cmp::Reverse;

use annals_event::Time;
use serde::Serialize;

use super::counted::counted;
use super::period::Period;
use super::rate::percent;
use crate::store::{DerivedStore, EntityUse, Result, Uses};

/// What was most popular in a period.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PopularQuests {
    /// The most popular first.
    pub popular_quests: Vec<PopularQuest>,
    /// How many were used in the period, listed or not.
    pub total: u64,
    /// The period asked for.
    pub period: Period,
    /// Whose calendar the days are of: an IANA time zone.
    pub timezone: String,
    /// Everything recorded up to this moment is counted; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    /// Events on the record that are not counted yet.
    pub lag: u64,
}

/// An entity that people learn by.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PopularQuest {
    /// The entity's id.
    pub quest_id: String,
    /// The entity's type, such as `quest` or `course`.
    pub entity_type: String,
    /// What it was called last; the id, where no event told a name.
    pub title: String,
    /// How often it was looked at: events whose role is `view`.
    pub views: u64,
    /// How often it was begun: `start`.
    pub starts: u64,
    /// How often it was finished: `complete`.
    pub completions: u64,
    /// How often it was given up: `abandon`.
    pub abandonments: u64,
    /// Finished of begun, in per cent: never more than 100, and 0 where nothing was begun.
    pub completion_rate: f64,
    /// Views, twice the starts and five times the completions, together.
    pub popularity_score: u64,
}

/// Which ones to list.
pub struct QuestsQuestion {
    /// Used in these days.
    pub period: Period,
    /// Of this type alone; unless given, of the types of which anything was ever begun, finished
    /// or given up.
    pub entity_type: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// Answers it. `head` is how far the journal went, and `now` what time it was, before this was
/// asked.
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
        let told = quest(10, 3, 2);
        assert_eq!((told.popularity_score, told.completion_rate), (26, 66.67));
        assert_eq!((told.title.as_str(), told.entity_type.as_str()), ("q", "quest"));
        // Begun before the period, finished in it.
        assert_eq!(quest(0, 1, 4).completion_rate, 100.0);
        assert_eq!(quest(5, 0, 4).completion_rate, 0.0);
    }
}
