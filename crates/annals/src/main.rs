//! The `annals` program: argv → [`annals::cli`].

use std::process::ExitCode;

/// Every event is a few dozen small texts, taken on one thread and let go on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    annals::cli::main()
}
