//! Implements the store's roles with the functions of the other files.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{
    PostgresStore, accounts, age, commit, counts, credentials, definitions, erase, frozen, ledger,
    list_index, people, rows, seals, segment, settings, spans, vacuum, viewer,
};
use annals_event::{Event, Time, Uuid};
use annals_store::{
    Account, Ageing, Answer, Cluster, Counts, Credentials, Directory, FrozenDay, Head, Identity,
    Item, Journal, Key, Ledger, Lifecycle, Line, Lines, Outcome, PeopleQuery, Person, Proof, Read,
    Result, RetentionStep, Reward, SavedCheckpoint, Scope, Scoped, Sealed, Segment, Selection,
    Settings, SignIn, StoreError, Task, Tile, Tombstone, TrackingQuery, Transfer, UsedId, Vacuumed,
};
use async_trait::async_trait;
use jiff::civil::Date;

#[async_trait]
impl Journal for PostgresStore {
    fn identity(&self) -> Identity {
        self.journal.identity.clone()
    }

    async fn commit(&self, items: Vec<Item>, now: Time) -> Result<Vec<Outcome>> {
        commit::commit(&self.pools, &self.journal, items, now).await
    }

    async fn head(&self) -> Result<Head> {
        let head = rows::head(&**self.pools.reader().await?, false).await?;
        self.journal.saw(head.seq);
        Ok(head)
    }

    async fn head_changed(&self) {
        self.watch.head_changed().await;
    }

    async fn bytes(&self) -> Result<u64> {
        rows::bytes(&**self.pools.reader().await?).await
    }

    async fn probe(&self) -> Result<()> {
        settings::probe(&self.pools.writer().await?).await
    }

    async fn close(&self) {
        self.pools.close();
    }
}

#[async_trait]
impl Read for PostgresStore {
    async fn select(&self, selection: Selection) -> Result<Vec<Event>> {
        let mut client = self.pools.lists(self.journal.known()).await?;
        list_index::select(&mut client, &self.journal, &selection).await
    }

    async fn lines(&self, page: Selection, bytes: usize, line: Arc<Line>) -> Result<Lines> {
        let mut client = self.pools.lists(self.journal.known()).await?;
        list_index::lines(&mut client, &self.journal, page, bytes, &*line).await
    }

    fn recent(&self, filter: &Scoped, range: &Range<u64>) -> Option<Vec<Arc<Event>>> {
        // A person's query runs with that person's rights in the database.
        if filter.scope.person_id().is_some() {
            return None;
        }
        self.journal.recent.read(filter, range)
    }

    async fn find(&self, id: Uuid, scope: Scope) -> Result<Option<Event>> {
        let mut client = self.pools.reader().await?;
        viewer::find(&mut client, &self.journal.viewer_key, id, &scope).await
    }

    async fn counts(&self, filter: Scoped, range: Range<u64>) -> Result<Counts> {
        let mut counter = self.pools.counter().await?;
        counts::counts(&mut counter.connection, &self.journal, &filter, &range).await
    }

    async fn action_counts(
        &self,
        filter: Scoped,
        range: Range<u64>,
        limit: usize,
    ) -> Result<Vec<(String, u64)>> {
        let mut counter = self.pools.counter().await?;
        counts::action_counts(&mut counter.connection, &self.journal, &filter, &range, limit).await
    }
}

#[async_trait]
impl Proof for PostgresStore {
    async fn sealed(&self, range: Range<u64>, limit: usize) -> Result<Vec<Sealed>> {
        seals::sealed(&**self.pools.reader().await?, &self.journal.blocks, &range, limit).await
    }

    async fn tiles(&self, range: Range<u64>) -> Result<Vec<Tile>> {
        seals::tiles(&**self.pools.reader().await?, &range).await
    }

    async fn miscounted(&self, tiles: Range<u64>) -> Result<Vec<(Range<u64>, String)>> {
        spans::miscounted(&self.pools.reader().await?, tiles).await
    }

    async fn tombstones(&self, range: Range<u64>) -> Result<Vec<Tombstone>> {
        seals::tombstones(&**self.pools.reader().await?, &range).await
    }
}

#[async_trait]
impl Credentials for PostgresStore {
    async fn put_key(&self, key: Key) -> Result<()> {
        credentials::put_key(&self.pools.writer().await?, &key).await
    }

    async fn touch_key(&self, id: &str, used_at: Time) -> Result<()> {
        credentials::touch_key(&self.pools.writer().await?, id, used_at).await
    }

