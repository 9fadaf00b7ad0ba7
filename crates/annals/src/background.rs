//! Threads that compute behind those that serve.
//!
//! What takes milliseconds of computing (a batch of events is read, checked and hashed) would hold
//! up every request that the same thread serves, and the operating system would not know whom to
//! let go first. Here it is done on threads that step back for all others of the machine.

use std::io;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// There is no thread to do the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no thread is there to do it")]
pub struct NoThread;

/// Below everybody else who wants to compute, but not so far that it never gets its turn.
const NICE: i32 = 5;

/// Lets other threads have the processor first.
pub fn lower_priority() {
    // On Linux this is the thread's own; elsewhere it may be refused.
    let _ = rustix::process::nice(NICE);
}

/// Called between pieces of a long work, with how many are done: once in so many, lets whoever
/// waits for this processor go first. An operating system looks at who waits only every few
/// milliseconds, which is more than a page may take.
pub fn yield_every(done: usize, once_in: usize) {
    if done % once_in == once_in - 1 {
        thread::yield_now();
    }
}

/// As many threads as there are processors. They end when this is dropped.
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
            let next = move || waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
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

    /// Does work when a thread is free, in the order it was handed over; a panic in it is the
    /// caller's. Whoever gives up waiting does not end it.
    pub async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, NoThread> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move || {
            // Whatever the work had in hand is dropped with it.
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
    async fn what_was_handed_over_is_done_though_nobody_waits() {
        let background = Background::start().unwrap();
        let (done, told) = mpsc::channel();
        let mut job = Box::pin(background.run(move || done.send(7)));
        assert!(futures::poll!(&mut job).is_pending());
        drop(job);
        drop(background);
        assert_eq!(told.recv(), Ok(7));
    }
}
