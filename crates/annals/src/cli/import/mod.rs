//! `annals import`: records a file's rows, in the order they happened.
//!
//! ```text
//! file ─read─► rows ─plan (mapping)─► records ─sort─► by time ─shift─► batches ─send─► Sink
//! ```
//!
//! * [`mapping`] is the file that describes the rows; [`plan`] is that file, compiled.
//! * [`prepare`] makes records of rows: CSV, NDJSON (also Annals' own export), access logs.
//! * [`sort`] sorts them by time in constant memory.
//! * [`state`] saves the progress; [`ids`] makes ids, so that sending twice changes nothing.
//! * [`run`](fn@run) does it all; [`deliver`](mod@deliver) is its second half.
//! * [`tinydb`] reads the points log of an application that kept it in a TinyDB file.

pub mod combined_log;
pub(super) mod command;
pub mod deliver;
pub mod field;
pub mod ids;
pub mod mapping;
pub mod options;
pub mod plan;
pub mod prepare;
pub mod progress;
pub mod read;
pub mod record;
pub mod run;
pub mod send;
pub mod shift;
pub mod sort;
pub mod spread;
pub mod state;
pub mod summary;
pub mod template;
pub(super) mod tinydb;
pub mod value;
pub mod when;

#[cfg(test)]
mod tests;

pub use options::Options;
pub use progress::{Bar, Progress, Quiet};
pub use run::run;
pub use send::{Busy, ItemResult, Sink, Status};
pub use shift::ShiftTo;
pub use summary::Summary;
