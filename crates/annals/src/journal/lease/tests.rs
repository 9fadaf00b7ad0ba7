//! A lease belongs to one task at a time, and is given back whatever ends it.

use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;

use super::*;

const TERM: Duration = Duration::from_millis(200);

/// A database that gives the lease to this server, or to another one.
#[derive(Default)]
struct Database {
    taken: AtomicBool,
    given_back: AtomicU32,
}

#[async_trait]
impl Cluster for Database {
    async fn lease(&self, _work: &str, _period: Duration) -> Result<bool> {
        Ok(!self.taken.load(Ordering::SeqCst))
    }

    async fn release(&self, _work: &str) -> Result<()> {
        self.given_back.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

fn exclusive() -> (Arc<Database>, Exclusive) {
    let database = Arc::new(Database::default());
    (database.clone(), Exclusive::new(database, "work", TERM))
}

#[tokio::test]
async fn one_task_has_the_lease_until_it_is_dropped_released_or_left_to_expire() {
    let (database, work) = exclusive();
    let lease = work.try_acquire().await.unwrap().unwrap();
    assert!(work.try_acquire().await.unwrap().is_none());
    assert!(work.try_lock_here().is_none());
    drop(lease);
    // It waits until the database knows.
    let lease = work.acquire().await.unwrap();
    assert_eq!(database.given_back.load(Ordering::SeqCst), 1);
    lease.release().await;
    assert_eq!(database.given_back.load(Ordering::SeqCst), 2);
    work.try_acquire().await.unwrap().unwrap().expire();
    assert!(work.try_lock_here().is_some());
    assert_eq!(database.given_back.load(Ordering::SeqCst), 2);
    database.taken.store(true, Ordering::SeqCst);
    assert!(work.try_acquire().await.unwrap().is_none());
    assert!(work.try_lock_here().is_some());
}

#[tokio::test]
async fn work_goes_on_while_the_lease_is_renewed_and_ends_when_it_is_lost() {
    let (database, work) = exclusive();
    let mut lease = work.acquire().await.unwrap();
    let long = async {
        sleep(2 * TERM).await;
        7
    };
    assert_eq!(lease.hold(long).await, Ok(7));
    assert!(lease.stands().await);
    database.taken.store(true, Ordering::SeqCst);
    assert_eq!(lease.hold(pending::<()>()).await, Err(LeaseLost));
}
