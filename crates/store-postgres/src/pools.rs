//! Connections: for lists, for other reading, and a few for writing that readers cannot use up.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, QueueMode, RecyclingMethod,
    Runtime,
};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::error::{chain, failed};
use super::target::Target;
use annals_store::{Result, StoreError};

/// Connections for writing: one for appends, one for work that must not wait for them.
const WRITERS: usize = 2;
/// Connections outside the pools: one that listens. Rewriting tables opens another one for that
/// time.
pub(super) const BESIDE: usize = 1;
/// The longest time that a caller waits for a connection.
const WAIT: Duration = Duration::from_secs(10);
/// A reader's connection that was idle for this long is tested before use.
const IDLE: Duration = Duration::from_secs(1);

/// The most prepared statements of a connection; queries have few shapes. Beyond it all are
/// dropped.
const KEPT: usize = 64;

/// The settings of every connection, whatever the database's own are. Plans are made for each call,
/// since one made for an empty table would be kept when the table has grown. JIT takes longer than
/// these queries. Sequential scans are off, since plans for small tables would otherwise ignore the
/// indexes.
const SETTINGS: &str = "
    SET search_path = annals, pg_temp;
    SET default_transaction_isolation = 'read committed';
    SET plan_cache_mode = force_custom_plan;
    SET jit = off;
    SET enable_seqscan = off;
    SET statement_timeout = '60s';
    SET lock_timeout = '10s';
    SET idle_in_transaction_session_timeout = '60s';
    SET bytea_output = 'hex';
    SELECT set_config('synchronous_commit', 'on', false)
      WHERE current_setting('synchronous_commit') = 'off';
    SET ROLE annals_writer;";

/// The settings of connections for lists. Their statements have one sensible plan and take less
/// time than planning, so plans are kept until the journal has doubled.
const KEEPING: &str = "SET plan_cache_mode = force_generic_plan";

/// The connections of a store.
pub(super) struct Pools {
    lists: Pool,
    readers: Pool,
    writers: Pool,
    /// Limits the counts that run at once.
    counters: Semaphore,
    /// The number of doublings of the journal when list plans were last dropped.
    doubled: AtomicU32,
}

/// A reader's connection for a count.
pub(super) struct Counter<'p> {
    pub(super) connection: Object,
    _turn: SemaphorePermit<'p>,
}

impl Pools {
    pub(super) fn new(target: &Target, connections: usize) -> Result<Pools> {
        let reading = connections.saturating_sub(WRITERS + BESIDE);
        let lists = (reading / 2).max(1);
        let readers = reading.saturating_sub(lists).max(1);
        let counters = Semaphore::new((readers / 2).max(1));
        let lists = pool(target, lists, Some(IDLE), &[SETTINGS, KEEPING])?;
        let readers = pool(target, readers, Some(IDLE), &[SETTINGS])?;
        // An append finds out about a dead connection anyway.
        let writers = pool(target, WRITERS, None, &[SETTINGS])?;
        Ok(Pools { lists, readers, writers, counters, doubled: AtomicU32::new(0) })
    }

    /// A connection for lists of a journal up to this position.
    pub(super) async fn lists(&self, known: u64) -> Result<Object> {
        let doubled = known.checked_ilog2().unwrap_or(0);
        if self.doubled.fetch_max(doubled, Ordering::Relaxed) < doubled {
            self.lists.manager().statement_caches.clear();
        }
        get(&self.lists).await
    }

    pub(super) async fn reader(&self) -> Result<Object> {
        get(&self.readers).await
    }

    /// A connection for a query that may take seconds. Such queries share half of the readers and
    /// wait for each other, so that the other half stays free.
    pub(super) async fn counter(&self) -> Result<Counter<'_>> {
        let turn = tokio::time::timeout(WAIT, self.counters.acquire()).await;
        let _turn = turn.ok().and_then(std::result::Result::ok).ok_or_else(|| {
            StoreError::Unavailable("too much is being counted; ask again in a moment".to_owned())
        })?;
        Ok(Counter { connection: self.reader().await?, _turn })
    }

    pub(super) async fn writer(&self) -> Result<Object> {
        get(&self.writers).await
    }

    pub(super) fn close(&self) {
        self.lists.close();
        self.readers.close();
        self.writers.close();
    }
}

/// Makes a pool. A connection is tested before use if it was idle for this long; one that breaks
/// while in use reports it by itself.
fn pool(
    target: &Target,
    size: usize,
    tried_after: Option<Duration>,
    settings: &'static [&'static str],
) -> Result<Pool> {
    let mut config = target.config.clone();
    config.connect_timeout(WAIT);
    config.keepalives_idle(Duration::from_secs(30));
    // If a server disappears without a word, only the kernel notices.
    config.tcp_user_timeout(Duration::from_secs(20));
    let quickly = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(config, target.tls.clone(), quickly);
    Pool::builder(manager)
        .max_size(size)
        // The last used connection, whose process has its caches warm.
        .queue_mode(QueueMode::Lifo)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(WAIT))
        .recycle_timeout(Some(WAIT))
        .pre_recycle(Hook::async_fn(move |client, metrics| {
            if client.statement_cache.size() >= KEPT {
                client.statement_cache.clear();
            }
            Box::pin(async move {
                match tried_after {
                    Some(long) if metrics.last_used() > long => {
                        client.simple_query("").await.map(drop).map_err(HookError::Backend)
                    }
                    _ => Ok(()),
                }
            })
        }))
        .post_create(Hook::async_fn(move |client, _| {
            Box::pin(async move {
                for each in settings {
                    client.batch_execute(each).await.map_err(HookError::Backend)?;
                }
                Ok(())
            })
        }))
        .build()
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// A pool of one connection, apart from the others.
pub(super) fn alone(target: &Target) -> Result<Pool> {
    pool(target, 1, None, &[SETTINGS])
}

pub(super) async fn get(pool: &Pool) -> Result<Object> {
    pool.get().await.map_err(|error| match error {
        PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
            match error.as_db_error() {
                // An error that a grant can solve has its own code.
                Some(_) => failed(error),
                None => StoreError::Unavailable(chain(&error)),
            }
        }
        PoolError::Timeout(_) => StoreError::Unavailable(
            "no connection was free for 10 seconds; allow more with `postgres.connections`".into(),
        ),
        PoolError::Closed => StoreError::Unavailable("the server is stopping".to_owned()),
        error => StoreError::Unavailable(error.to_string()),
    })
}
