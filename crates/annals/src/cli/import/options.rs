//! The options of an import.

use std::path::PathBuf;

use annals_event::Time;

use super::send::BATCH_EVENTS;
use super::shift::ShiftTo;

/// The options of an import.
#[derive(Clone, Debug)]
pub struct Options {
    /// The file.
    pub file: PathBuf,
    /// The mapping file; absent: the file is in Annals' own format.
    pub mapping: Option<PathBuf>,
    /// The time of the latest row after the shift; absent: times stay.
    pub shift_to: Option<ShiftTo>,
    /// Stop at the first bad row, before anything is sent, or at the first rejected event.
    pub strict: bool,
    /// The directory for the progress, and for rows that do not fit in memory while sorting.
    pub data_dir: PathBuf,
    /// The server's name: imports to two servers are two imports.
    pub target: String,
    /// The moment the import begins.
    pub now: Time,
    /// Events in a batch, at most 1,000.
    pub batch: usize,
}

impl Options {
    /// Makes the default options for a file.
    pub fn new(file: impl Into<PathBuf>, data_dir: impl Into<PathBuf>, now: Time) -> Options {
        Options {
            file: file.into(),
            mapping: None,
            shift_to: None,
            strict: false,
            data_dir: data_dir.into(),
            target: String::new(),
            now,
            batch: BATCH_EVENTS,
        }
    }
}
