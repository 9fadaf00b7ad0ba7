//! An import from beginning to end: read and sort; then `deliver.rs` sends.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use annals_event::Time;
use anyhow::{Context, bail};
use serde::Serialize;

use super::deliver::{Load, deliver};
use super::mapping::Mapping;
use super::prepare::{Prepare, Step};
use super::progress::Progress;
use super::send::{BATCH_EVENTS, Sink};
use super::shift::ShiftTo;
use super::sort::{CHUNK_BYTES, Sorted, Sorter};
use super::state::{self, State};
use crate::id::Random;

/// Number of bad rows and rejections that are shown; the rest is counted.
const SHOWN: usize = 10;

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

/// Imports a file. After an interruption it continues where it stopped. After a complete run it
/// sends everything again, and the server answers that it has it.
pub async fn run(
    options: &Options,
    random: &dyn Random,
    sink: &mut dyn Sink,
    progress: Arc<dyn Progress>,
) -> anyhow::Result<Summary> {
    let text = match &options.mapping {
        Some(path) => load_mapping(path)?,
        None => String::new(),
    };
    let name = options.mapping.as_deref().unwrap_or(Path::new("")).display();
    let mapping =
        options.mapping.as_ref().map(|_| Mapping::parse(&text, &name.to_string())).transpose()?;
    let secret = state::secret(&options.data_dir, random)?;
    let kept = State::of(&options.data_dir, &options.file, &text, &options.target)?;

    let (task_options, task_progress) = (options.clone(), progress.clone());
    let sorting = tokio::task::spawn_blocking(move || {
        let file = task_options.file.display().to_string();
        sort(&task_options, mapping.as_ref(), &secret, &*task_progress).context(file)
    });
    let (sorted, summary) = sorting.await??;
    let Some((first, last)) = sorted.span else {
        progress.finish();
        return Ok(summary);
    };

    let load = Load { count: sorted.count, first, last, records: sorted, place: &|_| None };
    deliver(options, &kept, load, summary, sink, &*progress).await
}

/// Reads and sorts the full file; nothing is sent before every row was seen.
fn sort(
    options: &Options,
    mapping: Option<&Mapping>,
    secret: &str,
    progress: &dyn Progress,
) -> anyhow::Result<(Sorted, Summary)> {
    let file = File::open(&options.file)?;
    let size = file.metadata()?.len();
    let read = Arc::new(AtomicU64::new(0));
    let input = super::read::open(Box::new(Counted { file, read: read.clone() }))?;
    let mut prepare = Prepare::open(input, mapping, secret.as_bytes())?;
    let mut sorter = Sorter::new(&options.data_dir.join("imports"), CHUNK_BYTES);
    let mut summary = Summary::default();
    loop {
        match prepare.step()? {
            Step::End => break,
            Step::Record(record) => sorter.push(record)?,
            Step::Skipped => summary.skipped += 1,
            Step::Bad { line, why } => {
                if options.strict {
                    bail!("line {line}: {why}");
                }
                summary.bad_rows += 1;
                summary.fault(Some(line), why, progress);
            }
        }
        summary.rows += 1;
        if summary.rows % 4_096 == 0 {
            progress.reading(read.load(Ordering::Relaxed), size);
        }
    }
    progress.reading(size, size);
    Ok((sorter.finish()?, summary))
}

/// Returns a mapping by its path, or by the name of a built-in one.
fn load_mapping(path: &Path) -> anyhow::Result<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let built_in = path.to_str().and_then(crate::cli::demo_data::examples::mapping);
            built_in.with_context(|| format!("mapping {}: {error}", path.display()))
        }
        Err(error) => Err(error).with_context(|| format!("mapping {}", path.display())),
    }
}

/// A counter of the bytes read from a file, before decompression.
pub(super) struct Counted {
    pub(super) file: File,
    pub(super) read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
