//! Learners: who they are, how engaged each is, and who is at risk of dropping out.
//!
//! A learner is a child of the directory, or anybody else who learned within the last year:
//! started, continued, completed or abandoned something. Archived people are no learners, and
//! people who are not recorded in full cannot be scored. Nobody counts before their first day.

use std::collections::BTreeMap;

use annals_event::Time;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;

use super::counted::counted;
use super::period::Period;
use super::risk::{EngagementLevel, Metrics, RiskDay, Scored, score};
use crate::config::{Hundredths, Risk};
use crate::store::{
    ActivitySummary, Collection, DerivedStore, PeopleQuery, Person, PersonActivity, PersonKind,
    Result, RiskScores, Store,
};

/// Number of days without learning after which a person outside the directory has left.
const LEARNER_DAYS: i32 = 366;
/// Number of people read at once.
const PAGE: usize = 1_000;

/// The parts that queries about learners need.
pub struct Learners<'a> {
    /// The directory.
    pub store: &'a dyn Store,
    /// The activity of people.
    pub derived: &'a dyn DerivedStore,
    /// The rules of the score.
    pub risk: &'a Risk,
    /// `true` if a child is recorded only with a guardian's consent.
    pub consent_needed: bool,
}

/// The engagement of a person.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Engagement {
    /// The person.
    pub user_id: String,
    /// Number of days, including today.
    pub days: i32,
    /// The values the score is computed from.
    #[serde(flatten)]
    pub metrics: Metrics,
    /// 0 is engaged, 1 is high risk.
    #[schema(value_type = f64)]
    pub risk_score: Hundredths,
    /// The level of the score.
    pub engagement_level: EngagementLevel,
    /// Everything recorded up to this time is counted; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    /// Number of recorded events that are not counted yet.
    pub lag: u64,
}

/// Learners at risk.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AtRisk {
    /// The learners at or above the threshold, highest risk first.
    pub at_risk_students: Vec<AtRiskStudent>,
    /// Number of learners at risk, listed or not.
    pub total: u64,
    /// Number of learners at risk on the day compared with; absent if none was named, or if there
    /// was no learner yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_total: Option<u64>,
    /// Number of learners.
    pub learners: u64,
    /// The days that are scored.
    pub period: Period,
    /// The score from which learners are listed.
    #[schema(value_type = f64)]
    pub threshold: Hundredths,
    /// Everything recorded up to this time is counted; absent while nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    /// Number of recorded events that are not counted yet.
    pub lag: u64,
}

/// A learner at risk.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AtRiskStudent {
    /// The learner.
    pub user_id: String,
    /// The name in the directory, or else the id.
    pub display_name: String,
    /// 0 is engaged, 1 is high risk.
    #[schema(value_type = f64)]
    pub risk_score: Hundredths,
    /// The level of the score.
    pub engagement_level: EngagementLevel,
    /// Days since their last event; all days of the period, if there was none.
    pub days_inactive: u32,
    /// The values the score is computed from.
    pub metrics: Metrics,
    /// The risk history up to the end of the period, oldest first; absent unless requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<Vec<RiskDay>>,
}

/// A query for learners at risk.
pub struct AtRiskQuestion {
    /// The days that are scored.
    pub period: Period,
    /// The lowest score that is listed.
    pub threshold: Hundredths,
    /// Number of learners listed at most.
    pub limit: usize,
    /// The last day of a period of the same length to compare with.
    pub compare: Option<Date>,
    /// Number of days of each learner's risk history.
    pub history: Option<i32>,
}

