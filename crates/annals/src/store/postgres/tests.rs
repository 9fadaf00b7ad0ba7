//! PostgreSQL under the shared suite, and what is its own.

use std::sync::Arc;

use annals_event::Uuid;
use annals_throwaway_postgres::Database;

use super::{PostgresStore, Seed};
use crate::store::conformance::conformance;
use crate::store::{Identity, Store};

/// A partition is narrower than any case is long, and its edge is no tile's.
const WIDTH: u64 = 250;

fn seed() -> Seed {
    let identity = Identity { id: Uuid::from_u128(7), epoch: 1, cursor_key: [7; 32] };
    Seed { identity, id_key: [8; 32], viewer_key: [9; 32], partition_width: WIDTH }
}

async fn store() -> (Arc<dyn Store>, Database) {
    let database = Database::create();
    let store = PostgresStore::open(&database.url(), 10, &seed()).await.unwrap();
    (Arc::new(store), database)
}

conformance!(store);
