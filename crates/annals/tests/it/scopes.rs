//! Scopes: people, children, guardians and strangers on every endpoint.

use annals_event::Uuid;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::support::{Engine, Root, Server, data_dir, root_on};

mod consent;
mod events;
mod matrix;
mod people;
mod rank;
mod sign_in;
mod streams;
mod tokens;

/// The secret that the test application shares with the server.
const SECRET: &str = "the-secret-of-the-application-0123456789";
/// The first second of 2100, in Unix time.
const LATER: i64 = 4_102_444_800;

/// A guardian, their child, a child of others, and somebody without children.
const CLEO: &str = "cleo";
const BEN: &str = "ben";
const ZED: &str = "zed";
const ADA: &str = "ada";

/// A server whose configuration has these lines.
fn configured(root: &Root, lines: &str) -> Server {
    let file = root.path().join("test.toml");
    std::fs::write(&file, lines).unwrap();
    let data = data_dir(root);
    let data = data.to_str().unwrap();
    Server::with(root, &["--data-dir", data, "--config", file.to_str().unwrap()])
}

/// `[jwt]` with these keys beside issuer and audience.
fn jwt(keys: &str) -> String {
    format!("[jwt]\nissuer = \"school\"\naudience = \"annals\"\n{keys}\n")
}

/// A server that accepts the application's tokens and knows the four people.
async fn school(engine: Engine) -> Server {
    school_with(engine, "").await
}

async fn school_with(engine: Engine, lines: &str) -> Server {
    let jwt = jwt(&format!("algorithm = \"HS256\"\nsecret = \"{SECRET}\""));
    let server = configured(&root_on(engine), &format!("{lines}\n{jwt}"));
    for (id, kind, guardians) in [
        (CLEO, "user", json!([])),
        (BEN, "child", json!([CLEO])),
        (ZED, "child", json!(["somebody-else"])),
        (ADA, "user", json!([])),
    ] {
        let name = format!("{id} of the school");
        put(&server, id, &json!({ "kind": kind, "name": name, "guardians": guardians })).await;
    }
    server
}

/// Saves a person.
async fn put(server: &Server, id: &str, person: &Value) {
    let call = server.call(http::Method::PUT, &format!("/api/v1/people/{id}"));
    let answer = call.body("application/json", person.to_string()).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The claims of a valid token.
fn claims(sub: &str) -> Value {
    json!({ "sub": sub, "iss": "school", "aud": "annals", "exp": LATER })
}

/// A valid token.
fn token(sub: &str) -> String {
    signed(&claims(sub))
}

fn signed(claims: &Value) -> String {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
}

/// An event about somebody, by the system.
fn about(id: &str) -> Value {
    json!({ "action": "page_view", "subject": { "id": id }, "message": format!("about {id}") })
}

/// The events of every page of a list.
async fn all(server: &Server, token: &str, filter: &str) -> Vec<Value> {
    let mut events = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/events?limit=3&{filter}{cursor}");
        let answer = server.get(&path).key(token).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.json();
        events.extend(page["events"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return events,
        }
    }
}

/// An event id made of a number.
fn id(number: u128) -> String {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | number).to_string()
}
