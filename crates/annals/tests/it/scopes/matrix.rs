//! The scope matrix: every endpoint × role × whom it is about. The endpoints come from the API
//! document, so that a new one without a row fails. A row says what a caller gets who has the
//! endpoint's permission, `x-permission` in the document; who has it, the table in
//! `access/permission.rs` says, and who has not gets 403.

use std::collections::BTreeMap;

use annals::access::Permission;
use annals::store::Role;
use http::Method;
use serde_json::{Value, json};

use super::{ADA, BEN, CLEO, ZED, about, id, school_with, token};
use crate::support::{ADMIN, Answer, Call, Engine, Server, on_every_engine, root};

on_every_engine!(everybody_gets_what_is_theirs_on_every_endpoint);

/// The expected answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Gets {
    /// A success that holds the requested data.
    It,
    /// A success without it.
    Nothing,
    /// A refusal with this status.
    Status(u16),
}
use Gets::{It, Nothing, Status};

const OK: Gets = Status(200);
const MADE: Gets = Status(201);
const DONE: Gets = Status(204);
const NOBODY: Gets = Status(401);
const NO: Gets = Status(403);
const HIDDEN: Gets = Status(404);
const WRONG: Gets = Status(422);
/// The child lacks the points for the reward.
const SHORT: Gets = WRONG;

/// The person a request is about: the guardian, their child, another child.
const ABOUT: [&str; 3] = [CLEO, BEN, ZED];

/// What callers get who have the endpoint's permission, by whom they ask about; keys get the same
/// about everybody. Without the permission everybody gets 403.
struct Row {
    endpoint: &'static str,
    guardian: [Gets; 3],
    child: [Gets; 3],
    /// Somebody who has to do with none of the three.
    user: [Gets; 3],
    key: Gets,
    ingest: Gets,
    nobody: Gets,
}

impl Row {
    fn path(&self) -> &'static str {
        self.endpoint.split_once(' ').unwrap().1
    }

    /// What a role gets: as the row says, or 403 where the role lacks the permission.
    fn wanted(&self, role: &str, permission: Option<Permission>) -> [Gets; 3] {
        let gets = match role {
            "guardian" => self.guardian,
            "child" => self.child,
            "user" => self.user,
            "ingest" => [self.ingest; 3],
            "nobody" => return [self.nobody; 3],
            _ => [self.key; 3],
        };
        let role = Role::from_name(if role == "guardian" { "user" } else { role }).unwrap();
        match permission {
            Some(permission) if !permission.is_of(role) => [NO; 3],
            _ => gets,
        }
    }
}

/// The same for everybody with the permission.
const fn everybody(endpoint: &'static str, gets: Gets) -> Row {
    Row {
        endpoint,
        guardian: [gets; 3],
        child: [gets; 3],
        user: [gets; 3],
        key: gets,
        ingest: gets,
        nobody: NOBODY,
    }
}

/// Reading what is about somebody.
const fn reading(endpoint: &'static str, unseen: Gets) -> Row {
    Row {
        guardian: [It, It, unseen],
        child: [unseen, It, unseen],
        user: [unseen; 3],
        ..everybody(endpoint, It)
    }
}

/// Reading what is about a child; asked about the first one twice.
const fn of_child(endpoint: &'static str) -> Row {
    Row { child: [It, It, HIDDEN], ..reading(endpoint, HIDDEN) }
}

/// What is done for a child of one's own: as its guardian or, where it may, as the child.
const fn doing(endpoint: &'static str, gets: Gets) -> Row {
    Row {
        guardian: [gets, gets, HIDDEN],
        child: [gets, gets, HIDDEN],
        user: [HIDDEN; 3],
        ..everybody(endpoint, gets)
    }
}

