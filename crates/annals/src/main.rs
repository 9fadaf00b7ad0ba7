//! The `annals` program: argv → [`annals::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    annals::cli::main()
}
