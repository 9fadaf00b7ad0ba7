//! A PostgreSQL server for tests, that goes when they do.
//!
//! ```text
//! test process ─ holds users.lock (shared) ─┐
//! test process ─ holds users.lock (shared) ─┼─► one server, a database a test
//! supervisor ─ takes users.lock alone? ─────┘     └─ nobody left: stops it, removes it
//! ```
//!
//! Tests run in processes of their own, one after the other and side by side; a server for each
//! would cost seconds. So the first one starts a server that all of them share, and a supervisor
//! beside it ends it a few seconds after the last has gone. Who is there is told by a lock, which
//! the kernel lets go of however a process ends.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

mod cluster;
mod programs;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

pub use cluster::{Cluster, Durability};

/// A database of one test, on the server that all tests share; dropped with it.
#[derive(Debug)]
pub struct Database {
    name: String,
}

/// The server that all tests share.
fn shared() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(|| {
        let base = PathBuf::from(format!("/tmp/annals-postgres-{}", programs::uid()));
        Cluster::join(&base, Durability::Forgetful)
    })
}

impl Database {
    /// A new, empty one.
    pub fn create() -> Database {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{next}", std::process::id());
        // Left over from a process of the same number that was killed.
        shared().psql("postgres", &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        shared().psql("postgres", &format!("CREATE DATABASE {name}"));
        Database { name }
    }

    /// Where it is, for its owner.
    pub fn url(&self) -> String {
        shared().url("postgres", &self.name)
    }

    /// Where it is, for another role.
    pub fn url_as(&self, role: &str) -> String {
        shared().url(role, &self.name)
    }

    /// Runs SQL as the server's superuser. Answers what `psql` prints, without decoration.
    pub fn sql(&self, sql: &str) -> String {
        shared().psql(&self.name, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server that is gone has taken the database along.
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = shared().try_psql("postgres", &sql);
    }
}