fn matrix() -> Vec<Row> {
    vec![
        Row {
            guardian: [MADE, MADE, WRONG],
            child: [WRONG, MADE, WRONG],
            user: [WRONG; 3],
            ingest: WRONG,
            ..everybody("POST /api/v1/events", MADE)
        },
        reading("GET /api/v1/events", Nothing),
        reading("GET /api/v1/events/export", Nothing),
        reading("GET /api/v1/events/{id}", HIDDEN),
        reading("GET /api/v1/events/{id}/proof", HIDDEN),
        reading("GET /api/v1/stats", Nothing),
        // What a stream shows to whom: `streams.rs`.
        everybody("GET /api/v1/events/stream", OK),
        everybody("GET /api/v1/events/ws", Status(426)),
        everybody("POST /api/v1/tickets", MADE),
        everybody("GET /api/v1/catalog", OK),
        everybody("GET /api/analytics/overview", OK),
        reading("GET /api/analytics/engagement/{user_id}", HIDDEN),
        everybody("GET /api/analytics/at-risk-students", OK),
        reading("GET /api/analytics/risk-history/{user_id}", HIDDEN),
        everybody("GET /api/analytics/errors", OK),
        everybody("GET /api/analytics/errors/{group}", HIDDEN),
        everybody("GET /api/analytics/page-views", OK),
        everybody("GET /api/analytics/popular-quests", OK),
        everybody("PATCH /api/analytics/errors/{group}", HIDDEN),
        reading("GET /api/v1/people", Nothing),
        reading("GET /api/v1/people/{id}", HIDDEN),
        everybody("DELETE /api/v1/people/{id}", OK),
        everybody("PUT /api/v1/people/{id}", OK),
        everybody("PATCH /api/v1/people/{id}", OK),
        everybody("GET /api/v1/tasks", OK),
        everybody("GET /api/v1/tasks/{id}", OK),
        everybody("PUT /api/v1/tasks/{id}", OK),
        everybody("DELETE /api/v1/tasks/{id}", HIDDEN),
        everybody("GET /api/v1/rewards", OK),
        everybody("GET /api/v1/rewards/{id}", OK),
        everybody("PUT /api/v1/rewards/{id}", OK),
        everybody("DELETE /api/v1/rewards/{id}", HIDDEN),
        of_child("GET /child/{id}"),
        of_child("GET /child/{id}/badges"),
        of_child("GET /child/{id}/certificates/{badge_id}"),
        of_child("GET /child/{id}/weeks"),
        // Whose numbers are in it: `rank.rs`.
        of_child("GET /child/{id}/rank"),
        of_child("GET /admin/tracking"),
        doing("POST /child/{id}/adjust", OK),
        doing("POST /child/{id}/trigger-task", OK),
        doing("POST /child/{id}/request-reward", SHORT),
        doing("POST /child/{id}/cancel-request-reward", Status(409)),
        doing("POST /child/{id}/trigger-reward", SHORT),
        // A child takes nothing back. There is no such event.
        doing("POST /child/{id}/undo", HIDDEN),
        everybody("POST /api/v1/keys", MADE),
        everybody("GET /api/v1/keys", OK),
        everybody("DELETE /api/v1/keys/{id}", HIDDEN),
        Row { nobody: Status(400), ..everybody("POST /api/v1/session", Status(400)) },
        everybody("GET /api/v1/session", OK),
        everybody("DELETE /api/v1/session", DONE),
        everybody("POST /api/v1/sign-in-links", MADE),
        everybody("GET /api/v1/settings/recording", OK),
        everybody("PUT /api/v1/settings/recording", WRONG),
        everybody("GET /api/v1/settings/retention", OK),
        everybody("PUT /api/v1/settings/retention", WRONG),
        everybody("GET /api/v1/settings/retention/run", OK),
        everybody("POST /api/v1/settings/retention/run", OK),
        everybody("GET /api/v1/debug-log", OK),
        everybody("GET /api/v1/health", OK),
        // From this machine also without a key: `operations.rs`.
        Row { nobody: OK, ..everybody("GET /metrics", OK) },
        Row { nobody: OK, ..everybody("GET /healthz", OK) },
        Row { nobody: OK, ..everybody("GET /readyz", OK) },
        // Last: whoever is erased is no longer there for the others.
        everybody("POST /api/v1/people/{id}/erase", OK),
    ]
}

/// The operations that take no permission: signing in and out, and whether the server lives.
const OPEN: [&str; 5] = [
    "POST /api/v1/session",
    "GET /api/v1/session",
    "DELETE /api/v1/session",
    "GET /healthz",
    "GET /readyz",
];

