//! Leases: work that one task of one server does at a time, among all servers on one database.
//!
//! ```text
//! Exclusive::acquire ─► waits for other tasks here ─► gets the lease from the store ─► Lease
//! Lease::hold(work) ─► renews while the work runs; ends the work when the lease is lost
//! Lease dropped or released ─► given back to the store, then to other tasks here
//! ```
//!
//! The store gives a lease to a server and not to a task, so tasks of one server also need a mutex.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, OwnedMutexGuard};
use tokio::time::{Instant, sleep, timeout};

use crate::store::{Cluster, Result, StoreError};

/// Time for which [`Exclusive::acquire`] waits for another server.
const PATIENCE: Duration = Duration::from_secs(30);
/// Time between its attempts.
const ASK_EVERY: Duration = Duration::from_millis(200);
/// Number of renewals within the term of a lease: two may fail before it is lost.
const RENEWALS: u32 = 4;

/// A piece of work by its name in the store, with the mutex of this server's tasks.
#[derive(Clone)]
pub struct Exclusive {
    store: Arc<dyn Cluster>,
    name: &'static str,
    /// Time for which others wait if a server dies.
    term: Duration,
    here: Arc<Mutex<()>>,
}

/// Another server does the work now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("another server continues the work")]
pub struct LeaseLost;

impl Exclusive {
    /// Names work whose lease ends after `term` unless it is renewed.
    pub fn new(store: Arc<dyn Cluster>, name: &'static str, term: Duration) -> Exclusive {
        Exclusive { store, name, term, here: Arc::default() }
    }

    /// Acquires the lease. Waits for other tasks here, and up to 30 s for other servers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if another server still has it, and errors of the store.
    pub async fn acquire(&self) -> Result<Lease> {
        let here = Arc::clone(&self.here).lock_owned().await;
        let until = Instant::now() + PATIENCE;
        loop {
            let asked = Instant::now();
            if self.store.lease(self.name, self.term).await? {
                return Ok(self.lease(here, asked));
            }
            if asked > until {
                let message =
                    format!("another server is doing this now: {}; try again later", self.name);
                return Err(StoreError::Unavailable(message));
            }
            sleep(ASK_EVERY).await;
        }
    }

    /// Acquires the lease, unless another task or server has it.
    ///
    /// # Errors
    /// The store cannot answer.
    pub async fn try_acquire(&self) -> Result<Option<Lease>> {
        let Ok(here) = Arc::clone(&self.here).try_lock_owned() else {
            return Ok(None);
        };
        let asked = Instant::now();
        let ours = self.store.lease(self.name, self.term).await?;
        Ok(ours.then(|| self.lease(here, asked)))
    }

    /// Blocks other tasks of this server from the work. Other servers may do it meanwhile.
    pub async fn lock_here(&self) -> MutexGuard<'_, ()> {
        self.here.lock().await
    }

    /// Locks like [`lock_here`](Exclusive::lock_here), unless a task of this server does the work.
    pub fn try_lock_here(&self) -> Option<MutexGuard<'_, ()>> {
        self.here.try_lock().ok()
    }

    fn lease(&self, here: OwnedMutexGuard<()>, renewed: Instant) -> Lease {
        Lease { work: self.clone(), renewed, here: Some(here) }
    }
}

/// The right to do a piece of work, until it is dropped.
pub struct Lease {
    work: Exclusive,
    /// The time of the last renewal, from before the request, because the answer takes time.
    renewed: Instant,
    /// `None` once the lease is given back.
    here: Option<OwnedMutexGuard<()>>,
}

impl Lease {
    /// Does the work and renews the lease meanwhile. If the lease is lost, the work is dropped.
    ///
    /// # Errors
    /// Another server has the lease now, or the store did not answer for the full term.
    pub async fn hold<T>(
        &mut self,
        work: impl Future<Output = T>,
    ) -> std::result::Result<T, LeaseLost> {
        let kept = async {
            loop {
                sleep(self.work.term / RENEWALS).await;
                if !self.renew().await {
                    return;
                }
            }
        };
        tokio::select! {
            biased;
            done = work => Ok(done),
            () = kept => Err(LeaseLost),
        }
    }

    /// Returns `true` if the lease is still held, and renews it when that is due. For work that must
    /// not be interrupted between two of its steps.
    pub async fn stands(&mut self) -> bool {
        self.renewed.elapsed() < self.work.term / RENEWALS || self.renew().await
    }

    async fn renew(&mut self) -> bool {
        let Exclusive { store, name, term, .. } = &self.work;
        let asked = Instant::now();
        match timeout(*term / RENEWALS, store.lease(name, *term)).await {
            Ok(Ok(true)) => {
                self.renewed = asked;
                true
            }
            Ok(Ok(false)) => false,
            // The database may come back in time.
            Ok(Err(_)) | Err(_) => self.renewed.elapsed() < *term,
        }
    }

    /// Gives the lease back, and waits until the store knows.
    pub async fn release(mut self) {
        if let Some(here) = self.here.take() {
            give_back(self.work.clone(), here).await;
        }
    }

    /// Lets the lease expire, so that nobody else does the work before that.
    pub fn expire(mut self) {
        self.here = None;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (Some(here), Ok(runtime)) = (self.here.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        runtime.spawn(give_back(self.work.clone(), here));
    }
}

/// Gives a lease back. The store must know before other tasks here may ask it, because it would
/// take their lease for this one.
async fn give_back(work: Exclusive, _here: OwnedMutexGuard<()>) {
    if let Err(error) = work.store.release(work.name).await {
        tracing::warn!(work = work.name, %error, "a lease was not given back; other servers wait until it expires");
    }
}

#[cfg(test)]
mod tests;
