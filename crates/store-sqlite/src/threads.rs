//! The writer's thread and the readers' pool.
//!
//! SQLite blocks, so it never runs on a thread that serves requests. There is one writer, because
//! SQLite has one; readers see the last commit and never wait.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};

use super::{error, open};
use annals_store::background::lower_priority;
use annals_store::blocking;
use annals_store::{Result, StoreError};

type Job<T> = Box<dyn FnOnce(&mut T) + Send>;

struct Running<T> {
    jobs: mpsc::Sender<Job<T>>,
    thread: JoinHandle<()>,
}

/// A thread that owns a `T` and runs jobs on it, one after the other.
pub(super) struct WriterThread<T> {
    /// `None` after stopping.
    running: Mutex<Option<Running<T>>>,
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the server is stopping".to_owned())
}

impl<T: Send + 'static> WriterThread<T> {
    pub(super) fn start(name: &str, state: T) -> Result<WriterThread<T>> {
        WriterThread::begin(name, state, || {})
    }

    /// Starts a low-priority writer, for work that nobody waits for.
    pub(super) fn start_behind(name: &str, state: T) -> Result<WriterThread<T>> {
        WriterThread::begin(name, state, lower_priority)
    }

    fn begin(name: &str, mut state: T, first: fn()) -> Result<WriterThread<T>> {
        let (sender, receiver) = mpsc::channel::<Job<T>>();
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                first();
                for job in receiver {
                    job(&mut state);
                }
            })
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(WriterThread { running: Mutex::new(Some(Running { jobs: sender, thread })) })
    }

    pub(super) async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut T) -> error::Result<R> + Send + 'static,
    ) -> Result<R> {
        let (answer, answered) = oneshot::channel();
        let job: Job<T> = Box::new(move |state| {
            // The caller may have gone away; the work is done all the same.
            let _ = answer.send(work(state));
        });
        {
            let running = self.running.lock();
            running.as_ref().ok_or_else(stopped)?.jobs.send(job).map_err(|_| stopped())?;
        }
        // Without an answer the thread has panicked in the job, which may have committed or not.
        let stopped = |_| StoreError::Unknown("the writer stopped".to_owned());
        Ok(answered.await.map_err(stopped)??)
    }

    /// Finishes the waiting jobs, drops the state and ends the thread.
    pub(super) async fn stop(&self) {
        let running = self.running.lock().take();
        if let Some(Running { jobs, thread }) = running {
            drop(jobs);
            // A writer that panicked has already failed its callers.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

/// A few read connections, handed out one at a time.
pub(super) struct Readers {
    path: Arc<Path>,
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn open(path: &Path, count: usize) -> Result<Readers> {
        let connections =
            (0..count).map(|_| open::for_reading(path)).collect::<error::Result<Vec<_>>>()?;
        Ok(Readers {
            path: path.into(),
            idle: Arc::new(Mutex::new(connections)),
            permits: Arc::new(Semaphore::new(count)),
        })
    }

    pub(super) async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> error::Result<R> + Send + 'static,
    ) -> Result<R> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| stopped())?;
        let (path, idle) = (Arc::clone(&self.path), Arc::clone(&self.idle));
        let read = move || -> error::Result<R> {
            let lock = || idle.lock();
            // A read that panicked has lost its connection.
            let idle = lock().pop();
            let connection = idle.map_or_else(|| open::for_reading(&path), Ok)?;
            let result = work(&connection);
            lock().push(connection);
            drop(permit);
            result
        };
        let failed = |error: &dyn std::fmt::Display| StoreError::Unavailable(error.to_string());
        Ok(match blocking::run_blocking_here(read) {
            Ok(done) => done.map_err(|_| failed(&"a read panicked"))??,
            Err(read) => {
                tokio::task::spawn_blocking(read).await.map_err(|error| failed(&error))??
            }
        })
    }

    /// Ends reading: running reads finish, waiting ones fail.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle.lock().clear();
    }
}
