//! The derived file, beside the journal, written by its own thread in small steps.
//!
//! | file | purpose |
//! |---|---|
//! | `file.rs` | open the file, or create it again if it does not fit |
//! | `checkpoints.rs` | the checkpoint of each output |
//! | `rollups.rs`, `sessions.rs` | counts by day; sessions |
//! | `frozen.rs` | frozen days: find the days to freeze, keep a copy |
//! | `entities.rs`, `pages.rs` | use of entities; pages and their visitors |
//! | `activity_summary.rs` | each person's activity in a span of days |
//! | `scores.rs` | risk scores of past days |
//! | `errors.rs` | error groups |
//!
//! The file is opened at its first use, and again after a failure, so that neither a full disk nor
//! a damaged file stops the journal.

mod activity_summary;
mod checkpoints;
mod days;
mod entities;
mod errors;
mod file;
mod frozen;
mod pages;
mod paths;
mod rollups;
mod scores;
mod sessions;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::civil::Date;
use parking_lot::Mutex;
use rusqlite::Connection;

use self::file::{DerivedFile, Generation};
use super::error;
use super::threads::WriterThread;
use annals_store::{
    Activity, ActivitySummary, Checkpoint, DayScores, EntityUse, ErrorGroups, FrozenDay,
    FrozenDays, Identity, Output, Outputs, Pages, Reports, Result, RiskScores, RollupChange,
    ScoredDays, Scores, Session, Step, StoreError, Visitor, WhichGroups,
};

/// The output derived from a journal, in an SQLite file.
pub struct SqliteDerived {
    writer: WriterThread<DerivedFile>,
    readers: Arc<Mutex<Vec<Reader>>>,
    generation: Generation,
}

/// Connections kept for later reads.
const IDLE_READERS: usize = 4;

/// A read connection, and the file's creation it belongs to.
struct Reader {
    connection: Connection,
    made: u64,
}

impl SqliteDerived {
    /// The output in the file at a path, which need not exist, for this journal.
    pub fn new(path: &Path, journal: &Identity) -> Result<SqliteDerived> {
        let file = DerivedFile::new(path, journal);
        let generation = file.generation();
        let writer = WriterThread::start_behind("derived-writer", file)?;
        Ok(SqliteDerived { writer, readers: Arc::default(), generation })
    }

    async fn write<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> error::Result<R> + Send + 'static,
    ) -> Result<R> {
        self.writer.run(move |file| file.run(work)).await.map_err(derived)
    }

    async fn read<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> error::Result<R> + Send + 'static,
    ) -> Result<R> {
        if self.generation.now() == 0 {
            // Only the writer creates the file.
            self.write(|_| Ok(())).await?;
        }
        let (idle, generation) = (Arc::clone(&self.readers), self.generation.clone());
        let done = tokio::task::spawn_blocking(move || {
            let lock = || idle.lock();
            let made = generation.now();
            // A file that was created again is another one under the same name.
            lock().retain(|reader| reader.made == made);
            let known = lock().pop();
            let reader = match known {
                Some(reader) => reader,
                None => Reader { connection: generation.reader()?, made },
            };
            let result = work(&reader.connection);
            let mut idle = lock();
            if result.is_ok() && idle.len() < IDLE_READERS {
                idle.push(reader);
            }
            result
        });
        let done = done.await.map_err(|error| StoreError::Derived(error.to_string()))?;
        done.map_err(|failure| derived(failure.into()))
    }
}

/// Marks an error as the derived file's, since it never means the journal.
fn derived(error: StoreError) -> StoreError {
    match error {
        StoreError::Full | StoreError::Derived(_) => error,
        StoreError::Unavailable(cause) | StoreError::Damaged(cause) => StoreError::Derived(cause),
        other => StoreError::Derived(other.to_string()),
    }
}

#[async_trait]
impl Outputs for SqliteDerived {
    async fn resume(&self, output: Output, stamp: &str) -> Result<Checkpoint> {
        let stamp = stamp.to_owned();
        self.write(move |connection| checkpoints::resume(connection, output, &stamp)).await
    }

    async fn clear(&self, output: Output) -> Result<()> {
        self.write(move |connection| checkpoints::clear(connection, output)).await
    }

