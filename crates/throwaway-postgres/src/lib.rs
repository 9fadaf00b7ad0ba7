//! A PostgreSQL server for tests, removed after them.
//!
//! ```text
//! test process ─ holds users.lock (shared) ─┐
//! test process ─ holds users.lock (shared) ─┼─► one server, a database a test
//! supervisor ─ takes users.lock alone? ─────┘     └─ nobody left: stops it, removes it
//! ```
//!
//! Tests run in processes of their own, one after the other and side by side; a server for each
//! would cost seconds. So the first one starts a server that all of them share, and a supervisor
//! beside it ends it a few seconds after the last process has ended. Each process holds a shared
//! lock, which the kernel releases however the process ends.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

mod cluster;
mod pooler;
mod programs;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

pub use cluster::{Cluster, Durability};
pub use pooler::Pooler;

/// A database for one test, on the server that all tests share; dropped with this value.
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
    /// Creates an empty database.
    pub fn create() -> Database {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{next}", std::process::id());
        // A killed process with the same number may have left one.
        shared().psql("postgres", &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        shared().psql("postgres", &format!("CREATE DATABASE {name}"));
        Database { name }
    }

    /// The URL for the database's owner.
    pub fn url(&self) -> String {
        shared().url("postgres", &self.name)
    }

    /// The URL for another role.
    pub fn url_as(&self, role: &str) -> String {
        shared().url(role, &self.name)
    }

    /// Starts a pooler before the database in a mode: `session` or `transaction`.
    pub fn pooled(&self, mode: &str) -> Pooler {
        Pooler::start(&shared().directory(), &self.name, mode)
    }

    /// Runs SQL as the server's superuser. Returns the output of `psql`, without decoration.
    pub fn sql(&self, sql: &str) -> String {
        shared().psql(&self.name, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // If the server is gone, so is the database.
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = shared().try_psql("postgres", &sql);
    }
}
