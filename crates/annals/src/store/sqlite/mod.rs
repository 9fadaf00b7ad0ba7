//! SQLite: one file, one writer thread, a few read connections.
//!
//! | file | purpose |
//! |---|---|
//! | `open.rs` | open, migrate, set the pragmas of every connection |
//! | `threads.rs` | the writer's thread and the readers' pool |
//! | `append.rs` | number, seal and insert a batch in one transaction |
//! | `list_index.rs` | which positions match a filter |
//! | `rows.rs` | columns in, events out |
//! | `adopt.rs` | take over what a copy brings |
//! | `bury.rs` | delete, leaving tombstones |
//! | `credentials.rs`, `people.rs`, `settings.rs` | what else the journal's file keeps |
//! | `backup.rs` | copy the file while it is written, and put a copy in its place |

mod adopt;
mod append;
mod backup;
mod bury;
mod credentials;
mod list_index;
mod open;
mod people;
mod rows;
mod settings;
mod threads;

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use annals_event::{Event, Time, Uuid};
use async_trait::async_trait;

use self::append::Writer;
use self::threads::{Readers, WriterThread};
use super::{
    Appended, Counts, Entry, Head, Identity, Key, Part, PeopleQuery, Person, Result, Scope, Scoped,
    Sealed, Selection, SignIn, Store, StoreError, Tile, Tombstone, UsedId,
};

pub use backup::restore;
pub use open::Tenancy;

/// The journal in an SQLite file.
pub struct SqliteStore {
    identity: Identity,
    /// Absent when the file was opened for reading only.
    writer: Option<WriterThread<Writer>>,
    readers: Readers,
    /// Let go last: nobody else writes the journal meanwhile.
    hold: Mutex<Option<File>>,
}

/// Read connections, and so the reads that run at once.
const READERS: usize = 4;

