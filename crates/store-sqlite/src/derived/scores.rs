//! Risk scores by day: each person's score, the number of people by score, and which days are
//! current.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::ToSpan as _;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::frozen::day;
use super::frozen;
use crate::error::Result;
use annals_store::{DayScores, FrozenCount, RiskScores, RollupChange, ScoredDays};

/// The days scored by these rules, if the question whether sign-ins are known has the same answer
/// as then; and the days scored by any rules that depend on a frozen day, which cannot be scored
/// again.
pub(super) fn days(connection: &Connection, rules: &str, window: i32) -> Result<ScoredDays> {
    let snapshot = connection.unchecked_transaction()?;
    let first: Option<String> = snapshot
        .prepare_cached("SELECT min(first) FROM active_spans")?
        .query_row([], |row| row.get(0))?;
    let mut statement = snapshot.prepare_cached(
        "SELECT day FROM risk_days
         WHERE rules = ?1 AND logins = (SELECT EXISTS (SELECT 1 FROM rollup_people WHERE logins > 0))
         UNION SELECT day FROM risk_counts WHERE day < ?2
         UNION SELECT day FROM frozen_days WHERE day < ?2 AND what GLOB ?3 || '*'",
    )?;
    let first = first.map(day).transpose()?;
    let open = frozen::last(&snapshot)?.and_then(|last| last.tomorrow().ok());
    let complete = open.map(|open| open.saturating_add((window - 1).days()).to_string());
    let mut rows = statement.query(params![rules, complete, FrozenCount::SCORE])?;
    let first = first.map(|first| open.map_or(first, |open| first.max(open)));
    let mut scored = ScoredDays { first, ..ScoredDays::default() };
    while let Some(row) = rows.next()? {
        scored.days.insert(day(row.get(0)?)?);
    }
    Ok(scored)
}

/// Marks a day. The mark disappears when an event is counted that the day's scores depend on.
pub(super) fn begin(connection: &Connection, day: Date) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO risk_days (day, rules, logins) VALUES (?1, '', 0)";
    connection.prepare_cached(sql)?.execute([day.to_string()])?;
    Ok(())
}

/// Saves the scores if the day's mark is still there. Returns whether they were saved.
pub(super) fn keep(connection: &mut Connection, scores: &DayScores) -> Result<bool> {
    let transaction = connection.transaction()?;
    let day = scores.day.to_string();
    let marked = transaction
        .prepare_cached(
            "UPDATE risk_days SET rules = ?2, logins = ?3 WHERE day = ?1 AND rules = ''",
        )?
        .execute(params![day, scores.rules, scores.logins_known])?;
    if marked == 0 {
        return Ok(false);
    }
    for table in ["risk_scores", "risk_counts"] {
        transaction
            .prepare_cached(&format!("DELETE FROM {table} WHERE day = ?1"))?
            .execute([&day])?;
    }
    let mut counts = BTreeMap::<u32, u64>::new();
    for (subject, score) in &scores.people {
        *counts.entry(*score).or_default() += 1;
        transaction
            .prepare_cached("INSERT INTO risk_scores (day, subject, score) VALUES (?1, ?2, ?3)")?
            .execute(params![day, subject, score])?;
    }
    for (score, people) in counts {
        transaction
            .prepare_cached("INSERT INTO risk_counts (day, score, people) VALUES (?1, ?2, ?3)")?
            .execute(params![day, score, people])?;
    }
    transaction.commit()?;
    Ok(true)
}

/// Deletes the scores of the days before this one.
pub(super) fn drop_before(connection: &mut Connection, day: Date) -> Result<()> {
    let transaction = connection.transaction()?;
    for table in ["risk_days", "risk_scores", "risk_counts"] {
        transaction
            .prepare_cached(&format!("DELETE FROM {table} WHERE day < ?1"))?
            .execute([day.to_string()])?;
    }
    Ok(transaction.commit()?)
}

/// Makes the scores stale that depend on a day with new counts.
pub(super) fn touch(connection: &Connection, change: &RollupChange) -> Result<()> {
    let of_people = change.people.keys().map(|(day, _)| *day).min();
    let of_sessions = change.sessions.values().flatten().map(|session| session.day).min();
    if let Some(day) = of_people.into_iter().chain(of_sessions).min() {
        connection
            .prepare_cached("DELETE FROM risk_days WHERE day >= ?1")?
            .execute([day.to_string()])?;
    }
    Ok(())
}

/// The number of people with at least this score on each day of a span; days without scores are
/// missing. A frozen day gives its saved counts.
pub(super) fn counts(
    connection: &Connection,
    span: &Range<Date>,
    least: u32,
) -> Result<BTreeMap<Date, u64>> {
    let mut statement = connection.prepare_cached(
        "SELECT day, sum(iif(score >= ?3, people, 0)) FROM (
           SELECT day, score, people FROM risk_counts
           UNION ALL SELECT day, CAST(substr(what, length(?4) + 1) AS INTEGER), count
           FROM frozen_days AS k WHERE what GLOB ?4 || '*'
             AND NOT EXISTS (SELECT 1 FROM risk_counts AS r WHERE r.day = k.day)
         ) WHERE day >= ?1 AND day < ?2 GROUP BY day",
    )?;
    let (from, to) = (span.start.to_string(), span.end.to_string());
    let mut rows = statement.query(params![from, to, least, FrozenCount::SCORE])?;
    let mut counts = BTreeMap::new();
    while let Some(row) = rows.next()? {
        counts.insert(day(row.get(0)?)?, row.get(1)?);
    }
    Ok(counts)
}

/// The scores of some people in a span.
pub(super) fn histories(
    connection: &Connection,
    span: &Range<Date>,
    people: &[String],
) -> Result<BTreeMap<String, RiskScores>> {
    let snapshot = connection.unchecked_transaction()?;
    let mut histories: BTreeMap<String, RiskScores> =
        people.iter().map(|person| (person.clone(), RiskScores::new())).collect();
    let mut date = span.start;
    while date < span.end {
        let text = date.to_string();
        for (person, history) in &mut histories {
            let sql = "SELECT score FROM risk_scores WHERE day = ?1 AND subject = ?2";
            let score = snapshot
                .prepare_cached(sql)?
                .query_row([&text, person], |row| row.get(0))
                .optional()?;
            history.extend(score.map(|score: u32| (date, score)));
        }
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    Ok(histories)
}
