//! A learner's risk of dropping out: five factors over the last days, added up.
//!
//! Pure. Values are compared with their steps as the fractions they are, and amounts are whole
//! hundredths, so that nobody crosses a step by a rounding. It is advice for people, never a
//! decision.

use jiff::civil::Date;
use serde::Serialize;

use crate::config::{Hundredths, Risk, RiskFactor};
use crate::store::PersonActivity;

/// Microseconds of a minute.
const MINUTE: i128 = 60 * 1_000_000;

/// How engaged somebody is, by their score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngagementLevel {
    /// Below 0.3.
    High,
    /// From 0.3 on.
    Medium,
    /// From 0.6 on.
    Low,
    /// From 0.8 on.
    AtRisk,
}

/// What a score is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactorName {
    /// Days since the last event; those of the question, where there never was one.
    DaysSinceLastActivity,
    /// Times signed in a week; sessions, where the application never tells of sign-ins.
    LoginFrequency,
    /// Finished of what was begun, in per cent; nothing begun is 0.
    QuestCompletionRate,
    /// Minutes, with sessions of a single moment.
    SessionDurationAvg,
    /// Days in a row with an event, up to today or yesterday.
    StreakDays,
}

/// A factor of a score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Factor {
    /// Which one.
    pub name: FactorName,
    /// What was found, with at most two decimals.
    pub value: f64,
    /// The most it can add to the score.
    #[schema(value_type = f64)]
    pub weight: Hundredths,
    /// What it adds.
    #[schema(value_type = f64)]
    pub contribution: Hundredths,
}

/// What a score rests on.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Metrics {
    /// Times signed in a week; sessions, where the application never tells of sign-ins.
    pub login_frequency: f64,
    /// Minutes of a session, on average.
    pub session_duration_avg: f64,
    /// Days since the last event.
    pub days_since_last_activity: u32,
    /// Finished of what was begun, in per cent.
    pub quest_completion_rate: f64,
    /// Days in a row with an event, up to today or yesterday.
    pub streak_days: u32,
    /// The five factors; the score is the sum of what they contribute.
    pub factors: Vec<Factor>,
}

/// A score, and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// 0 is engaged, 1 is high risk.
    pub score: Hundredths,
    /// What it rests on.
    pub metrics: Metrics,
}

impl EngagementLevel {
    /// The level of a score.
    pub const fn of(score: Hundredths) -> EngagementLevel {
        match score.0 {
            0..30 => EngagementLevel::High,
            30..60 => EngagementLevel::Medium,
            60..80 => EngagementLevel::Low,
            _ => EngagementLevel::AtRisk,
        }
    }
}

/// A fraction.
#[derive(Clone, Copy)]
struct Ratio {
    of: i128,
    by: i128,
}

impl Ratio {
    /// Of nothing it is 0.
    fn new(of: i128, by: i128) -> Ratio {
        if by == 0 { Ratio { of: 0, by: 1 } } else { Ratio { of, by } }
    }

    fn exceeds(self, limit: Hundredths) -> bool {
        self.of * 100 > i128::from(limit.0) * self.by
    }

    fn falls_short_of(self, limit: Hundredths) -> bool {
        self.of * 100 < i128::from(limit.0) * self.by
    }

    #[expect(clippy::cast_precision_loss, reason = "it is shown with two decimals")]
    fn shown(self) -> f64 {
        let hundredths = (self.of * 200 + self.by) / (self.by * 2);
        hundredths as f64 / 100.0
    }
}

/// The score of somebody who did this in so many days, of which `today` is the last; of somebody
/// who never did anything without `person_activity`. `logins_known`: whether the application tells of
/// sign-ins.
pub fn score(
    rules: &Risk,
    today: Date,
    days: i32,
    person_activity: Option<&PersonActivity>,
    logins_known: bool,
) -> Scored {
    let whole = |number: u64| Ratio::new(number.into(), 1);
    let last = person_activity.and_then(|person_activity| person_activity.last);
    let away = last.map_or(days, |last| (today - last).get_days());
    let away = u32::try_from(away).unwrap_or(0);
    let times = person_activity.map_or(0, |d| if logins_known { d.logins } else { d.sessions });
    let (started, completed) = person_activity.map_or((0, 0), |d| (d.started, d.completed));
    let (sessions, micros) = person_activity.map_or((0, 0), |d| (d.sessions, d.session_micros));
    let streak = person_activity.map_or(0, |person_activity| person_activity.streak);
    // What was begun before these days may be finished in them: more than all is all.
    let completed = completed.min(started);
    let inactivity = whole(away.into());
    let logins = Ratio::new(i128::from(times) * 7, days.max(1).into());
    let completion = Ratio::new(i128::from(completed) * 100, started.into());
    let minutes = Ratio::new(micros.into(), i128::from(sessions) * MINUTE);
    let short = Ratio::falls_short_of;
    let factors = vec![
        factor(
            FactorName::DaysSinceLastActivity,
            &rules.days_since_last_activity,
            inactivity,
            Ratio::exceeds,
        ),
        factor(FactorName::LoginFrequency, &rules.login_frequency, logins, short),
        factor(FactorName::QuestCompletionRate, &rules.quest_completion_rate, completion, short),
        factor(FactorName::SessionDurationAvg, &rules.session_duration_avg, minutes, short),
        factor(FactorName::StreakDays, &rules.streak_days, whole(streak.into()), short),
    ];
    Scored {
        score: Hundredths(factors.iter().map(|factor| factor.contribution.0).sum()),
        metrics: Metrics {
            login_frequency: logins.shown(),
            session_duration_avg: minutes.shown(),
            days_since_last_activity: away,
            quest_completion_rate: completion.shown(),
            streak_days: streak,
            factors,
        },
    }
}

/// The first step that is passed says what it adds.
fn factor(
    name: FactorName,
    rule: &RiskFactor,
    value: Ratio,
    passed: fn(Ratio, Hundredths) -> bool,
) -> Factor {
    let step = rule.steps.iter().find(|step| passed(value, step.limit));
    let contribution = step.map(|step| step.adds).unwrap_or_default();
    Factor { name, value: value.shown(), weight: rule.weight, contribution }
}

#[cfg(test)]
mod tests;
