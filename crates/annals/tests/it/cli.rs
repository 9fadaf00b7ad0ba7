//! The command line: output, exit codes and effects of each command.

use std::process::Output;

use crate::support::{Root, run};

mod copy;
mod front_door;
mod import;
mod restore;
mod tinydb;
mod usage;
mod with_server;

/// Runs a command that must fail with this exit code; returns its error output.
pub fn refused(root: &Root, arguments: &[&str], code: i32) -> String {
    let output = run(root, arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
    said(&output)
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
