//! Marks for the threads that may block for the time of a read.
//!
//! A read on the thread that serves its request saves two wake-ups, each of which waits for a core.
//! Tokio replaces a thread that blocks (`block_in_place`), but not on every runtime and not
//! everywhere in one. So only threads of the program's own runtime are marked; a host's never are.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static MAY_BLOCK: Cell<bool> = const { Cell::new(false) };
}

/// Marks the calling thread, which must belong to a multi-threaded runtime without local tasks.
pub fn mark_thread() {
    MAY_BLOCK.set(true);
}

/// Runs blocking work on the calling thread if it is marked; otherwise returns the work. A panic is
/// returned as [`std::thread::JoinHandle::join`] does.
pub fn run_blocking_here<R, W: FnOnce() -> R>(work: W) -> Result<std::thread::Result<R>, W> {
    if !MAY_BLOCK.get() {
        return Err(work);
    }
    // A panic drops everything the work owned.
    Ok(tokio::task::block_in_place(|| catch_unwind(AssertUnwindSafe(work))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marked_threads_do_it_themselves() {
        let (ours, others) = std::thread::scope(|scope| {
            let ours = scope.spawn(|| {
                mark_thread();
                let here = std::thread::current().id();
                let at = run_blocking_here(|| std::thread::current().id()).ok().unwrap();
                at.unwrap() == here && run_blocking_here(|| panic!("meant")).ok().unwrap().is_err()
            });
            let others = scope.spawn(|| run_blocking_here(|| 7).is_err());
            (ours.join().unwrap(), others.join().unwrap())
        });
        assert!(ours && others);
    }

    #[test]
    fn others_are_served_meanwhile() {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).on_thread_start(mark_thread).build().unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        runtime.block_on(async {
            let waits = tokio::spawn(async move { run_blocking_here(|| receiver.recv()).ok() });
            let sends = tokio::spawn(async move { sender.send(7).unwrap() });
            sends.await.unwrap();
            assert_eq!(waits.await.unwrap().unwrap().unwrap(), Ok(7));
        });
    }
}
