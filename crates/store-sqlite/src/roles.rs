//! Implements the store's roles with the functions of the other files.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::{
    SqliteStore, accounts, action_counts, age, backup, credentials, definitions, erase, frozen,
    ledger, list_index, people, rows, sealed, segment, settings,
};
use annals_event::{Event, Time, Uuid};
use annals_store::{
    Account, Ageing, Answer, Cluster, Counts, Credentials, Directory, FrozenDay, Head, Identity,
    Item, Journal, Key, Ledger, Lifecycle, Line, Lines, Outcome, PeopleQuery, Person, Proof, Read,
    Result, RetentionStep, Reward, SavedCheckpoint, Scope, Scoped, Sealed, Segment, Selection,
    Settings, SignIn, Task, Tile, Tombstone, TrackingQuery, Transfer, UsedId,
};
use async_trait::async_trait;
use jiff::civil::Date;
use rusqlite::Connection;

#[async_trait]
impl Journal for SqliteStore {
    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    async fn commit(&self, items: Vec<Item>, now: Time) -> Result<Vec<Outcome>> {
        self.write(move |writer| writer.commit(items, now)).await
    }

    async fn head(&self) -> Result<Head> {
        match &self.index {
            // Lists must have an event before the head includes it.
            Some(index) => Ok(index.head()),
            None => self.readers.run(rows::head).await,
        }
    }

    async fn bytes(&self) -> Result<u64> {
        self.readers.run(rows::bytes).await
    }

    async fn probe(&self) -> Result<()> {
        self.write(|writer| settings::probe(writer.connection())).await
    }

    async fn close(&self) {
        self.readers.close();
        if let Some(index) = self.index.clone() {
            // The index ends within milliseconds. It ends before the writer, whose connection must
            // be the last one so that it removes the write-ahead log.
            let _ = tokio::task::spawn_blocking(move || index.close()).await;
        }
        if let Some(writer) = &self.writer {
            writer.stop().await;
        }
        // Nothing is written from here on: another process may open the journal.
        self.hold.lock().take();
    }
}

#[async_trait]
impl Read for SqliteStore {
    async fn select(&self, selection: Selection) -> Result<Vec<Event>> {
        let index = self.index.clone();
        let read = move |connection: &_| rows::select(connection, index.as_deref(), &selection);
        self.readers.run(read).await
    }

    async fn lines(&self, page: Selection, bytes: usize, line: Arc<Line>) -> Result<Lines> {
        let index = self.index.clone();
        let read =
            move |connection: &_| rows::lines(connection, index.as_deref(), page, bytes, &*line);
        self.readers.run(read).await
    }

    fn recent(&self, filter: &Scoped, range: &Range<u64>) -> Option<Vec<Arc<Event>>> {
        self.recent.read(filter, range)
    }

    async fn find(&self, id: Uuid, scope: Scope) -> Result<Option<Event>> {
        self.readers.run(move |connection| rows::find(connection, id, &scope)).await
    }

    async fn counts(&self, filter: Scoped, range: Range<u64>) -> Result<Counts> {
        let index = self.index.clone();
        let count = move |connection: &Connection| {
            let snapshot = connection.unchecked_transaction()?;
            match index {
                Some(index) => index.counts(&snapshot, &filter, &range),
                None => list_index::counts(&snapshot, &filter, &range),
            }
        };
        self.readers.run(count).await
    }

    async fn action_counts(
        &self,
        filter: Scoped,
        range: Range<u64>,
        limit: usize,
    ) -> Result<Vec<(String, u64)>> {
        let count = action_counts::action_counts;
        self.readers.run(move |connection| count(connection, &filter, &range, limit)).await
    }
}

#[async_trait]
impl Proof for SqliteStore {
    async fn sealed(&self, range: Range<u64>, limit: usize) -> Result<Vec<Sealed>> {
        self.readers.run(move |connection| sealed::sealed(connection, &range, limit)).await
    }

    async fn tiles(&self, range: Range<u64>) -> Result<Vec<Tile>> {
        self.readers.run(move |connection| sealed::tiles(connection, &range)).await
    }

    async fn tombstones(&self, range: Range<u64>) -> Result<Vec<Tombstone>> {
        self.readers.run(move |connection| sealed::tombstones(connection, &range)).await
    }
}

#[async_trait]
impl Credentials for SqliteStore {
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

    async fn redeem_sign_in(&self, hash: [u8; 32]) -> Result<Option<SignIn>> {
        self.write(move |writer| credentials::redeem_sign_in(writer.connection(), &hash)).await
    }

    async fn expire_sign_ins(&self, before: Time) -> Result<u64> {
        self.write(move |writer| credentials::expire_sign_ins(writer.connection(), before)).await
    }
}

#[async_trait]
impl Directory for SqliteStore {
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

    async fn dependants(&self, guardian: &str) -> Result<Vec<String>> {
        let guardian = guardian.to_owned();
        self.readers.run(move |connection| people::dependants(connection, &guardian)).await
    }

    async fn forget_person(&self, id: &str, now: Time) -> Result<Vec<Person>> {
        let id = id.to_owned();
        self.write(move |writer| erase::forget(writer.connection_mut(), &id, now)).await
    }
}

#[async_trait]
impl Lifecycle for SqliteStore {
    async fn events_about(&self, person: &str, after: u64, limit: usize) -> Result<Vec<Event>> {
        let person = person.to_owned();
        self.readers.run(move |connection| erase::about(connection, &person, after, limit)).await
    }

    async fn anonymise(&self, events: Vec<Event>, checkpoint: SavedCheckpoint) -> Result<()> {
        self.write(move |writer| erase::anonymise(writer, &events, &checkpoint)).await?;
        self.collect_garbage().await
    }

