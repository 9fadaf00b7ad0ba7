//! Malformed and hostile input, 10,000 of it: never a 5xx, no panic, every refusal a problem
//! document, and nothing stored but valid events.
//!
//! | file | what is sent |
//! |---|---|
//! | `bodies` | broken bodies to `POST /api/v1/events` |
//! | `envelopes` | full bodies in the wrong envelope: compression, types, sizes |
//! | `queries` | query strings of lists, exports and counts |
//! | `callers` | headers with credentials, ids in paths, methods, small JSON bodies |

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use tokio::runtime::Runtime;

use crate::support::{Server, root, verify};

mod bodies;
mod callers;
mod connection;
mod envelopes;
mod queries;

use connection::{Connection, Sent};

/// A server under attack: every answer is judged, and at the end its journal.
struct Target {
    server: Server,
    runtime: Runtime,
    connection: Connection,
    /// Accepted events, by the server's answers.
    events: u64,
    /// The server's own events from before.
    own: u64,
}

impl Target {
    fn start() -> Target {
        // The sign-in limit would refuse all but the first few of 10,000 wrong requests.
        let root = root();
        let unlimited = "rate_limit.attempts_per_minute = 0\n";
        std::fs::write(root.path().join("annals.toml"), unlimited).unwrap();
        let server = Server::on(&root);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let connection = Connection::new(server.address);
        let mut target = Target { server, runtime, connection, events: 0, own: 0 };
        target.own = target.stored();
        target.events = target.own;
        target
    }

    /// Sends a request and judges the answer: no 5xx, and a refusal is a problem document.
    fn send(&mut self, request: Sent) -> Result<crate::support::Answer, TestCaseError> {
        let answer = self.runtime.block_on(self.connection.send(request));
        prop_assert!(answer.status < 500, "{}: {}", answer.status, answer.text());
        if answer.status >= 400 {
            answer.problem();
        }
        Ok(answer)
    }

    /// The number of events in the journal.
    fn stored(&mut self) -> u64 {
        let answer = self.send(Sent::get("/api/v1/stats")).unwrap();
        answer.json()["total"].as_u64().unwrap()
    }

    /// Expects the server to be alive, to have logged no panic, and to hold every accepted event.
    fn finish(mut self) {
        assert_eq!(self.stored(), self.events);
        let Target { server, .. } = self;
        let root = server.root.clone();
        assert!(server.stop().success());
        let log = std::fs::read_to_string(root.path().join("log")).unwrap();
        assert!(!log.contains("panicked") && !log.contains("ERROR"), "{log}");
        let (code, report) = verify(&root);
        // The last event is the server's own `server_shutting_down`.
        assert_eq!((code, &report["verified"]), (Some(0), &(self.events + 1).into()), "{report}");
    }
}

/// Runs a test with many inputs; a failing one is shrunk before it is shown.
fn for_all<S: Strategy>(cases: u32, strategy: &S, test: impl FnMut(S::Value) -> TestCaseResult)
where
    S::Value: std::fmt::Debug,
{
    let test = std::cell::RefCell::new(test);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(strategy, |input| (test.borrow_mut())(input));
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