impl SqliteStore {
    /// Opens the journal, making it if it does not exist. `seed` gives the identity and keys of a
    /// journal that is made now.
    pub fn open(
        path: &Path,
        tenancy: Tenancy,
        seed: Identity,
        id_key: [u8; 32],
    ) -> Result<SqliteStore> {
        let hold = open::hold(path)?;
        let connection = open::for_writing(path, tenancy, &seed, &id_key)?;
        let identity = open::identity(&connection)?;
        let writer = Writer::new(connection)?;
        Ok(SqliteStore {
            identity,
            writer: Some(WriterThread::start(writer)?),
            readers: Readers::open(path, READERS)?,
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
        Ok(SqliteStore { identity, writer: None, readers, hold: Mutex::default() })
    }

    async fn write<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        match &self.writer {
            Some(writer) => writer.run(work).await,
            None => Err(StoreError::Unavailable("it is open for reading only".to_owned())),
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    async fn append(&self, entries: Vec<Entry>, now: Time) -> Result<Vec<Appended>> {
        self.write(move |writer| writer.append(entries, now)).await
    }

    async fn head(&self) -> Result<Head> {
        self.readers.run(rows::head).await
    }

    async fn select(&self, selection: Selection) -> Result<Vec<Event>> {
        self.readers.run(move |connection| rows::select(connection, &selection)).await
    }

    async fn find(&self, id: Uuid, scope: Scope) -> Result<Option<Event>> {
        self.readers.run(move |connection| rows::find(connection, id, &scope)).await
    }

    async fn counts(&self, filter: Scoped, range: Range<u64>) -> Result<Counts> {
        self.readers.run(move |connection| list_index::counts(connection, &filter, &range)).await
    }

    async fn bury(&self, range: Range<u64>, reason: &str, now: Time) -> Result<u64> {
        let reason = reason.to_owned();
        self.write(move |writer| bury::bury(writer, range, &reason, now)).await
    }

    async fn sealed(&self, range: Range<u64>, limit: usize) -> Result<Vec<Sealed>> {
        self.readers.run(move |connection| rows::sealed(connection, &range, limit)).await
    }

    async fn tiles(&self, range: Range<u64>) -> Result<Vec<Tile>> {
        self.readers.run(move |connection| rows::tiles(connection, &range)).await
    }

    async fn tombstones(&self, range: Range<u64>) -> Result<Vec<Tombstone>> {
        self.readers.run(move |connection| rows::tombstones(connection, &range)).await
    }

    async fn bytes(&self) -> Result<u64> {
        self.readers.run(rows::bytes).await
    }

    async fn probe(&self) -> Result<()> {
        self.write(|writer| settings::probe(writer.connection())).await
    }

    async fn put_key(&self, key: Key) -> Result<()> {
        self.write(move |writer| credentials::put_key(writer.connection(), &key)).await
    }

    async fn touch_key(&self, id: &str, used_at: Time) -> Result<()> {
        let id = id.to_owned();
        self.write(move |writer| credentials::touch_key(writer.connection(), &id, used_at)).await
    }

    async fn keys(&self) -> Result<Vec<Key>> {
        self.readers.run(credentials::keys).await
    }

    async fn put_sign_in(&self, sign_in: SignIn) -> Result<()> {
        self.write(move |writer| credentials::put_sign_in(writer.connection(), &sign_in)).await
    }

    async fn sign_in(&self, hash: [u8; 32]) -> Result<Option<SignIn>> {
        self.readers.run(move |connection| credentials::sign_in(connection, &hash)).await
    }

    async fn take_sign_in(&self, hash: [u8; 32]) -> Result<Option<SignIn>> {
        self.write(move |writer| credentials::take_sign_in(writer.connection(), &hash)).await
    }

    async fn expire_sign_ins(&self, before: Time) -> Result<u64> {
        self.write(move |writer| credentials::expire_sign_ins(writer.connection(), before)).await
    }

    async fn put_person(&self, person: Person) -> Result<()> {
        self.write(move |writer| people::put(writer.connection_mut(), &person)).await
    }

    async fn person(&self, id: &str) -> Result<Option<Person>> {
        let id = id.to_owned();
        self.readers.run(move |connection| people::get(connection, &id)).await
    }

    async fn people(&self, query: PeopleQuery) -> Result<Vec<Person>> {
        self.readers.run(move |connection| people::list(connection, &query)).await
    }

    async fn wards(&self, guardian: &str) -> Result<Vec<String>> {
        let guardian = guardian.to_owned();
        self.readers.run(move |connection| people::wards(connection, &guardian)).await
    }

    async fn setting(&self, name: &str) -> Result<Option<String>> {
        let name = name.to_owned();
        self.readers.run(move |connection| settings::get(connection, &name)).await
    }

    async fn put_setting(&self, name: &str, value: &str) -> Result<()> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.write(move |writer| settings::put(writer.connection(), &name, &value)).await
    }

    async fn id_key(&self) -> Result<[u8; 32]> {
        self.readers.run(adopt::id_key).await
    }

    async fn used_ids(&self, after: Option<[u8; 32]>, limit: usize) -> Result<Vec<UsedId>> {
        self.readers.run(move |connection| adopt::used_ids(connection, after, limit)).await
    }

    async fn settings(&self) -> Result<Vec<(String, String)>> {
        self.readers.run(adopt::settings).await
    }

    async fn adopt(&self, part: Part) -> Result<()> {
        self.write(move |writer| adopt::adopt(writer, &part)).await
    }

    async fn adopt_used_ids(&self, ids: Vec<UsedId>) -> Result<()> {
        self.write(move |writer| adopt::put_used_ids(writer.connection_mut(), &ids)).await
    }

    async fn backup(&self, target: &Path) -> Result<()> {
        let target = target.to_owned();
        self.readers.run(move |connection| backup::backup(connection, &target)).await
    }

    async fn close(&self) {
        self.readers.close();
        if let Some(writer) = &self.writer {
            writer.stop().await;
        }
        // Nothing is written from here on: another may.
        self.hold.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

#[cfg(test)]
mod tests;
