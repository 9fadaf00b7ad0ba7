//! Starts a store: locks and migrates the file, and starts the writer and readers.

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;

use super::append::Writer;
use super::list_index::{self, ListIndex};
use super::threads::{Readers, WriterThread};
use super::{SqliteStore, Tenancy, error, garbage, open};
use annals_store::recent::RecentEvents;
use annals_store::{Identity, Result, StoreError};

/// Number of read connections, and so of concurrent reads.
const READERS: usize = 4;

impl SqliteStore {
    /// Opens the journal, or creates it. `seed` gives a new journal its identity and keys.
    pub fn open(
        path: &Path,
        tenancy: Tenancy,
        seed: Identity,
        id_key: [u8; 32],
    ) -> Result<SqliteStore> {
        SqliteStore::open_with(path, tenancy, seed, id_key, list_index::Options::default())
    }

    pub(super) fn open_with(
        path: &Path,
        tenancy: Tenancy,
        seed: Identity,
        id_key: [u8; 32],
        options: list_index::Options,
    ) -> Result<SqliteStore> {
        let hold = open::hold(path)?;
        let connection = open::for_writing(path, tenancy, &seed, &id_key)?;
        let identity = open::identity(&connection)?;
        let index = Arc::new(ListIndex::open(path, &identity, options)?);
        let recent = Arc::<RecentEvents>::default();
        let writer = Writer::new(connection, Arc::clone(&index), Arc::clone(&recent))?;
        Ok(SqliteStore {
            identity,
            writer: Some(WriterThread::start("journal-writer", writer)?),
            readers: Readers::open(path, READERS)?,
            index: Some(index),
            recent,
            hold: Mutex::new(Some(hold)),
        })
    }

    /// Opens an existing journal for reading, beside a server that writes it.
    pub fn open_read_only(path: &Path) -> Result<SqliteStore> {
        if !path.exists() {
            return Err(StoreError::NotAJournal(format!(
                "there is no journal at {}",
                path.display()
            )));
        }
        let readers = Readers::open(path, READERS)?;
        let identity = open::identity(&open::for_reading(path)?)?;
        let (recent, hold) = (Arc::default(), Mutex::default());
        Ok(SqliteStore { identity, writer: None, readers, index: None, recent, hold })
    }

    pub(super) async fn write<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> error::Result<R> + Send + 'static,
    ) -> Result<R> {
        match &self.writer {
            Some(writer) => writer.run(work).await,
            None => Err(StoreError::Unavailable("it is open for reading only".to_owned())),
        }
    }

    /// Deletes dictionary rows that no event refers to any more.
    pub(super) async fn collect_garbage(&self) -> Result<()> {
        while let Some(mark) = self.readers.run(garbage::marked).await? {
            let mut unused =
                self.readers.run(move |connection| garbage::unused(connection, mark)).await?;
            while let Some(slice) = unused.slice() {
                self.write(move |writer| garbage::delete(writer.connection_mut(), &slice)).await?;
            }
            self.write(move |writer| garbage::done(writer.connection(), mark)).await?;
        }
        Ok(())
    }
}
