//! Malformed and hostile input, 10,000 of it: never a 5xx, no panic, every refusal a problem
//! document, and nothing stored but what was right.
//!
//! | file | what is sent |
//! |---|---|
//! | `bodies` | broken bodies to `POST /api/v1/events` |
//! | `envelopes` | whole bodies in the wrong wrapping: compression, types, sizes |
//! | `queries` | query strings of lists, exports and counts |
//! | `callers` | headers that say who is calling, ids in paths, methods, small JSON bodies |

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

/// A server under fire: what it answers is judged, and in the end what it kept.
struct Target {
    server: Server,
    runtime: Runtime,
    connection: Connection,
    /// Events on the record, as far as its answers say.
    events: u64,
    /// Those that were there before: the server's own.
    own: u64,
}

impl Target {
    fn start() -> Target {
        // Whoever is wrong 10,000 times would be told to wait, and nothing more be tested.
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

    /// The events on the record.
    fn stored(&mut self) -> u64 {
        let answer = self.send(Sent::get("/api/v1/stats")).unwrap();
        answer.json()["total"].as_u64().unwrap()
    }

    /// The server is as it was: it stands, has not panicked, and kept what it said it kept.
    fn finish(mut self) {
        assert_eq!(self.stored(), self.events);
        let Target { server, .. } = self;
        let root = server.root.clone();
        assert!(server.stop().success());
        let log = std::fs::read_to_string(root.path().join("log")).unwrap();
        assert!(!log.contains("panicked") && !log.contains("ERROR"), "{log}");
        let (code, report) = verify(&root);
        // The last event is the server's word that it was ending.
        assert_eq!((code, &report["verified"]), (Some(0), &(self.events + 1).into()), "{report}");
    }
}

/// Tries a test with many inputs; one that fails is made small before it is shown.
fn for_all<S: Strategy>(cases: u32, strategy: &S, test: impl FnMut(S::Value) -> TestCaseResult)
where
    S::Value: std::fmt::Debug,
{
    let test = std::cell::RefCell::new(test);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(strategy, |input| (test.borrow_mut())(input));
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
