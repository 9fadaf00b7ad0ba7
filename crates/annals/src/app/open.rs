//! Opening of journals, on either engine.

use std::sync::Arc;

use anyhow::Result;

use crate::clock::Clock;
use crate::config::{Config, Database};
use crate::id::{self, Random};
use crate::store::postgres::PostgresStore;
use crate::store::sqlite::{SqliteStore, Tenancy};
use crate::store::{Identity, Seed, Store};

/// Opens a journal for writing, creating it if it does not exist.
pub async fn open_at(journal: &Database, config: &Config, seed: Seed) -> Result<Arc<dyn Store>> {
    Ok(match journal {
        Database::Sqlite(path) => {
            let tenancy = if config.host_file { Tenancy::Guest } else { Tenancy::Owner };
            Arc::new(SqliteStore::open(path, tenancy, seed.identity, seed.id_key)?)
        }
        Database::Postgres(url) => {
            Arc::new(PostgresStore::open(url, connections(config), &seed).await?)
        }
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
        Database::Postgres(url) => {
            Arc::new(PostgresStore::open_existing(url, connections(config)).await?)
        }
    })
}

/// Updates a journal's schema, creating the journal if it does not exist.
pub async fn migrate(journal: &Database, config: &Config, seed: Seed) -> Result<()> {
    match journal {
        Database::Sqlite(_) => open_at(journal, config, seed).await?.close().await,
        Database::Postgres(url) => PostgresStore::migrate(url, &seed).await?,
    }
    Ok(())
}

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
