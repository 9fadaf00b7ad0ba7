//! The command line: one module per subcommand.

pub mod demo_data;
pub mod import;
