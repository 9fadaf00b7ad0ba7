//! Risk scores follow their definition, exist for learners only, and are shown to those who may see
//! them.

use http::Method;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::{ToSpan as _, tz::TimeZone};
use serde_json::{Value, json};

use crate::support::{Answer, Root, Server, data_dir, root};

/// A server whose configuration has these lines.
pub(super) fn configured(root: &Root, lines: &str) -> Server {
    let file = root.path().join("test.toml");
    std::fs::write(&file, lines).unwrap();
    let data = data_dir(root);
    let arguments = ["--data-dir", data.to_str().unwrap(), "--config", file.to_str().unwrap()];
    Server::with(root, &arguments)
}

pub(super) async fn put(server: &Server, id: &str, person: &Value) {
    let call = server.call(Method::PUT, &format!("/api/v1/people/{id}"));
    let answer = call.body("application/json", person.to_string()).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The server's own time.
pub(super) async fn now(server: &Server) -> Timestamp {
    let path = format!("/api/analytics/overview?wait_for={}", cursor(server).await);
    let body = server.get(&path).send().await.json();
    body["as_of"].as_str().unwrap().parse().unwrap()
}

/// An event of a person, so many days ago, so many minutes after noon.
pub(super) fn did(now: Timestamp, who: &str, action: &str, days: i64, minutes: i64) -> Value {
    let day: Date = now.to_zoned(TimeZone::UTC).date() - days.days();
    let noon = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp();
    // Today's noon may be in the future. The twentieth minute from here is now, which is today.
    let at = if days == 0 { now - 20.minutes() } else { noon };
    let category = if action == "login_success" { "auth" } else { "quest" };
    json!({
        "category": category, "action": action, "subject": { "id": who },
        "session_id": format!("session-{who}"), "occurred_at": (at + minutes.minutes()).to_string(),
    })
}

pub(super) async fn cursor(server: &Server) -> String {
    let last = server.get("/api/v1/events?limit=1").send().await.json();
    last["events"][0]["cursor"].as_str().unwrap().to_owned()
}

async fn at_risk(server: &Server, query: &str) -> Answer {
    let path = format!("/api/analytics/at-risk-students?wait_for={}&{query}", cursor(server).await);
    server.get(&path).send().await
}

pub(super) async fn engagement(server: &Server, id: &str, query: &str) -> Answer {
    let cursor = cursor(server).await;
    let path = format!("/api/analytics/engagement/{id}?wait_for={cursor}&{query}");
    server.get(&path).send().await
}

fn contributions(metrics: &Value) -> Vec<f64> {
    let factors = metrics["factors"].as_array().unwrap().iter();
    factors.map(|factor| factor["contribution"].as_f64().unwrap()).collect()
}

/// Five children, one of them archived and one with collection `essential`; a student whom the
/// directory does not know, a parent, and somebody who left long ago.
pub(super) async fn school(server: &Server) {
    let now = now(server).await;
    put(server, "mum", &json!({"kind": "user", "name": "Mum"})).await;
    for (id, change) in [
        ("ada", json!({"name": "Ada"})),
        ("ben", json!({"name": "Ben"})),
        ("cleo", json!({})),
        ("gone", json!({"name": "Gone"})),
        ("quiet", json!({"name": "Quiet", "collection": "essential"})),
    ] {
        let mut person = json!({"kind": "child", "guardians": ["mum"]});
        person.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        put(server, id, &person).await;
    }
    let answer = server.delete("/api/v1/people/gone").send().await;
    assert_eq!(answer.status, 200);
    let mut events = Vec::new();
    // Ada signs in every other day for 20 minutes, on each of the last three days, and finishes
    // three of four quests.
    for days in [0, 1, 2, 4, 6, 8, 10, 12, 14] {
        events.push(did(now, "ada", "login_success", days, 0));
        events.push(did(now, "ada", "quest_viewed", days, 20));
    }
    for (action, count) in [("quest_started", 4), ("quest_completed", 3)] {
        events.extend((0..count).map(|n| did(now, "ada", action, 4, n)));
    }
    // Ben was here eight days ago, for a moment, and began a quest.
    events.push(did(now, "ben", "quest_started", 8, 0));
    // The student came 31 and 40 days ago, and finished every quest.
    for days in [31, 40] {
        events.push(did(now, "student", "quest_started", days, 0));
        events.push(did(now, "student", "quest_completed", days, 7));
    }
    events.push(did(now, "mum", "login_success", 2, 0));
    events.push(did(now, "left", "quest_completed", 500, 0));
    events.push(did(now, "gone", "quest_completed", 2, 0));
    server.append(&events).await;
}

#[tokio::test]
async fn learners_are_scored_by_the_five_factors() {
    let server = Server::start();
    school(&server).await;
    let body = at_risk(&server, "threshold=0").await.json();
    assert_eq!(
        (&body["total"], &body["learners"], &body["lag"]),
        (&json!(4), &json!(4), &json!(0))
    );
    let listed = body["at_risk_students"].as_array().unwrap();
    let scores: Vec<Value> = listed
        .iter()
        .map(|one| {
            let fields = ["user_id", "display_name", "risk_score", "engagement_level"];
            let mut row: Vec<Value> = fields.map(|field| one[field].clone()).to_vec();
            row.push(one["days_inactive"].clone());
            json!(row)
        })
        .collect();
    let wanted = json!([
        ["student", "student", 1.0, "at_risk", 31],
        ["cleo", "cleo", 1.0, "at_risk", 30],
        ["ben", "Ben", 0.9, "at_risk", 8],
        ["ada", "Ada", 0.0, "high", 0],
    ]);
    assert_eq!(json!(scores), wanted);
    assert_eq!(contributions(&listed[2]["metrics"]), [0.3, 0.25, 0.2, 0.1, 0.05]);
    let ada = &listed[3]["metrics"];
    let values =
        ["login_frequency", "quest_completion_rate", "session_duration_avg", "streak_days"]
            .map(|name| ada[name].as_f64().unwrap());
    // Nine sign-ins in 30 days, three of four quests, 20 minutes, three days.
    assert_eq!(values, [2.1, 75.0, 20.0, 3.0]);

    let body = at_risk(&server, "threshold=0.95&limit=1").await.json();
    assert_eq!(
        (&body["total"], &body["at_risk_students"][0]["user_id"]),
        (&json!(2), &json!("student"))
    );
    assert_eq!(body["at_risk_students"].as_array().unwrap().len(), 1);
    // The default threshold is 0.7.
    let body = at_risk(&server, "").await.json();
    assert_eq!((&body["threshold"], &body["total"]), (&json!(0.7), &json!(3)));

    // The figures of one person are those of the list.
    for (one, id) in listed.iter().zip(["student", "cleo", "ben", "ada"]) {
        let alone = engagement(&server, id, "").await.json();
        assert_eq!(alone["risk_score"], one["risk_score"], "{alone}");
        assert_eq!(alone["factors"], one["metrics"]["factors"]);
        assert_eq!(alone["engagement_level"], one["engagement_level"]);
    }
    // The student was active within 45 days.
    let body = engagement(&server, "student", "days=45").await.json();
    assert_eq!(contributions(&body), [0.4, 0.25, 0.0, 0.05, 0.05], "{body}");
    // Somebody never seen counts as inactive for the whole period.
    let body = engagement(&server, "cleo", "days=7").await.json();
    assert_eq!((&body["days_since_last_activity"], &body["risk_score"]), (&json!(7), &json!(0.75)));
    for nobody in ["quiet", "nobody"] {
        let answer = engagement(&server, nobody, "").await;
        assert_eq!(answer.problem(), (404, "not_found".to_owned()));
    }
}

#[tokio::test]
async fn an_earlier_day_is_shown_as_it_was() {
    let server = Server::start();
    school(&server).await;
    let today: Date = now(&server).await.to_zoned(TimeZone::UTC).date();
    let (then, before) = (today - 9.days(), today - 35.days());
    let query = format!("threshold=0.3&end_date={then}&compare_date={before}");
    let body = at_risk(&server, &query).await.json();
    assert_eq!(body["period"]["end_date"], json!(then));
    // Ben had not come yet. Ada had come three times in the week before.
    let listed = body["at_risk_students"].as_array().unwrap().iter();
    let listed: Vec<Value> = listed.map(|one| json!([one["user_id"], one["risk_score"]])).collect();
    assert_eq!(listed[0], json!(["cleo", 1.0]));
    assert!(!listed.iter().any(|one| one[0] == "ben"), "{listed:?}");
    // Five weeks ago there were two: the student, inactive for five days, and Cleo.
    assert_eq!(body["previous_total"], 2);
    for (query, named) in [
        ("threshold=1.1", "threshold"),
        ("threshold=0.705", "threshold"),
        ("threshold=NaN", "threshold"),
        ("days=0", "days"),
        ("limit=0", "limit"),
        ("limit=10001", "limit"),
        ("end_date=2999-01-01", "end_date"),
        ("end_date=2026-1-1", "end_date"),
        ("compare_date=2999-01-01", "compare_date"),
        ("order=asc", "order"),
    ] {
        let answer = at_risk(&server, query).await;
        assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()), "{query}");
        assert_eq!(answer.json()["errors"][0]["field"], named, "{query}");
    }
}

