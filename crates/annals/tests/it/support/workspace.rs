//! A test server's directory, and the engine that keeps its journal.

use std::path::Path;
use std::sync::Arc;

use annals_throwaway_postgres::Database;
use tempfile::TempDir;

/// The engine that keeps a journal; most tests run on each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Makes a test of `async fn NAME(engine: Engine)` on every engine.
macro_rules! on_every_engine {
    ($($name:ident),+ $(,)?) => {
        $(mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name($crate::support::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name($crate::support::Engine::Postgres).await;
            }
        })+
    };
}
pub(crate) use on_every_engine;

/// A temporary directory for a data directory and a log, and the database on PostgreSQL.
pub struct Workspace {
    directory: TempDir,
    database: Option<Arc<Database>>,
}

pub type Root = Arc<Workspace>;

impl Workspace {
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The database's URL on PostgreSQL.
    pub fn url(&self) -> Option<String> {
        self.database.as_ref().map(|database| database.url())
    }

    /// The database of a root on PostgreSQL.
    pub fn database(&self) -> &Database {
        self.database.as_ref().unwrap()
    }
}

/// Makes a root with a SQLite journal.
pub fn root() -> Root {
    root_on(Engine::Sqlite)
}

/// Makes a root for an engine, with a new database on PostgreSQL.
pub fn root_on(engine: Engine) -> Root {
    let database = (engine == Engine::Postgres).then(|| Arc::new(Database::create()));
    Arc::new(Workspace { directory: tempfile::tempdir().unwrap(), database })
}

/// Makes another root on the same database, like a second machine.
pub fn beside(root: &Root) -> Root {
    let database = root.database.clone();
    Arc::new(Workspace { directory: tempfile::tempdir().unwrap(), database })
}