impl Learners<'_> {
    /// Returns the engagement of a person; `None` if they are unknown or not recorded.
    pub async fn engagement(
        &self,
        id: &str,
        period: Period,
        head: u64,
        now: Time,
    ) -> Result<Option<Engagement>> {
        let known = self.store.person(id).await?;
        let asked =
            self.derived.activity_summary(vec![period.range()], Some(id.to_owned())).await?;
        let (checkpoint, activity_summary) = asked;
        let activity_summary = activity_summary.into_iter().next().unwrap_or_default();
        let person_activity = activity_summary.people.get(id);
        let unrecorded = known.as_ref().is_some_and(|known| self.is_unrecorded(known));
        if unrecorded || (known.is_none() && person_activity.is_none()) {
            return Ok(None);
        }
        let scored = score(
            self.risk,
            period.end_date,
            period.days,
            person_activity,
            activity_summary.logins_known,
        );
        let (as_of, lag) = counted(checkpoint, head, now);
        Ok(Some(Engagement {
            user_id: id.to_owned(),
            days: period.days,
            metrics: scored.metrics,
            risk_score: scored.score,
            engagement_level: EngagementLevel::of(scored.score),
            as_of,
            lag,
        }))
    }

    /// Returns the learners at risk.
    pub async fn at_risk(&self, asked: &AtRiskQuestion, head: u64, now: Time) -> Result<AtRisk> {
        let AtRiskQuestion { period, threshold, limit, compare, history } = *asked;
        let before = compare.map(|day| Period::ending(day, period.days));
        let periods: Vec<Period> = [Some(period), before].into_iter().flatten().collect();
        let directory = self.directory().await?;
        let spans = periods.iter().map(Period::range).collect();
        let (checkpoint, activity_summary) = self.derived.activity_summary(spans, None).await?;
        let mut groups = Vec::with_capacity(periods.len());
        for (period, activity_summary) in periods.iter().zip(&activity_summary) {
            groups.push(self.scored(&directory, activity_summary, *period));
        }
        let reached = |group: &[(&String, Scored)]| {
            group.iter().filter(|(_, scored)| scored.score >= threshold).count() as u64
        };
        let then = groups.get(1).filter(|group| !group.is_empty());
        let previous_total = then.map(|group| reached(group));
        let mut group = groups.into_iter().next().unwrap_or_default();
        let learners = group.len() as u64;
        group.retain(|(_, scored)| scored.score >= threshold);
        let total = group.len() as u64;
        group.sort_by_key(|(id, scored)| {
            let away = scored.metrics.days_since_last_activity;
            (std::cmp::Reverse((scored.score, away)), *id)
        });
        group.truncate(limit);
        let mut histories = match history {
            Some(days) => self.histories(&group, Period::ending(period.end_date, days)).await?,
            None => BTreeMap::new(),
        };
        let listed = group.into_iter().map(|(id, scored)| {
            let name = directory.get(id).and_then(|person| person.name.as_deref());
            AtRiskStudent {
                user_id: id.clone(),
                display_name: name.unwrap_or(id).to_owned(),
                risk_score: scored.score,
                engagement_level: EngagementLevel::of(scored.score),
                days_inactive: scored.metrics.days_since_last_activity,
                metrics: scored.metrics,
                history: histories.remove(id).map(|history| RiskDay::each(&history)),
            }
        });
        let (as_of, lag) = counted(checkpoint, head, now);
        Ok(AtRisk {
            at_risk_students: listed.collect(),
            total,
            previous_total,
            learners,
            period,
            threshold,
            as_of,
            lag,
        })
    }

    /// Returns every learner's score at the end of a period.
    pub(super) fn scored<'a>(
        &'a self,
        directory: &'a BTreeMap<String, Person>,
        activity_summary: &'a ActivitySummary,
        period: Period,
    ) -> Vec<(&'a String, Scored)> {
        self.each_scored(directory, activity_summary, period).collect()
    }

    /// Returns the scores one by one.
    pub(super) fn each_scored<'a>(
        &'a self,
        directory: &'a BTreeMap<String, Person>,
        activity_summary: &'a ActivitySummary,
        period: Period,
    ) -> impl Iterator<Item = (&'a String, Scored)> {
        let absent = directory.keys().filter(|id| !activity_summary.people.contains_key(*id));
        let ids = activity_summary.people.keys().chain(absent);
        let learners = ids.filter(move |id| {
            let (person, person_activity) = (directory.get(*id), activity_summary.people.get(*id));
            self.is_learner(person, person_activity, period.end_date)
        });
        learners.map(move |id| {
            let person_activity = activity_summary.people.get(id);
            (
                id,
                score(
                    self.risk,
                    period.end_date,
                    period.days,
                    person_activity,
                    activity_summary.logins_known,
                ),
            )
        })
    }

    /// Returns the risk history of each score, which ends with the score itself.
    async fn histories(
        &self,
        group: &[(&String, Scored)],
        period: Period,
    ) -> Result<BTreeMap<String, RiskScores>> {
        let ids = group.iter().map(|(id, _)| (*id).clone()).collect();
        let mut histories = self.derived.histories(period.range(), ids).await?;
        for (id, scored) in group {
            histories.entry((*id).clone()).or_default().insert(period.end_date, scored.score.0);
        }
        Ok(histories)
    }

    /// Returns `true` if a person is a learner on a day.
    fn is_learner(
        &self,
        person: Option<&Person>,
        person_activity: Option<&PersonActivity>,
        day: Date,
    ) -> bool {
        if person.is_some_and(|one| one.archived_at.is_some() || self.is_unrecorded(one)) {
            return false;
        }
        if person_activity.is_some_and(|person_activity| person_activity.last.is_none()) {
            return false;
        }
        let year_ago = day.saturating_sub(LEARNER_DAYS.days());
        let learned =
            person_activity.and_then(|person_activity| person_activity.active_span.learned);
        person.is_some_and(|person| person.kind == PersonKind::Child)
            || learned.is_some_and(|learned| learned > year_ago)
    }

    /// Returns `true` if nothing is recorded by which a person could be scored.
    fn is_unrecorded(&self, person: &Person) -> bool {
        let child = person.kind == PersonKind::Child;
        person.collection != Collection::Full
            || (self.consent_needed && child && person.consent.is_none())
    }

    /// Returns everybody in the directory, including archived people.
    pub(super) async fn directory(&self) -> Result<BTreeMap<String, Person>> {
        let mut directory = BTreeMap::new();
        let mut after = None;
        loop {
            let query =
                PeopleQuery { archived: true, after, limit: PAGE, ..PeopleQuery::default() };
            let people = self.store.people(query).await?;
            after = people.last().filter(|_| people.len() == PAGE).map(|last| last.id.clone());
            directory.extend(people.into_iter().map(|person| (person.id.clone(), person)));
            if after.is_none() {
                return Ok(directory);
            }
        }
    }
}