    async fn keys(&self) -> Result<Vec<Key>> {
        credentials::keys(&self.pools.reader().await?).await
    }

    async fn put_sign_in(&self, sign_in: SignIn) -> Result<()> {
        credentials::put_sign_in(&self.pools.writer().await?, &sign_in).await
    }

    async fn sign_in(&self, hash: [u8; 32]) -> Result<Option<SignIn>> {
        credentials::sign_in(&self.pools.reader().await?, &hash).await
    }

    async fn redeem_sign_in(&self, hash: [u8; 32]) -> Result<Option<SignIn>> {
        credentials::redeem_sign_in(&self.pools.writer().await?, &hash).await
    }

    async fn expire_sign_ins(&self, before: Time) -> Result<u64> {
        credentials::expire_sign_ins(&self.pools.writer().await?, before).await
    }
}

#[async_trait]
impl Directory for PostgresStore {
    async fn put_person(&self, person: Person) -> Result<()> {
        people::put(&mut self.pools.writer().await?, &person).await
    }

    async fn person(&self, id: &str) -> Result<Option<Person>> {
        // PostgreSQL cannot store NUL, so no row has such an id.
        if id.contains('\0') {
            return Ok(None);
        }
        people::get(&**self.pools.reader().await?, id).await
    }

    async fn people(&self, query: PeopleQuery) -> Result<Vec<Person>> {
        people::list(&self.pools.reader().await?, &query).await
    }

    async fn dependants(&self, guardian: &str) -> Result<Vec<String>> {
        if guardian.contains('\0') {
            return Ok(Vec::new());
        }
        people::dependants(&**self.pools.reader().await?, guardian).await
    }

    async fn forget_person(&self, id: &str, now: Time) -> Result<Vec<Person>> {
        if id.contains('\0') {
            return Ok(Vec::new());
        }
        erase::forget(&mut self.pools.writer().await?, id, now).await
    }
}

#[async_trait]
impl Lifecycle for PostgresStore {
    async fn events_about(&self, person: &str, after: u64, limit: usize) -> Result<Vec<Event>> {
        if person.contains('\0') {
            return Ok(Vec::new());
        }
        erase::about(&self.pools.reader().await?, &self.journal, person, after, limit).await
    }

    async fn anonymise(&self, events: Vec<Event>, checkpoint: SavedCheckpoint) -> Result<()> {
        erase::anonymise(&mut self.pools.writer().await?, &self.journal, &events, &checkpoint).await
    }

    async fn due(&self, ageing: &Ageing, range: Range<u64>) -> Result<Vec<Event>> {
        age::due(&self.pools.reader().await?, ageing, &range).await
    }

    async fn retention_step(&self, slice: RetentionStep) -> Result<()> {
        age::age(&mut self.pools.writer().await?, &self.journal, &slice).await
    }

    async fn freeze_day(&self, day: FrozenDay) -> Result<()> {
        frozen::close(&mut self.pools.writer().await?, &day).await
    }

    async fn frozen_days(&self, after: Option<Date>, limit: usize) -> Result<Vec<FrozenDay>> {
        frozen::days(&self.pools.reader().await?, after, limit).await
    }

    async fn compact(&self) -> Result<()> {
        let mut client = self.pools.writer().await?;
        vacuum::drop_empty(&mut client).await.map(drop)
    }

    async fn vacuum_needed_since(&self) -> Result<Option<Time>> {
        vacuum::since(&self.pools.reader().await?).await
    }

    async fn vacuum(&self) -> Result<Option<Vacuumed>> {
        vacuum::vacuum(&self.target).await
    }
}

#[async_trait]
impl Ledger for PostgresStore {
    async fn account(&self, child: &str) -> Result<Account> {
        if child.contains('\0') {
            return Ok(Account::default());
        }
        let mut found = accounts::of(&**self.pools.reader().await?, &[child.to_owned()]).await?;
        found.remove(child).unwrap_or_else(|| Ok(Account::default()))
    }

    async fn tracking(&self, query: TrackingQuery) -> Result<(u64, Vec<Event>)> {
        ledger::page(&mut self.pools.reader().await?, &query).await
    }

    async fn expire_answers(&self, before: Time) -> Result<u64> {
        accounts::expire(&**self.pools.writer().await?, before).await
    }

    async fn put_task(&self, task: Task) -> Result<()> {
        definitions::put_task(&self.pools.writer().await?, &task).await
    }

    async fn tasks(&self) -> Result<Vec<Task>> {
        definitions::tasks(&self.pools.reader().await?, None).await
    }