/// The permission that each documented operation names.
async fn permissions(server: &Server) -> BTreeMap<String, Option<Permission>> {
    let document = server.get("/api/openapi.json").nobody().send().await.json();
    let mut found = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let word = operation["x-permission"].as_str();
            let named = |word| Permission::ALL.iter().find(|known| known.as_str() == word);
            let permission = word.map(|word| *named(word).unwrap());
            found.insert(format!("{} {path}", method.to_uppercase()), permission);
        }
    }
    found
}

/// A request to an endpoint about a person.
fn request(server: &Server, endpoint: &str, at: usize) -> Call {
    let (method, path) = endpoint.split_once(' ').unwrap();
    let whom = about_whom(path, at);
    let key = match path {
        "/api/v1/events/{id}" | "/api/v1/events/{id}/proof" => id(at as u128),
        "/api/v1/keys/{id}" => "key_0".to_owned(),
        "/api/v1/tasks/{id}" if method == "DELETE" => "nothing".to_owned(),
        "/api/v1/rewards/{id}" if method == "DELETE" => "nothing".to_owned(),
        "/api/v1/tasks/{id}" | "/api/v1/rewards/{id}" => "gold".to_owned(),
        _ => whom.to_owned(),
    };
    let query = match path {
        "/api/v1/events" | "/api/v1/events/export" | "/api/v1/stats" if method == "GET" => {
            format!("?subject={whom}")
        }
        "/admin/tracking" => format!("?child_id={whom}"),
        _ => String::new(),
    };
    let path = path.replace("{id}", &key).replace("{user_id}", whom);
    let path = path.replace("{badge_id}", "first");
    let path = format!("{path}{query}");
    let body = match endpoint {
        "POST /api/v1/events" => about(whom),
        "POST /api/v1/keys" => json!({ "role": "ingest", "name": "a key" }),
        "PUT /api/v1/people/{id}" => match whom {
            CLEO => json!({ "kind": "user", "name": whom }),
            BEN => json!({ "kind": "child", "name": whom, "guardians": [CLEO] }),
            _ => json!({ "kind": "child", "name": whom, "guardians": ["somebody-else"] }),
        },
        "PATCH /api/v1/people/{id}" => json!({ "name": whom }),
        "PUT /api/v1/tasks/{id}" => json!({ "name": "Gold", "points": 0, "is_good": true }),
        "PUT /api/v1/rewards/{id}" => json!({ "name": "Gold", "cost": 1_000_000 }),
        "POST /child/{id}/adjust" => json!({ "points": 1, "reason": "why not" }),
        "POST /child/{id}/trigger-task" => json!({ "task_id": "gold" }),
        "POST /child/{id}/undo" => {
            json!({ "tracking_event_id": "00000000-0000-0000-0000-000000000000" })
        }
        _ if path.ends_with("-reward") => json!({ "reward_id": "gold" }),
        // A real change would disturb the other rows.
        "PUT /api/v1/settings/recording" => json!({ "categories": { "nothing_such": true } }),
        "PUT /api/v1/settings/retention" => json!({ "errors": { "delete_after_days": 0 } }),
        "PATCH /api/analytics/errors/{group}" => json!({ "status": "resolved" }),
        _ => json!({}),
    };
    let method: Method = method.parse().unwrap();
    server.call(method, &path).body("application/json", body.to_string())
}

/// The person a request is about; points are only about children.
fn about_whom(path: &str, at: usize) -> &'static str {
    let of_children = path.starts_with("/child/") || path == "/admin/tracking";
    if of_children && at == 0 { BEN } else { ABOUT[at] }
}

/// `true` if an answer holds the requested data.
fn holds(endpoint: &str, answer: &Answer, whom: &str) -> bool {
    match endpoint {
        "GET /api/v1/stats" => answer.json()["total"] != json!(0),
        "GET /api/v1/events/{id}/proof" => answer.json()["verdict"] == "verified",
        "GET /api/v1/people" => {
            let page = answer.json();
            let people = page["people"].as_array().unwrap();
            people.iter().any(|person| person["id"] == whom)
        }
        "GET /api/v1/people/{id}" | "GET /child/{id}" => answer.json()["id"] == whom,
        "GET /api/analytics/engagement/{user_id}" | "GET /api/analytics/risk-history/{user_id}" => {
            answer.json()["user_id"] == whom
        }
        "GET /child/{id}/weeks" => answer.json()["child_id"] == whom,
        "GET /child/{id}/rank" => answer.json()["children"][0]["id"] == whom,
        "GET /admin/tracking" => answer.json()["tracking_events"][0]["child_id"] == whom,
        "GET /child/{id}/badges" => {
            let list = answer.json();
            list["child_id"] == whom && list["badges"][0]["awarded_at"].is_string()
        }
        "GET /child/{id}/certificates/{badge_id}" => {
            answer.text().contains(&format!("{whom} of the school"))
        }
        _ => answer.text().contains(&format!("about {whom}")),
    }
}

