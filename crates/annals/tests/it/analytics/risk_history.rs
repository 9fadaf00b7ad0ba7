//! Risk history: the saved score of each day is the score that day would get now.

use jiff::civil::Date;
use jiff::{ToSpan as _, tz::TimeZone};
use serde_json::{Value, json};

use super::risk::{configured, cursor, did, engagement, now, school};
use crate::support::{Engine, Server, on_every_engine, root, until};

on_every_engine!(each_day_is_kept_as_it_is_scored,);

async fn today(server: &Server) -> Date {
    now(server).await.to_zoned(TimeZone::UTC).date()
}

/// A person's risk history: days and scores, oldest first.
async fn history(server: &Server, id: &str, days: i32) -> Vec<(Date, f64)> {
    let cursor = cursor(server).await;
    let path = format!("/api/analytics/risk-history/{id}?days={days}&wait_for={cursor}");
    let body = server.get(&path).send().await.json();
    let days = body["days"].as_array().unwrap_or_else(|| panic!("{body}")).iter();
    let day = |day: &Value| day["date"].as_str().unwrap().parse().unwrap();
    days.map(|one| (day(one), one["risk_score"].as_f64().unwrap())).collect()
}

/// Everybody's score at the end of a day, computed from today's counts.
async fn scored_now(server: &Server, day: Date) -> Vec<Value> {
    let path = format!("/api/analytics/at-risk-students?threshold=0&end_date={day}");
    server.get(&path).send().await.json()["at_risk_students"].as_array().unwrap().clone()
}

/// Waits until somebody's risk history fits.
async fn until_history(
    server: &Server,
    id: &str,
    days: i32,
    fits: impl Fn(&[(Date, f64)]) -> bool,
) {
    until("the history to be saved", async || fits(&history(server, id, days).await).then_some(()))
        .await;
}

/// Expects the history to hold exactly the days that are scored now, with the same scores.
async fn as_made_now(server: &Server, id: &str, days: i32) {
    let scores = history(server, id, days).await;
    let today = today(server).await;
    for n in 0..days {
        let day = today - i64::from(n).days();
        let made = scored_now(server, day).await.into_iter().find(|one| one["user_id"] == id);
        let kept = scores.iter().find(|(date, _)| *date == day).map(|(_, score)| json!(score));
        assert_eq!(kept, made.map(|one| one["risk_score"].clone()), "{id}, {day}");
    }
}

async fn each_day_is_kept_as_it_is_scored(engine: Engine) {
    let server = Server::start_on(engine);
    school(&server).await;
    let today = today(&server).await;
    until_history(&server, "student", 45, |days| days.len() == 41).await;
    for id in ["ada", "ben", "student"] {
        as_made_now(&server, id, 12).await;
    }
    as_made_now(&server, "student", 44).await;
    // Nobody is scored before their first day; a child of the directory has one from the start.
    assert_eq!(history(&server, "ben", 366).await.len(), 9);
    until_history(&server, "cleo", 366, |days| days.len() == 366).await;
    let scores = history(&server, "cleo", 3).await;
    assert_eq!(scores, [(today - 2.days(), 1.0), (today - 1.day(), 1.0), (today, 1.0)]);
    // A person who is no learner, and an unknown one.
    assert_eq!(history(&server, "mum", 30).await.len(), 1);
    let answer = server.get("/api/analytics/risk-history/nobody").send().await;
    assert_eq!(answer.problem(), (404, "not_found".to_owned()));
    let answer = server.get("/api/analytics/risk-history/ada?days=367").send().await;
    assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()));

    // The overview counts the same, day by day.
    let body = server.get("/api/analytics/overview?days=12").send().await.json();
    let figure = &body["figures"]["at_risk"];
    let at_risk = async |day| {
        let scores = scored_now(&server, day).await;
        scores.iter().filter(|one| one["risk_score"].as_f64() >= Some(0.7)).count()
    };
    for one in figure["series"].as_array().unwrap() {
        for (date, value) in [("date", "value"), ("previous_date", "previous")] {
            let day = one[date].as_str().unwrap().parse().unwrap();
            assert_eq!(one[value], json!(at_risk(day).await), "{one}");
        }
    }
    assert_eq!(figure["value"], json!(at_risk(today).await));
    assert_eq!(figure["previous"], json!(at_risk(today - 12.days()).await));

    // The list holds each person's history, which ends with the score.
    let path = "/api/analytics/at-risk-students?history_days=12&threshold=0";
    for one in server.get(path).send().await.json()["at_risk_students"].as_array().unwrap() {
        let id = one["user_id"].as_str().unwrap();
        let days = one["history"].as_array().unwrap().iter();
        let scores: Vec<f64> = days.map(|day| day["risk_score"].as_f64().unwrap()).collect();
        let alone: Vec<f64> =
            history(&server, id, 12).await.into_iter().map(|(_, score)| score).collect();
        assert_eq!(scores, alone, "{id}");
    }
    for wrong in ["history_days=0", "history_days=367", "history_days=9&limit=501"] {
        let path = format!("/api/analytics/at-risk-students?{wrong}");
        let answer = server.get(&path).send().await;
        assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()), "{wrong}");
    }
}

#[tokio::test]
async fn what_comes_late_and_other_rules_have_days_scored_again() {
    let root = root();
    let server = Server::on(&root);
    school(&server).await;
    until_history(&server, "student", 45, |days| days.len() == 41).await;
    let before = history(&server, "ben", 9).await;
    assert_eq!(before[5].1, 0.75);
    // Ben had been here four days ago as well, so he was away for fewer days since.
    let now = now(&server).await;
    server.append(&[did(now, "ben", "quest_viewed", 4, 0)]).await;
    until_history(&server, "ben", 9, |days| days[5].1 < 0.75).await;
    as_made_now(&server, "ben", 9).await;
    assert!(server.stop().success());

    let step = "{ limit = 3, adds = 0.65 }";
    let lines = format!(
        "[risk.days_since_last_activity]\nweight = 0.65\nsteps = [{step}]\n\
         [risk.login_frequency]\nweight = 0\nsteps = []\n"
    );
    let server = configured(&root, &lines);
    until_history(&server, "cleo", 2, |days| days.len() == 2).await;
    until_history(&server, "ben", 9, |days| days[..8].iter().all(|day| day.1 < 0.6)).await;
    as_made_now(&server, "ben", 9).await;

    // An erased person has no scores left.
    let path = "/api/v1/people/ben/erase";
    assert_eq!(server.post(path, &json!({})).send().await.status, 200);
    assert_eq!(engagement(&server, "ben", "").await.problem().0, 404);
    until_history(&server, "student", 45, |days| days.len() == 41).await;
    assert!(server.stop().success());
    let derived = crate::support::data_dir(&root).join("derived.db");
    let rows = |sql| {
        let file = rusqlite::Connection::open(&derived).unwrap();
        file.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(rows("SELECT count(*) FROM risk_scores WHERE subject = 'ben'"), 0);
    assert!(rows("SELECT count(*) FROM risk_scores") > 0);

    let server = configured(&root, "[risk]\nenabled = false\n");
    let answer = server.get("/api/analytics/risk-history/ada").send().await;
    assert_eq!(answer.problem(), (404, "risk_off".to_owned()));
    let body = server.get("/api/analytics/overview").send().await.json();
    assert_eq!(body["figures"].get("at_risk"), None);
    until("the scores to go", async || {
        (rows("SELECT count(*) FROM risk_scores") == 0).then_some(())
    })
    .await;
}
