//! Threads for computing, apart from those that serve requests.
//!
//! Computing for milliseconds (reading, checking and hashing a batch of events) would delay every
//! request on the same thread, and the operating system could not tell which work matters more.
//! The threads here have a lower priority than all others of the machine.

use std::io;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, mpsc};
use std::thread;

use parking_lot::Mutex;
use tokio::sync::oneshot;

pub use annals_store::background::{lower_priority, yield_every};

type Job = Box<dyn FnOnce() + Send>;

/// No thread is left to do the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no background thread is running; restart the server")]
pub struct NoThread;

/// A pool with as many threads as processors. They end when this is dropped.
pub struct Background {
    jobs: mpsc::Sender<Job>,
}

impl Background {
    /// Starts the threads.
    pub fn start() -> io::Result<Background> {
        let (jobs, waiting) = mpsc::channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            let waiting = Arc::clone(&waiting);
            let next = move || waiting.lock().recv();
            let work = move || {
                lower_priority();
                while let Ok(job) = next() {
                    job();
                }
            };
            thread::Builder::new().name("background".to_owned()).spawn(work)?;
        }
        Ok(Background { jobs })
    }

    /// Runs work when a thread is free, in the order of the calls. A panic in it is passed to the
    /// caller. The work continues if the caller stops waiting.
    pub async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, NoThread> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move || {
            // A panic drops everything the work owned.
            let _ = answer.send(catch_unwind(AssertUnwindSafe(work)));
        });
        self.jobs.send(job).map_err(|_| NoThread)?;
        match answered.await.map_err(|_| NoThread)? {
            Ok(done) => Ok(done),
            Err(panic) => resume_unwind(panic),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn work_is_done_elsewhere_and_a_panic_costs_nothing_else() {
        let background = Background::start().unwrap();
        let here = thread::current().id();
        let there = background.run(|| thread::current().id()).await.unwrap();
        assert_ne!(here, there);
        for _ in 0..50 {
            let failing = AssertUnwindSafe(background.run(|| panic!("meant"))).catch_unwind();
            let failed: Result<Result<(), NoThread>, _> = failing.await;
            assert!(failed.is_err());
        }
        assert_eq!(background.run(|| 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn work_is_done_even_if_nobody_waits() {
        let background = Background::start().unwrap();
        let (done, result) = mpsc::channel();
        let mut job = Box::pin(background.run(move || done.send(7)));
        assert!(futures::poll!(&mut job).is_pending());
        drop(job);
        drop(background);
        assert_eq!(result.recv(), Ok(7));
    }
}