    async fn task(&self, id: &str) -> Result<Option<Task>> {
        if id.contains('\0') {
            return Ok(None);
        }
        Ok(definitions::tasks(&self.pools.reader().await?, Some(id)).await?.pop())
    }

    async fn delete_task(&self, id: &str) -> Result<bool> {
        Ok(!id.contains('\0') && definitions::delete_task(&self.pools.writer().await?, id).await?)
    }

    async fn put_reward(&self, reward: Reward) -> Result<()> {
        definitions::put_reward(&self.pools.writer().await?, &reward).await
    }

    async fn rewards(&self) -> Result<Vec<Reward>> {
        definitions::rewards(&self.pools.reader().await?, None).await
    }

    async fn reward(&self, id: &str) -> Result<Option<Reward>> {
        if id.contains('\0') {
            return Ok(None);
        }
        Ok(definitions::rewards(&self.pools.reader().await?, Some(id)).await?.pop())
    }

    async fn delete_reward(&self, id: &str) -> Result<bool> {
        Ok(!id.contains('\0')
            && definitions::delete_reward(&self.pools.writer().await?, id).await?)
    }
}

#[async_trait]
impl Settings for PostgresStore {
    async fn setting(&self, name: &str) -> Result<Option<String>> {
        settings::get(&self.pools.reader().await?, name).await
    }

    async fn put_setting(&self, name: &str, value: &str) -> Result<()> {
        settings::put(&self.pools.writer().await?, name, value).await
    }

    async fn checkpoint(&self, name: &str) -> Result<Option<String>> {
        settings::checkpoint(&self.pools.reader().await?, name).await
    }

    async fn put_checkpoint(&self, name: &str, value: &str) -> Result<()> {
        settings::put_checkpoint(&self.pools.writer().await?, name, value).await
    }

    async fn clear_checkpoint(&self, name: &str) -> Result<()> {
        settings::clear_checkpoint(&self.pools.writer().await?, name).await
    }
}

#[async_trait]
impl Cluster for PostgresStore {
    async fn config_version(&self) -> Result<u64> {
        settings::config_version(&self.pools.reader().await?, &self.journal).await
    }

    async fn rewritten(&self) -> Result<u64> {
        settings::rewritten(&self.pools.reader().await?).await
    }

    async fn lease(&self, work: &str, period: Duration) -> Result<bool> {
        settings::lease(&self.pools.writer().await?, self.journal.holder, work, period).await
    }

    async fn release(&self, work: &str) -> Result<()> {
        settings::release(&self.pools.writer().await?, self.journal.holder, work).await
    }
}

#[async_trait]
impl Transfer for PostgresStore {
    async fn id_key(&self) -> Result<[u8; 32]> {
        Ok(self.journal.id_key)
    }

    async fn used_ids(&self, after: Option<[u8; 32]>, limit: usize) -> Result<Vec<UsedId>> {
        segment::used_ids(&self.pools.reader().await?, after, limit).await
    }

    async fn accounts(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<(String, Account)>> {
        accounts::page(&**self.pools.reader().await?, after.as_deref(), limit).await
    }

    async fn answers(&self, after: Option<[u8; 32]>, limit: usize) -> Result<Vec<Answer>> {
        accounts::answers(&**self.pools.reader().await?, after, limit).await
    }

    async fn settings(&self) -> Result<Vec<(String, String)>> {
        settings::all(&self.pools.reader().await?).await
    }

    async fn checkpoints(&self) -> Result<Vec<(String, String)>> {
        settings::checkpoints(&self.pools.reader().await?).await
    }

    async fn import_segment(&self, part: Segment) -> Result<()> {
        segment::import_segment(&mut self.pools.writer().await?, &self.journal, &part).await
    }

    async fn import_used_ids(&self, ids: Vec<UsedId>) -> Result<()> {
        segment::put_used_ids(&self.pools.writer().await?, &ids).await
    }

    async fn import_accounts(&self, all: Vec<(String, Account)>) -> Result<()> {
        segment::put_accounts(&mut self.pools.writer().await?, &all).await
    }

    async fn import_answers(&self, answers: Vec<Answer>) -> Result<()> {
        accounts::remember(&**self.pools.writer().await?, &answers).await
    }

    async fn backup(&self, _target: &Path) -> Result<()> {
        Err(StoreError::Unsupported(
            "a journal in PostgreSQL is backed up by PostgreSQL's own tools: pg_basebackup and an \
             archive of its log, or pg_dump as a role that sees every row (docs/postgres.md)"
                .to_owned(),
        ))
    }
}
