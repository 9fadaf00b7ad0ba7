//! The result of an import: counts, and the first faults.

use annals_event::Time;
use serde::Serialize;

use super::progress::Progress;

/// Number of bad rows and rejections that are shown; the rest is counted.
const SHOWN: usize = 10;

/// A row or event that could not be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The line in the file; absent if the file does not consist of lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The problem.
    pub error: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.error),
            None => f.write_str(&self.error),
        }
    }
}

/// The result of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows in the file.
    pub rows: u64,
    /// Events recorded by this run.
    pub accepted: u64,
    /// Events that were recorded already.
    pub duplicates: u64,
    /// Events the server refused.
    pub rejected: u64,
    /// Events that the server is set not to record.
    pub dropped: u64,
    /// Rows a rule of the mapping left out.
    pub skipped: u64,
    /// Rows that could not become events.
    pub bad_rows: u64,
    /// Rows left out so that no balance is overwritten.
    pub kept_out: u64,
    /// Problems that a person should check, though the rows were imported.
    pub warnings: u64,
    /// The first warnings, and the assumptions made.
    pub notes: Vec<String>,
    /// Events that an earlier run had sent.
    pub resumed_after: u64,
    /// The earliest event's time, as sent.
    pub first_time: Option<Time>,
    /// The latest event's time, as sent.
    pub last_time: Option<Time>,
    /// The shift in microseconds.
    pub shift_us: i64,
    /// The first rows or events that could not be imported.
    pub faults: Vec<Fault>,
}

impl Summary {
    pub(super) fn fault(&mut self, line: Option<u64>, error: String, progress: &dyn Progress) {
        if self.faults.len() < SHOWN {
            let fault = Fault { line, error };
            progress.note(&fault.to_string());
            self.faults.push(fault);
        }
    }

    pub(super) fn warn(&mut self, warning: String) {
        self.warnings += 1;
        if self.warnings <= SHOWN as u64 {
            self.notes.push(warning);
        }
    }
}
