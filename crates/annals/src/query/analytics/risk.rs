//! A learner's risk of dropping out: the sum of five factors over the last days.
//!
//! Pure. Values are compared with the steps as exact fractions, and amounts are whole hundredths,
//! so that rounding never crosses a step. The score is advice for people, never a decision.

use jiff::civil::Date;
use serde::Serialize;

use crate::config::{Hundredths, Risk, RiskFactor};
use crate::store::{PersonActivity, RiskScores};

/// Microseconds of a minute.
const MINUTE: i128 = 60 * 1_000_000;

/// The level of engagement, by the score.
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

/// The factors of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactorName {
    /// Days since the last event; all days of the period, if there was none.
    DaysSinceLastActivity,
    /// Sign-ins a week; sessions, if the application never records sign-ins.
    LoginFrequency,
    /// Completed in per cent of started; 0 if nothing was started.
    QuestCompletionRate,
    /// Minutes of a session, including sessions of a single moment.
    SessionDurationAvg,
    /// Days in a row with an event, up to today or yesterday.
    StreakDays,
}

/// A factor of a score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Factor {
    /// The name.
    pub name: FactorName,
    /// The value, with at most two decimals.
    pub value: f64,
    /// The most it can add to the score.
    #[schema(value_type = f64)]
    pub weight: Hundredths,
    /// The amount it adds.
    #[schema(value_type = f64)]
    pub contribution: Hundredths,
}

/// The values a score is computed from.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Metrics {
    /// Sign-ins a week; sessions, if the application never records sign-ins.
    pub login_frequency: f64,
    /// Minutes of a session, on average.
    pub session_duration_avg: f64,
    /// Days since the last event.
    pub days_since_last_activity: u32,
    /// Completed in per cent of started.
    pub quest_completion_rate: f64,
    /// Days in a row with an event, up to today or yesterday.
    pub streak_days: u32,
    /// The five factors; the score is the sum of their contributions.
    pub factors: Vec<Factor>,
}

/// A score, and the values it is computed from.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// 0 is engaged, 1 is high risk.
    pub score: Hundredths,
    /// The values it is computed from.
    pub metrics: Metrics,
}

impl EngagementLevel {
    /// Returns the level of a score.
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
    /// Makes a fraction; `by` 0 makes it 0.
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

/// Scores a person by their activity in so many days, of which `today` is the last; `None` is
/// somebody without any activity. `logins_known` is `true` if the application records sign-ins.
pub fn score(
    rules: &Risk,
    today: Date,
    days: i32,
    person_activity: Option<&PersonActivity>,
    logins_known: bool,
) -> Scored {
    let integer = |number: u64| Ratio::new(number.into(), 1);
    let last = person_activity.and_then(|person_activity| person_activity.last);
    let away = last.map_or(days, |last| (today - last).get_days());
    let away = u32::try_from(away).unwrap_or(0);
    let times = person_activity.map_or(0, |d| if logins_known { d.logins } else { d.sessions });
    let (started, completed) = person_activity.map_or((0, 0), |d| (d.started, d.completed));
    let (sessions, micros) = person_activity.map_or((0, 0), |d| (d.sessions, d.session_micros));
    let streak = person_activity.map_or(0, |person_activity| person_activity.streak);
    // Something started before these days may be completed in them, so limit it to 100 per cent.
    let completed = completed.min(started);
    let inactivity = integer(away.into());
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
        factor(FactorName::StreakDays, &rules.streak_days, integer(streak.into()), short),
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

/// Makes a factor from the first step that is passed.
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

/// The score at the end of a day, from the 30 days that end with it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RiskDay {
    /// The day.
    pub date: Date,
    /// 0 is engaged, 1 is high risk.
    #[schema(value_type = f64)]
    pub risk_score: Hundredths,
    /// The level of the score.
    pub engagement_level: EngagementLevel,
}

impl RiskDay {
    pub(super) fn new(date: Date, score: u32) -> RiskDay {
        let risk_score = Hundredths(score);
        RiskDay { date, risk_score, engagement_level: EngagementLevel::of(risk_score) }
    }

    /// Returns a risk history, oldest first.
    pub(super) fn each(history: &RiskScores) -> Vec<RiskDay> {
        history.iter().map(|(date, score)| RiskDay::new(*date, *score)).collect()
    }
}

#[cfg(test)]
mod tests;