    async fn add_rollups(&self, step: Step, change: RollupChange) -> Result<()> {
        self.write(move |connection| rollups::add(connection, &step, &change)).await
    }

    async fn sessions(&self, session_ids: Vec<String>) -> Result<Vec<Session>> {
        self.read(move |connection| sessions::of(connection, &session_ids)).await
    }

    async fn bytes(&self) -> Result<u64> {
        self.read(|connection| {
            let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
            Ok(connection.query_row(sql, [], |row| row.get(0))?)
        })
        .await
    }

    async fn close(&self) {
        self.readers.lock().clear();
        self.writer.stop().await;
    }
}

#[async_trait]
impl FrozenDays for SqliteDerived {
    async fn days_to_freeze(&self, through: Date, scores: Date) -> Result<Vec<Date>> {
        self.read(move |connection| frozen::days(connection, through, scores)).await
    }

    async fn looks(&self, day: Date) -> Result<BTreeMap<String, BTreeSet<Visitor>>> {
        self.read(move |connection| frozen::looks(connection, day)).await
    }

    async fn rename_pages(&self, day: Date, paths: Vec<(String, String)>) -> Result<()> {
        self.write(move |connection| pages::rename(connection, day, &paths)).await
    }

    async fn day_to_freeze(&self, day: Date) -> Result<FrozenDay> {
        self.read(move |connection| frozen::day_to_freeze(connection, day)).await
    }

    async fn keep_frozen(&self, days: Vec<FrozenDay>) -> Result<()> {
        self.write(move |connection| frozen::keep(connection, &days)).await
    }

    async fn age_rollups(&self, before: Date) -> Result<()> {
        self.write(move |connection| frozen::age(connection, before)).await
    }
}

#[async_trait]
impl Scores for SqliteDerived {
    async fn scored_days(&self, rules: &str, window: i32) -> Result<ScoredDays> {
        let rules = rules.to_owned();
        self.read(move |connection| scores::days(connection, &rules, window)).await
    }

    async fn begin_scores(&self, day: Date) -> Result<()> {
        self.write(move |connection| scores::begin(connection, day)).await
    }

    async fn keep_scores(&self, scores: DayScores) -> Result<bool> {
        self.write(move |connection| scores::keep(connection, &scores)).await
    }

    async fn drop_scores(&self, before: Date) -> Result<()> {
        self.write(move |connection| scores::drop_before(connection, before)).await
    }

    async fn score_counts(&self, span: Range<Date>, least: u32) -> Result<BTreeMap<Date, u64>> {
        self.read(move |connection| scores::counts(connection, &span, least)).await
    }

    async fn histories(
        &self,
        span: Range<Date>,
        people: Vec<String>,
    ) -> Result<BTreeMap<String, RiskScores>> {
        self.read(move |connection| scores::histories(connection, &span, &people)).await
    }
}

#[async_trait]
impl Reports for SqliteDerived {
    async fn activity(&self, spans: Vec<Range<Date>>) -> Result<(Checkpoint, Vec<Activity>)> {
        self.read(move |connection| rollups::activity(connection, &spans)).await
    }

    async fn activity_summary(
        &self,
        spans: Vec<Range<Date>>,
        person: Option<String>,
    ) -> Result<(Checkpoint, Vec<ActivitySummary>)> {
        self.read(move |connection| activity_summary::of(connection, &spans, person.as_deref()))
            .await
    }

    async fn error_groups(
        &self,
        span: Range<Date>,
        which: WhichGroups,
    ) -> Result<(Checkpoint, ErrorGroups)> {
        self.read(move |connection| errors::groups(connection, &span, &which)).await
    }

    async fn entities(
        &self,
        span: Range<Date>,
        kind: Option<String>,
    ) -> Result<(Checkpoint, Vec<EntityUse>)> {
        self.read(move |connection| entities::used(connection, &span, kind.as_deref())).await
    }

    async fn pages(
        &self,
        span: Range<Date>,
        path: Option<String>,
        limit: usize,
    ) -> Result<(Checkpoint, Pages)> {
        self.read(move |connection| pages::viewed(connection, &span, path.as_deref(), limit)).await
    }
}

#[cfg(test)]
mod tests;
