//! The `annals` program: argv → [`annals::cli`].

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// Requests are many small pieces of memory beside a few large ones, which the system's allocator
/// spends its time tidying up. The program's alone: a host that embeds Annals keeps its own.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    annals::cli::main()
}