#[tokio::test]
async fn sessions_count_where_nobody_ever_signs_in() {
    let server = Server::start();
    put(&server, "ada", &json!({"kind": "child", "guardians": ["mum"]})).await;
    let now = now(&server).await;
    let events: Vec<Value> =
        (1..10).map(|days| did(now, "ada", "quest_viewed", days * 2, 0)).collect();
    server.append(&events).await;
    let body = engagement(&server, "ada", "").await.json();
    assert_eq!((&body["login_frequency"], contributions(&body)[1]), (&json!(2.1), 0.0));
    // From anybody's first sign-in on, sign-ins count instead of sessions.
    server.append(&[did(now, "mum", "login_success", 100, 0)]).await;
    let body = engagement(&server, "ada", "").await.json();
    assert_eq!((&body["login_frequency"], contributions(&body)[1]), (&json!(0.0), 0.25));
}

#[tokio::test]
async fn other_weights_are_used_and_scores_can_be_switched_off() {
    let root = root();
    let step = |limit: u32, adds: f64| format!("steps = [{{ limit = {limit}, adds = {adds} }}]\n");
    let lines = format!(
        "[risk]\nthreshold = 0.5\n[risk.days_since_last_activity]\nweight = 0.5\n{}\
         [risk.quest_completion_rate]\nweight = 0.1\n{}",
        step(20, 0.5),
        step(50, 0.1)
    );
    let server = configured(&root, &lines);
    school(&server).await;
    let body = engagement(&server, "ben", "").await.json();
    assert_eq!(contributions(&body), [0.0, 0.25, 0.1, 0.1, 0.05]);
    assert_eq!((&body["risk_score"], &body["engagement_level"]), (&json!(0.5), &json!("medium")));
    assert_eq!(at_risk(&server, "").await.json()["threshold"], 0.5);
    assert!(server.stop().success());

    let server = configured(&root, "[risk]\nenabled = false\n");
    assert_eq!(engagement(&server, "ben", "").await.problem(), (404, "risk_off".to_owned()));
    assert_eq!(at_risk(&server, "").await.problem(), (404, "risk_off".to_owned()));
}