async fn everybody_gets_what_is_theirs_on_every_endpoint(engine: Engine) {
    let root = root();
    let rules = root.path().join("badges.toml");
    let rule = "[[badge]]\nid = 'first'\nkind = 'certificate'\nmetric = 'tasks_done'\n\
                threshold = 1\nname = 'First'\ntext = 'First.'\n";
    std::fs::write(&rules, rule).unwrap();
    let lines = format!("[points]\nrules = {:?}", rules.to_str().unwrap());
    let server = school_with(engine, &lines).await;
    let events: Vec<Value> = (0..)
        .zip(ABOUT)
        .map(|(number, whom)| {
            let mut event = about(whom);
            event["id"] = id(number).into();
            event
        })
        .collect();
    server.append(&events).await;
    for (path, body) in [
        ("/api/v1/tasks/gold", json!({ "name": "Gold", "points": 0, "is_good": true })),
        ("/api/v1/rewards/gold", json!({ "name": "Gold", "cost": 1_000_000 })),
    ] {
        let call = server.call(Method::PUT, path).body("application/json", body.to_string());
        assert_eq!(call.send().await.status, 200);
    }
    for child in [BEN, ZED] {
        let opening = json!({ "points": 5, "reason": "Opening balance" });
        let answer = server.post(&format!("/child/{child}/adjust"), &opening).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let task = json!({ "task_id": "gold" });
        let answer = server.post(&format!("/child/{child}/trigger-task"), &task).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        // Wait for the award.
        let badges = server.get(&format!("/child/{child}/badges")).send().await.json();
        assert!(badges["badges"][0]["awarded_at"].is_string(), "{badges}");
    }
    let mut secrets = Vec::new();
    for role in ["auditor", "service", "ingest"] {
        secrets.push(server.key(role).await.0);
    }
    let people = [token(CLEO), token(BEN), token(ADA)];
    let mut faults = Vec::new();
    let permissions = permissions(&server).await;
    for row in matrix() {
        let roles = [
            ("guardian", Some(&*people[0])),
            ("child", Some(&*people[1])),
            ("user", Some(&*people[2])),
            ("auditor", Some(&*secrets[0])),
            ("service", Some(&*secrets[1])),
            ("ingest", Some(&*secrets[2])),
            ("nobody", None),
            ("admin", Some(ADMIN)),
        ];
        for (role, key) in roles {
            let wanted = row.wanted(role, permissions[row.endpoint]);
            for (at, wanted) in wanted.into_iter().enumerate() {
                let call = request(&server, row.endpoint, at);
                let call = key.map_or_else(
                    || request(&server, row.endpoint, at).nobody(),
                    |key| call.key(key),
                );
                let answer = call.send().await;
                let got = match wanted {
                    Status(_) => Status(answer.status),
                    _ if answer.status != 200 => Status(answer.status),
                    _ if holds(row.endpoint, &answer, about_whom(row.path(), at)) => It,
                    _ => Nothing,
                };
                if got != wanted {
                    let whom = ABOUT[at];
                    faults.push(format!(
                        "{} as {role} about {whom}: {got:?}, not {wanted:?}: {}",
                        row.endpoint,
                        answer.text()
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[tokio::test]
async fn every_endpoint_has_a_row() {
    let server = Server::start();
    let permissions = permissions(&server).await;
    let documented: Vec<&str> = permissions.keys().map(String::as_str).collect();
    let mut rows: Vec<&str> = matrix().iter().map(|row| row.endpoint).collect();
    rows.sort_unstable();
    assert_eq!(rows, documented);
    for (endpoint, permission) in &permissions {
        let open = OPEN.contains(&endpoint.as_str());
        assert_eq!(permission.is_none(), open, "{endpoint} names a permission, or is open to all");
    }
}