    async fn due(&self, ageing: &Ageing, range: Range<u64>) -> Result<Vec<Event>> {
        let ageing = ageing.clone();
        self.readers.run(move |connection| age::due(connection, &ageing, &range)).await
    }

    async fn retention_step(&self, slice: RetentionStep) -> Result<()> {
        self.write(move |writer| age::age(writer, &slice)).await
    }

    async fn freeze_day(&self, day: FrozenDay) -> Result<()> {
        self.write(move |writer| frozen::close(writer.connection_mut(), &day)).await
    }

    async fn frozen_days(&self, after: Option<Date>, limit: usize) -> Result<Vec<FrozenDay>> {
        self.readers.run(move |connection| frozen::days(connection, after, limit)).await
    }

    async fn compact(&self) -> Result<()> {
        self.collect_garbage().await
    }
}

#[async_trait]
impl Ledger for SqliteStore {
    async fn account(&self, child: &str) -> Result<Account> {
        let child = child.to_owned();
        self.readers.run(move |connection| accounts::at_once(connection, &child)).await
    }

    async fn tracking(&self, query: TrackingQuery) -> Result<(u64, Vec<Event>)> {
        self.readers.run(move |connection| ledger::page(connection, &query)).await
    }

    async fn expire_answers(&self, before: Time) -> Result<u64> {
        self.write(move |writer| accounts::expire_answers(writer.connection(), before)).await
    }

    async fn put_task(&self, task: Task) -> Result<()> {
        self.write(move |writer| definitions::put_task(writer.connection(), &task)).await
    }

    async fn tasks(&self) -> Result<Vec<Task>> {
        self.readers.run(definitions::tasks).await
    }

    async fn task(&self, id: &str) -> Result<Option<Task>> {
        let id = id.to_owned();
        self.readers.run(move |connection| definitions::task(connection, &id)).await
    }

    async fn delete_task(&self, id: &str) -> Result<bool> {
        let id = id.to_owned();
        self.write(move |writer| definitions::delete_task(writer.connection(), &id)).await
    }

    async fn put_reward(&self, reward: Reward) -> Result<()> {
        self.write(move |writer| definitions::put_reward(writer.connection(), &reward)).await
    }

    async fn rewards(&self) -> Result<Vec<Reward>> {
        self.readers.run(definitions::rewards).await
    }

    async fn reward(&self, id: &str) -> Result<Option<Reward>> {
        let id = id.to_owned();
        self.readers.run(move |connection| definitions::reward(connection, &id)).await
    }

    async fn delete_reward(&self, id: &str) -> Result<bool> {
        let id = id.to_owned();
        self.write(move |writer| definitions::delete_reward(writer.connection(), &id)).await
    }
}

#[async_trait]
impl Settings for SqliteStore {
    async fn setting(&self, name: &str) -> Result<Option<String>> {
        let name = name.to_owned();
        self.readers.run(move |connection| settings::get(connection, &name)).await
    }

    async fn put_setting(&self, name: &str, value: &str) -> Result<()> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.write(move |writer| settings::put(writer.connection(), &name, &value)).await
    }

    async fn checkpoint(&self, name: &str) -> Result<Option<String>> {
        let name = name.to_owned();
        self.readers.run(move |connection| settings::checkpoint(connection, &name)).await
    }

    async fn put_checkpoint(&self, name: &str, value: &str) -> Result<()> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.write(move |writer| settings::put_checkpoint(writer.connection(), &name, &value)).await
    }

    async fn clear_checkpoint(&self, name: &str) -> Result<()> {
        let name = name.to_owned();
        self.write(move |writer| settings::clear_checkpoint(writer.connection(), &name)).await
    }
}

#[async_trait]
impl Cluster for SqliteStore {}

#[async_trait]
impl Transfer for SqliteStore {
    async fn id_key(&self) -> Result<[u8; 32]> {
        self.readers.run(segment::id_key).await
    }

    async fn used_ids(&self, after: Option<[u8; 32]>, limit: usize) -> Result<Vec<UsedId>> {
        self.readers.run(move |connection| segment::used_ids(connection, after, limit)).await
    }

    async fn accounts(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<(String, Account)>> {
        self.readers
            .run(move |connection| segment::accounts(connection, after.as_deref(), limit))
            .await
    }

    async fn answers(&self, after: Option<[u8; 32]>, limit: usize) -> Result<Vec<Answer>> {
        self.readers.run(move |connection| segment::answers(connection, after, limit)).await
    }

    async fn settings(&self) -> Result<Vec<(String, String)>> {
        self.readers.run(settings::all).await
    }

    async fn checkpoints(&self) -> Result<Vec<(String, String)>> {
        self.readers.run(settings::checkpoints).await
    }

    async fn import_segment(&self, part: Segment) -> Result<()> {
        self.write(move |writer| segment::import_segment(writer, &part)).await?;
        self.collect_garbage().await
    }

    async fn import_used_ids(&self, ids: Vec<UsedId>) -> Result<()> {
        self.write(move |writer| segment::put_used_ids(writer.connection_mut(), &ids)).await
    }

    async fn import_accounts(&self, all: Vec<(String, Account)>) -> Result<()> {
        self.write(move |writer| segment::put_accounts(writer.connection_mut(), &all)).await
    }

    async fn import_answers(&self, all: Vec<Answer>) -> Result<()> {
        self.write(move |writer| segment::put_answers(writer.connection_mut(), &all)).await
    }

    async fn backup(&self, target: &Path) -> Result<()> {
        let target = target.to_owned();
        self.readers.run(move |connection| backup::backup(connection, &target)).await
    }
}
