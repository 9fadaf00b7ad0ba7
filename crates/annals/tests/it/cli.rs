//! The command line: what each command answers, and what it does to whom.

use std::process::Output;

use crate::support::{Root, run};

mod copy;
mod import;
mod restore;
mod tinydb;
mod usage;
mod with_server;

/// A command that must fail with this exit code. Answers what it says.
pub fn refused(root: &Root, arguments: &[&str], code: i32) -> String {
    let output = run(root, arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
    said(&output)
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
