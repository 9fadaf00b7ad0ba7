//! The running hub: changes over HTTP and on the radio's thread are recorded.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const KEY: &str = "the-admin-key-of-the-hub-s-tests-0123";

struct Hub {
    child: Child,
    address: String,
}

impl Hub {
    fn start(directory: &Path) -> Hub {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hub"))
            .arg(directory.join("hub.db"))
            .arg("127.0.0.1:0")
            .env("ANNALS_ADMIN_KEY", KEY)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().split("http://").nth(1).unwrap().to_owned();
        Hub { child, address }
    }

    /// Sends a request as a user; returns the status and the body.
    fn call(&self, method: &str, path: &str, user: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nhost: hub\r\nx-user: {user}\r\n\
             authorization: Bearer {KEY}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or_default())
    }

    fn done(&self, method: &str, path: &str, user: &str, body: &Value) -> Value {
        let (status, answer) = self.call(method, path, user, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// The events that a filter finds, oldest first, once there are `count`: action, actor and
    /// entity.
    fn record(&self, filter: &str, count: usize) -> Vec<Value> {
        let path = format!("/annals/api/v1/events?order=asc&{filter}");
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let page = self.done("GET", &path, "", &Value::Null);
            let events = page["events"].as_array().unwrap();
            if events.len() >= count || Instant::now() > until {
                let described = |event: &Value| {
                    json!([event["action"], event["actor"]["id"], event["entity"]["name"]])
                };
                return events.iter().map(described).collect();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_happens_in_the_home_is_recorded() {
    let directory = tempfile::tempdir().unwrap();
    let hub = Hub::start(directory.path());

    // The first rooms are one event, not three.
    let setup = hub.record("action=application_set_up", 1);
    assert_eq!(setup, [json!(["application_set_up", null, "the first rooms"])]);
    assert_eq!(hub.record("category=entity", 0), Vec::<Value>::new());

    // The deletion shows the light's last name.
    let light = hub.done("POST", "/lights", "Ada", &json!({"name": "Porch"}));
    let path = format!("/lights/{}", light["id"]);
    hub.done("PATCH", &path, "Bo", &json!({"name": "Front door", "brightness": 40}));
    hub.done("DELETE", &path, "Ada", &Value::Null);
    assert_eq!(hub.call("DELETE", &path, "Ada", &Value::Null).0, 404);
    assert_eq!(
        hub.record("category=entity", 3),
        [
            json!(["created", "ada", "Porch"]),
            json!(["updated", "bo", "Front door"]),
            json!(["deleted", "ada", "Front door"]),
        ]
    );
    assert_eq!(hub.done("GET", "/lights", "Ada", &Value::Null).as_array().unwrap().len(), 3);

    // A device is found once; its health is recorded only when it changes.
    for battery in [90, 85, 60, 15, 12, 9, 80] {
        hub.done("POST", "/radio", "", &json!({"device": "sensor-1", "battery": battery}));
    }
    hub.done("POST", "/radio", "", &json!({"device": "sensor-2", "battery": 50}));
    assert_eq!(
        hub.record("category=device", 4),
        [
            json!(["discovered", "sensor-1", "sensor-1"]),
            json!(["health_changed", "sensor-1", "sensor-1"]),
            json!(["health_changed", "sensor-1", "sensor-1"]),
            json!(["discovered", "sensor-2", "sensor-2"]),
        ]
    );

    // A capture that ends by itself names who started it; otherwise who stopped it.
    hub.done("POST", "/capture", "Ada", &json!({"millis": 1}));
    hub.record("category=capture", 2);
    hub.done("POST", "/capture", "Ada", &json!({"millis": 600_000}));
    assert_eq!(hub.call("POST", "/capture", "Bo", &json!({"millis": 1})).0, 409);
    hub.done("DELETE", "/capture", "Bo", &Value::Null);
    assert_eq!(
        hub.record("category=capture", 4),
        [
            json!(["started", "ada", "radio"]),
            json!(["stopped", "ada", "radio"]),
            json!(["started", "ada", "radio"]),
            json!(["stopped", "bo", "radio"]),
        ]
    );
    hub.stop();

    // After a restart everything is in one file, and nothing is set up twice.
    let hub = Hub::start(directory.path());
    assert_eq!(hub.record("category=entity", 3).len(), 3);
    assert_eq!(hub.record("action=application_set_up", 1).len(), 1);
    let life = hub.record("category=system&action=server_started,server_shutting_down", 3);
    let life: Vec<&Value> = life.iter().map(|event| &event[0]).collect();
    assert_eq!(life, ["server_started", "server_shutting_down", "server_started"]);
    hub.stop();
}
