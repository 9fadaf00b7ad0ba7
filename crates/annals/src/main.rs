//! The `annals` program, which calls [`annals::cli`].

use std::process::ExitCode;

#[cfg(feature = "jemalloc")]
use tikv_jemallocator::Jemalloc;

/// Requests need many small pieces of memory and a few large ones, which the system's allocator
/// handles slowly. Only for this program: a host that embeds Annals keeps its own.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    annals::cli::main()
}