#[tokio::test]
async fn who_is_erased_or_not_recorded_without_consent_is_scored_no_more() {
    let root = root();
    let server = configured(&root, "require_consent = \"children\"\n");
    let consent = json!({"by": "mum", "at": "2026-01-01T00:00:00Z", "text_version": "1"});
    for (id, consent) in [("ada", &consent), ("ben", &json!(null))] {
        let person = json!({"kind": "child", "guardians": ["mum"], "consent": consent});
        put(&server, id, &person).await;
    }
    let now = now(&server).await;
    server.append(&[did(now, "ada", "quest_started", 3, 0)]).await;
    let body = at_risk(&server, "threshold=0").await.json();
    assert_eq!(
        (&body["total"], &body["at_risk_students"][0]["user_id"]),
        (&json!(1), &json!("ada"))
    );
    assert_eq!(server.post("/api/v1/people/ada/erase", &json!({})).send().await.status, 200);
    let body = at_risk(&server, "threshold=0").await.json();
    assert_eq!((&body["total"], &body["at_risk_students"]), (&json!(0), &json!([])));
    assert_eq!(engagement(&server, "ada", "").await.problem().0, 404);
}

#[tokio::test]
async fn thousands_of_learners_are_asked_about_at_once() {
    let server = Server::start();
    let now = now(&server).await;
    // Learners with an even number were active a day ago, the others 20 days ago.
    let did = |n: usize| {
        let days = if n.is_multiple_of(2) { 1 } else { 20 };
        did(now, &format!("student-{n}"), "quest_completed", days, 0)
    };
    let events: Vec<Value> = (0..3_000).map(did).collect();
    for thousand in events.chunks(1_000) {
        server.append(thousand).await;
    }
    let body = at_risk(&server, "threshold=0.8&limit=3").await.json();
    assert_eq!((&body["learners"], &body["total"]), (&json!(3_000), &json!(1_500)), "{body}");
    // A day without learners gives no earlier total.
    let then: Date = now.to_zoned(TimeZone::UTC).date() - 21.days();
    for (day, total) in [(then, None), (then + 1.day(), Some(json!(0)))] {
        let body = at_risk(&server, &format!("limit=1&compare_date={day}")).await.json();
        assert_eq!(body.get("previous_total"), total.as_ref(), "{day}");
    }
    assert_eq!(body["at_risk_students"].as_array().unwrap().len(), 3);
}
