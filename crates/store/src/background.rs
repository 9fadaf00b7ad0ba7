//! Priority and pauses of threads with long work.

use std::thread;

/// A priority below all other threads, but high enough to get time on a busy machine.
const NICE: i32 = 5;

/// Lets other threads use the processor first.
pub fn lower_priority() {
    // On Linux this affects only the calling thread; elsewhere it may be refused.
    let _ = rustix::process::nice(NICE);
}

/// Lets other threads run first, once in `once_in` calls. Call it between pieces of long work with
/// the number of pieces done: an operating system checks for waiting threads only every few
/// milliseconds, which is more than a page may take.
pub fn yield_every(done: usize, once_in: usize) {
    if done % once_in == once_in - 1 {
        thread::yield_now();
    }
}
