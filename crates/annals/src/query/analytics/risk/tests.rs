//! Tests of every step's limit, and of rules that hold for any score.

use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::store::ActiveSpan;

const TODAY: Date = date(2026, 11, 21);
const MINUTE_MICROS: i64 = 60 * 1_000_000;

/// Returns the activity of an engaged person, whose score is 0.
fn engaged() -> PersonActivity {
    let first = TODAY.saturating_sub(100.days());
    PersonActivity {
        active_span: ActiveSpan { first, last: TODAY, learned: Some(TODAY) },
        last: Some(TODAY),
        streak: 3,
        logins: 30,
        started: 4,
        completed: 4,
        sessions: 10,
        session_micros: 10 * 30 * MINUTE_MICROS,
    }
}

fn scored(days: i32, person_activity: &PersonActivity) -> Scored {
    score(&Risk::default(), TODAY, days, Some(person_activity), true)
}

fn adds(days: i32, person_activity: &PersonActivity) -> (u32, f64) {
    let scored = scored(days, person_activity);
    let raised: Vec<_> =
        scored.metrics.factors.iter().filter(|factor| factor.contribution.0 > 0).collect();
    assert!(raised.len() <= 1, "{raised:?}");
    (scored.score.0, raised.first().map_or(0.0, |factor| factor.value))
}

#[test]
fn days_without_activity_count_beyond_3_7_and_14() {
    for (away, adds_wanted) in
        [(0, 0), (1, 0), (3, 0), (4, 15), (7, 15), (8, 30), (14, 30), (15, 40), (900, 40)]
    {
        let last = TODAY.saturating_sub(away.days());
        let (sum, _) = adds(30, &PersonActivity { last: Some(last), ..engaged() });
        assert_eq!(sum, adds_wanted, "{away} days away");
    }
}

#[test]
fn logins_count_below_half_one_and_two_a_week() {
    // Over 28 days a login is a quarter a week; over 30 never a round number.
    for (days, logins, wanted) in [
        (28, 0, 25),
        (28, 1, 25),
        (28, 2, 15),
        (28, 3, 15),
        (28, 4, 5),
        (28, 7, 5),
        (28, 8, 0),
        (30, 2, 25),
        (30, 3, 15),
        (30, 4, 15),
        (30, 5, 5),
        (30, 8, 5),
        (30, 9, 0),
        (14, 1, 15),
        (7, 1, 5),
        (7, 2, 0),
    ] {
        let (sum, _) = adds(days, &PersonActivity { logins, ..engaged() });
        assert_eq!(sum, wanted, "{logins} in {days} days");
    }
    assert!(
        (scored(30, &PersonActivity { logins: 2, ..engaged() }).metrics.login_frequency - 0.47)
            < 1e-9
    );
}

#[test]
fn completion_counts_below_25_50_and_75_per_cent() {
    for (completed, started, wanted) in [
        (0, 0, 20),
        (5, 0, 20),
        (0, 4, 20),
        (24, 100, 20),
        (249, 1_000, 20),
        (1, 4, 10),
        (49, 100, 10),
        (2, 4, 5),
        (74, 100, 5),
        (3, 4, 0),
        (4, 4, 0),
        (9, 4, 0),
    ] {
        let person_activity = PersonActivity { started, completed, ..engaged() };
        let (sum, _) = adds(30, &person_activity);
        assert_eq!(sum, wanted, "{completed} of {started}");
        assert!(scored(30, &person_activity).metrics.quest_completion_rate <= 100.0);
    }
}

#[test]
fn sessions_count_below_5_and_10_minutes_with_those_of_a_moment() {
    for (sessions, minutes, micros, wanted) in [
        (0, 0, 0, 10),
        (1, 0, 0, 10),
        (2, 10, -1, 10),
        (2, 10, 0, 5),
        (2, 20, -1, 5),
        (2, 20, 0, 0),
        (1, 600, 0, 0),
    ] {
        let session_micros = minutes * MINUTE_MICROS + micros;
        let (sum, _) = adds(30, &PersonActivity { sessions, session_micros, ..engaged() });
        assert_eq!(sum, wanted, "{sessions} of {minutes} minutes and {micros}");
    }
}

