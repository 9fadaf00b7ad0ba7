//! SQLite under the shared suite.

use std::sync::Arc;

use annals_event::Uuid;

use super::SqliteStore;
use crate::store::conformance::conformance;
use crate::store::{Identity, Store};

async fn store() -> (Arc<dyn Store>, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let seed = Identity { id: Uuid::from_u128(7), epoch: 1, cursor_key: [7; 32] };
    let store = SqliteStore::open(&directory.path().join("journal.db"), seed, [8; 32]).unwrap();
    (Arc::new(store), directory)
}

conformance!(store);
