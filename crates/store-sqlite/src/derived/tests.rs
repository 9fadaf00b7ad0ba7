//! SQLite under the conformance suite, and a derived file that may not fit.

use std::path::Path;
use std::sync::Arc;

use annals_event::Uuid;

use super::SqliteDerived;
use annals_store::conformance::START;
use annals_store::derived_conformance;
use annals_store::roles::derived::*;
use annals_store::{Checkpoint, Identity, Output, RollupChange, Step};

fn journal(number: u128, epoch: u32) -> Identity {
    Identity { id: Uuid::from_u128(number), epoch, cursor_key: [7; 32] }
}

fn open(path: &Path, journal: &Identity) -> SqliteDerived {
    SqliteDerived::new(path, journal).unwrap()
}

async fn store() -> (Arc<SqliteDerived>, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("derived.db"), &journal(1, 1));
    (Arc::new(store), directory)
}

derived_conformance!(store);

const PLACE: Checkpoint = Checkpoint { position: 5, as_of: Some(START) };

async fn at_five(path: &Path, journal: &Identity) {
    let store = open(path, journal);
    store.resume(Output::Rollups, "1").await.unwrap();
    let step = Step { from: 0, to: PLACE };
    store.add_rollups(step, RollupChange::default()).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn what_is_derived_from_another_journal_is_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("derived.db");
    for (other, expected) in [
        (journal(1, 1), PLACE),
        // A restored backup has another epoch.
        (journal(1, 2), Checkpoint::default()),
        (journal(2, 1), Checkpoint::default()),
    ] {
        let _ = std::fs::remove_file(&path);
        at_five(&path, &journal(1, 1)).await;
        let store = open(&path, &other);
        assert_eq!(store.resume(Output::Rollups, "1").await, Ok(expected));
        store.close().await;
    }
}

#[tokio::test]
async fn a_file_of_an_older_form_is_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("derived.db");
    at_five(&path, &journal(1, 1)).await;
    let older = rusqlite::Connection::open(&path).unwrap();
    older.execute_batch("UPDATE stamp SET text = replace(text, ' 1 ', ' 1 0')").unwrap();
    drop(older);
    let store = open(&path, &journal(1, 1));
    assert_eq!(store.resume(Output::Rollups, "1").await, Ok(Checkpoint::default()));
    store.close().await;
}

#[tokio::test]
async fn a_damaged_file_is_made_anew_when_it_is_opened_and_while_it_is_used() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("derived.db");
    std::fs::write(&path, "no database at all, but text of some length".repeat(100)).unwrap();
    at_five(&path, &journal(1, 1)).await;

    let store = open(&path, &journal(1, 1));
    assert_eq!(store.resume(Output::Rollups, "1").await, Ok(PLACE));
    store.activity(Vec::new()).await.unwrap();
    store
        .write(|_| Err::<(), _>(annals_store::StoreError::Damaged("a page".into()).into()))
        .await
        .unwrap_err();
    assert_eq!(store.resume(Output::Rollups, "1").await, Ok(Checkpoint::default()));
    // Readers read the new file.
    assert_eq!(store.activity(Vec::new()).await.unwrap().0, Checkpoint::default());
    store.close().await;
}
