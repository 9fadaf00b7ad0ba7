//! Where a test's server lives, and which engine keeps its journal.

use std::path::Path;
use std::sync::Arc;

use annals_throwaway_postgres::Database;
use tempfile::TempDir;

/// Where a journal is kept: laws are tested on each.
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

/// A directory with a data directory and a log in it; and the database, where that is no file.
pub struct Place {
    directory: TempDir,
    database: Option<Arc<Database>>,
}

pub type Root = Arc<Place>;

impl Place {
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Where the database is, if it is no file.
    pub fn url(&self) -> Option<String> {
        self.database.as_ref().map(|database| database.url())
    }

    /// The database, of a root on PostgreSQL.
    pub fn database(&self) -> &Database {
        self.database.as_ref().unwrap()
    }
}

/// A new one, for a journal in a file.
pub fn root() -> Root {
    root_on(Engine::Sqlite)
}

/// A new one, with a new database where the engine has one.
pub fn root_on(engine: Engine) -> Root {
    let database = (engine == Engine::Postgres).then(|| Arc::new(Database::create()));
    Arc::new(Place { directory: tempfile::tempdir().unwrap(), database })
}

/// Another place of a server on the same database: what a second machine is.
pub fn beside(root: &Root) -> Root {
    let database = root.database.clone();
    Arc::new(Place { directory: tempfile::tempdir().unwrap(), database })
}