#[test]
fn no_streak_counts() {
    assert_eq!(adds(30, &PersonActivity { streak: 0, ..engaged() }).0, 5);
    assert_eq!(adds(30, &PersonActivity { streak: 1, ..engaged() }).0, 0);
}

#[test]
fn who_was_never_active_was_away_for_all_the_days_asked_about() {
    let never = |days| score(&Risk::default(), TODAY, days, None, true);
    assert_eq!(never(30).score, Hundredths(100));
    assert_eq!(never(30).metrics.days_since_last_activity, 30);
    assert_eq!(never(14).score, Hundredths(90));
    assert_eq!(never(7).score, Hundredths(75));
    assert_eq!(never(3).score, Hundredths(60));
    // A first day in the future counts as no activity.
    let later =
        PersonActivity { last: None, logins: 0, sessions: 0, started: 0, streak: 0, ..engaged() };
    assert_eq!(scored(30, &PersonActivity { session_micros: 0, ..later }), never(30));
}

#[test]
fn sessions_replace_logins_where_none_are_recorded() {
    let person_activity = PersonActivity { logins: 0, ..engaged() };
    let score_with = |known| score(&Risk::default(), TODAY, 30, Some(&person_activity), known);
    assert_eq!(score_with(true).score, Hundredths(25));
    assert_eq!(score_with(false).score, Hundredths(0));
    let frequency = score_with(false).metrics.login_frequency;
    assert!((frequency - 2.33).abs() < 1e-9, "{frequency}");
}

#[test]
fn levels_begin_at_their_score() {
    use EngagementLevel::{AtRisk, High, Low, Medium};
    for (score, level) in [
        (0, High),
        (29, High),
        (30, Medium),
        (59, Medium),
        (60, Low),
        (79, Low),
        (80, AtRisk),
        (100, AtRisk),
    ] {
        assert_eq!(EngagementLevel::of(Hundredths(score)), level, "{score}");
    }
}

fn any_activity() -> impl Strategy<Value = PersonActivity> {
    let times = (0_u64..50, 0_u64..20, 0_u64..20, 0_u64..50);
    (0_i64..400, times, 0_i64..100_000_000_000, 0_u32..400).prop_map(
        |(away, (logins, started, completed, sessions), session_micros, streak)| PersonActivity {
            last: Some(TODAY.saturating_sub(away.days())),
            streak: if away > 1 { 0 } else { streak },
            logins,
            started,
            completed,
            sessions,
            session_micros,
            ..engaged()
        },
    )
}

proptest! {
    #[test]
    fn a_score_is_the_sum_of_its_factors_and_none_adds_more_than_its_weight(
        person_activity in any_activity(), days in 1_i32..=366,
    ) {
        let scored = scored(days, &person_activity);
        let factors = &scored.metrics.factors;
        let sum: u32 = factors.iter().map(|factor| factor.contribution.0).sum();
        prop_assert_eq!(sum, scored.score.0);
        prop_assert!(sum <= 100);
        prop_assert_eq!(factors.iter().map(|factor| factor.weight.0).sum::<u32>(), 100);
        prop_assert!(factors.iter().all(|factor| factor.contribution <= factor.weight));
    }

    #[test]
    fn whoever_does_more_is_at_no_higher_risk(person_activity in any_activity(), days in 1_i32..=366) {
        let before = scored(days, &person_activity).score;
        for more in [
            PersonActivity { last: person_activity.last.map(|last| last.saturating_add(1.day()).min(TODAY)), ..person_activity },
            PersonActivity { logins: person_activity.logins + 1, ..person_activity },
            PersonActivity { completed: person_activity.completed + 1, ..person_activity },
            PersonActivity { session_micros: person_activity.session_micros + MINUTE_MICROS, ..person_activity },
            PersonActivity { streak: person_activity.streak + 1, ..person_activity },
        ] {
            prop_assert!(scored(days, &more).score <= before);
        }
    }
}
