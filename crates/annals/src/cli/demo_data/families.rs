//! Sixty days of four families: deterministic, never in the future, up to the last minutes.

use annals_event::Time;

use super::dice::Dice;
use super::ledger::{self, Ledger};
use super::people::FAMILIES;
use super::story::{HOUR, MINUTE, Planned, Story};
use super::{house, learning};
use crate::cli::import::ids::{content, row_id};
use crate::cli::import::record::Record;
use crate::cli::import::when::DAY;

/// Number of days, including today.
const DAYS: i64 = 60;

/// Returns the families' events of the last `days` days (at most 60), in the order of time.
///
/// All sixty days are always generated and the older ones dropped, so that a shorter record is the
/// end of the longer one. It is a few thousand events, held in memory.
pub fn records(now: Time, days: i64) -> anyhow::Result<Vec<Record>> {
    let mut story = Story { now, planned: Vec::new() };
    let today = now.as_micros().div_euclid(DAY) * DAY;
    for (number, family) in (1..).zip(FAMILIES) {
        let mut dice = Dice::new(number);
        let mut learners: Vec<learning::Learner> = Vec::new();
        learners.resize_with(family.children.len(), Default::default);
        for ago in (0..DAYS).rev() {
            let morning = Time::from_micros(today - ago * DAY + family.hours * HOUR);
            let first = ago == DAYS - 1;
            house::devices(&mut story, family, morning, first, &mut dice);
            house::evening(&mut story, family, morning, &mut dice);
            for (child, learner) in family.children.iter().zip(&mut learners) {
                if first {
                    ledger::opening(&mut story, family, child, morning.plus_micros(6 * HOUR));
                }
                ledger::day(&mut story, family, child, morning, &mut dice);
                if ago >= child.silent_days && dice.chance(child.diligence) {
                    let at = morning.plus_micros(dice.within(14 * HOUR, 19 * HOUR));
                    learning::session(&mut story, family, child, learner, at, &mut dice);
                }
            }
        }
        last_minutes(&mut story, number, &mut learners, &mut dice);
    }
    settle(story, days)
}

/// Adds sessions of the last minutes, so that the dashboard shows activity at any time of day.
fn last_minutes(
    story: &mut Story,
    number: u64,
    learners: &mut [learning::Learner],
    dice: &mut Dice,
) {
    let family = usize::try_from(number - 1).ok().and_then(|at| FAMILIES.get(at));
    let (Some(family), Some(learner)) = (family, learners.first_mut()) else {
        return;
    };
    let ago = |minutes: i64| story.now.plus_micros(-minutes * MINUTE);
    let Some(child) = family.children.first() else {
        return;
    };
    let (begun, done, flagged) = (ago(24), ago(2), ago(6 * 24 * 60));
    if child.silent_days == 0 {
        learning::session(story, family, child, learner, begun, dice);
        ledger::task_now(story, family, child, done.plus_micros(-dice.within(0, 3 * MINUTE)));
    }
    if child.id == "child-yusuf" {
        house::safety_flag(story, family, child, flagged);
    }
}

fn settle(mut story: Story, days: i64) -> anyhow::Result<Vec<Record>> {
    story.planned.sort_by_key(|planned| planned.time);
    let from = story.now.plus_micros(-days.saturating_mul(DAY));
    let mut ledger = Ledger::default();
    let settled = story.planned.into_iter().filter_map(|planned| ledger.settle(planned));
    let mut records = Vec::new();
    for (number, Planned { time, mut draft, .. }) in (1_u64..).zip(settled) {
        draft.id = Some(row_id(content("demo-families", &[&number.to_be_bytes()]), time, 0));
        if time >= from {
            records.push(Record::new(time, number, draft)?);
        }
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use annals_event::Draft;

    use super::*;

    fn drafts(now: &str) -> Vec<Draft> {
        let records = records(now.parse().unwrap(), 60).unwrap();
        assert!(records.is_sorted_by_key(Record::key));
        records.iter().map(|record| record.draft().unwrap()).collect()
    }

    #[test]
    fn balances_chain_without_gap_and_never_fall_below_zero() {
        let mut balances: HashMap<String, i64> = HashMap::new();
        let mut actions = HashSet::new();
        for draft in drafts("2026-11-21T08:30:00Z") {
            let Some(points) = draft.points else { continue };
            actions.insert(draft.action.clone());
            let balance = balances.entry(draft.subject.unwrap().id).or_default();
            assert_eq!(points.before, *balance);
            assert_eq!(points.delta, points.after - points.before);
            assert!(points.after >= 0);
            *balance = points.after;
        }
        assert_eq!(balances.len(), 7);
        for action in ["activated", "requested", "redeemed", "cancelled", "adjusted"] {
            assert!(actions.contains(action), "{action}");
        }
    }

    #[test]
    fn what_is_earned_and_spent_is_defined() {
        let defined: HashSet<String> =
            ledger::definitions().into_iter().map(|(path, _)| path).collect();
        let mut seen = 0;
        for draft in drafts("2026-11-21T08:30:00Z") {
            let list = match draft.category.as_deref() {
                Some("task" | "penalty") => "tasks",
                Some("reward") => "rewards",
                _ => continue,
            };
            let id = draft.entity.unwrap().id.unwrap();
            assert!(defined.contains(&format!("/api/v1/{list}/{id}")), "{id}");
            seen += 1;
        }
        assert!(seen > 500, "{seen}");
    }

    #[test]
    fn it_ends_minutes_ago_at_any_time_of_day() {
        for now in ["2026-11-21T00:00:00Z", "2026-11-21T08:30:00Z", "2026-03-01T23:59:59Z"] {
            let drafts = drafts(now);
            let now: Time = now.parse().unwrap();
            let ages: Vec<i64> =
                drafts.iter().map(|draft| now.micros_since(draft.occurred_at.unwrap())).collect();
            assert!(ages.iter().all(|age| *age >= MINUTE));
            let recent = ages.iter().filter(|age| **age < 30 * MINUTE).count();
            assert!(recent >= 15, "{recent} events in the last half hour");
            assert!(*ages.last().unwrap() <= 5 * MINUTE);
            assert!((2_000..12_000).contains(&drafts.len()), "{}", drafts.len());
        }
    }

    #[test]
    fn it_is_the_same_every_time_and_has_everything_once() {
        let first = drafts("2026-11-21T08:30:00Z");
        assert_eq!(first, drafts("2026-11-21T08:30:00Z"));
        let ids: HashSet<_> = first.iter().map(|draft| draft.id).collect();
        assert_eq!(ids.len(), first.len());
        let count = |action: &str| first.iter().filter(|draft| draft.action == action).count();
        assert_eq!(count("tutor_safety_flag"), 1);
        for action in [
            "javascript_error",
            "parent_dashboard_opened",
            "badge_claimed",
            "discovered",
            "quest_completed",
        ] {
            assert!(count(action) > 0, "{action}");
        }
    }

    #[test]
    fn a_shorter_record_is_the_end_of_the_longer() {
        let now: Time = "2026-11-21T08:30:00Z".parse().unwrap();
        let (long, short) = (records(now, 60).unwrap(), records(now, 30).unwrap());
        assert!(long.ends_with(&short) && short.len() < long.len());
    }
}
