//! Opening of journals, on either engine.

use std::sync::Arc;

use anyhow::Result;
#[cfg(not(feature = "postgres"))]
use anyhow::bail;

use crate::clock::Clock;
use crate::config::{Config, Database};
use crate::id::{self, Random};
#[cfg(feature = "postgres")]
use crate::store::postgres::PostgresStore;
use crate::store::sqlite::{SqliteStore, Tenancy};
use crate::store::{Identity, Seed, Store};

/// The answer to a PostgreSQL URL.
#[cfg(not(feature = "postgres"))]
const WITHOUT_POSTGRES: &str = "this program was built without PostgreSQL; build `annals` with its \
                                feature `postgres`, or name an SQLite file";

/// Opens a journal for writing, creating it if it does not exist.
pub async fn open_at(journal: &Database, config: &Config, seed: Seed) -> Result<Arc<dyn Store>> {
    Ok(match journal {
        Database::Sqlite(path) => {
            let tenancy = if config.host_file { Tenancy::Guest } else { Tenancy::Owner };
            Arc::new(SqliteStore::open(path, tenancy, seed.identity, seed.id_key)?)
        }
        #[cfg(feature = "postgres")]
        Database::Postgres(url) => {
            Arc::new(PostgresStore::open(url, connections(config), &seed).await?)
        }
        #[cfg(not(feature = "postgres"))]
        Database::Postgres(_) => bail!(WITHOUT_POSTGRES),
    })
}

/// Opens the configured journal if it exists, beside the server that writes it. Nothing is
/// created or changed.
pub async fn open_existing(config: &Config) -> Result<Arc<dyn Store>> {
    open_existing_at(&config.journal()?, config).await
}

/// Opens a journal if it exists, beside the server that writes it.
pub async fn open_existing_at(journal: &Database, config: &Config) -> Result<Arc<dyn Store>> {
    Ok(match journal {
        Database::Sqlite(path) => Arc::new(SqliteStore::open_read_only(path)?),
        #[cfg(feature = "postgres")]
        Database::Postgres(url) => {
            Arc::new(PostgresStore::open_existing(url, connections(config)).await?)
        }
        #[cfg(not(feature = "postgres"))]
        Database::Postgres(_) => bail!(WITHOUT_POSTGRES),
    })
}

/// Updates a journal's schema, creating the journal if it does not exist.
pub async fn migrate(journal: &Database, config: &Config, seed: Seed) -> Result<()> {
    match journal {
        Database::Sqlite(_) => open_at(journal, config, seed).await?.close().await,
        #[cfg(feature = "postgres")]
        Database::Postgres(url) => PostgresStore::migrate(url, &seed).await?,
        #[cfg(not(feature = "postgres"))]
        Database::Postgres(_) => bail!(WITHOUT_POSTGRES),
    }
    Ok(())
}

#[cfg(feature = "postgres")]
fn connections(config: &Config) -> usize {
    usize::try_from(config.postgres.connections).unwrap_or(usize::MAX)
}

/// Makes the initial identity and keys of a new journal.
pub fn seed(clock: &dyn Clock, random: &dyn Random) -> Seed {
    let id = id::uuid_v7(random, clock.now());
    Seed {
        identity: Identity { id, epoch: 1, cursor_key: id::bytes(random) },
        id_key: id::bytes(random),
        viewer_key: id::bytes(random),
        partition_width: Seed::PARTITION_WIDTH,
    }
}

/// Returns the seed of a copy of a journal: the same identity and keys.
pub async fn seed_of(journal: &dyn Store, random: &dyn Random) -> Result<Seed> {
    Ok(Seed {
        identity: journal.identity(),
        id_key: journal.id_key().await?,
        viewer_key: id::bytes(random),
        partition_width: Seed::PARTITION_WIDTH,
    })
}
