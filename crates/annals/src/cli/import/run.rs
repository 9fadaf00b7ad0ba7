//! One import from beginning to end: read and sort, then send from where an earlier run stopped.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use annals_event::Time;
use anyhow::{Context, bail};
use serde::Serialize;
use tokio::sync::mpsc;

use super::mapping::Mapping;
use super::prepare::{Prepare, Step};
use super::progress::Progress;
use super::record::Record;
use super::send::{BATCH_EVENTS, Batch, Batches, ItemResult, Sink, Status, send};
use super::shift::ShiftTo;
use super::sort::{CHUNK_BYTES, Sorted, Sorter};
use super::state::{self, State};
use crate::id::Random;

/// Bad rows and rejections that are shown; the rest is counted.
const SHOWN: usize = 10;

/// What to import, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The file.
    pub file: PathBuf,
    /// The mapping file; absent: the file is in Annals' own words.
    pub mapping: Option<PathBuf>,
    /// Where the latest row shall fall; absent: times stay.
    pub shift_to: Option<ShiftTo>,
    /// Stop at the first bad row, before anything is sent, or at the first rejected event.
    pub strict: bool,
    /// Where the progress is kept, and what does not fit in memory while sorting.
    pub data_dir: PathBuf,
    /// Which server: two of them are two imports.
    pub target: String,
    /// The moment the import begins.
    pub now: Time,
    /// Events in a batch, at most 1,000.
    pub batch: usize,
}

impl Options {
    /// Imports a file as it is.
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

/// A row or event with a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Its line in the file.
    pub line: u64,
    /// What is wrong.
    pub error: String,
}

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows in the file.
    pub rows: u64,
    /// Events put on the record by this run.
    pub accepted: u64,
    /// Events that were there already.
    pub duplicates: u64,
    /// Events the server refused.
    pub rejected: u64,
    /// Events the server is set not to record.
    pub dropped: u64,
    /// Rows a rule of the mapping left out.
    pub skipped: u64,
    /// Rows that could not become events.
    pub bad_rows: u64,
    /// Events an earlier run had sent.
    pub resumed_after: u64,
    /// The earliest event's time, as sent.
    pub first_time: Option<Time>,
    /// The latest event's time, as sent.
    pub last_time: Option<Time>,
    /// By how much times were moved, in microseconds.
    pub shift_us: i64,
    /// The first faults.
    pub faults: Vec<Fault>,
}

impl Summary {
    fn fault(&mut self, line: u64, error: String, progress: &dyn Progress) {
        if self.faults.len() < SHOWN {
            progress.note(&format!("line {line}: {error}"));
            self.faults.push(Fault { line, error });
        }
    }
}

/// Imports a file. Running it again after a break goes on where it stopped; running it again
/// after its end sends everything again, and the server answers that it has it.
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
    let earlier = kept.load()?;

    let (task_options, task_progress) = (options.clone(), progress.clone());
    let sorting = tokio::task::spawn_blocking(move || {
        let file = task_options.file.display().to_string();
        sort(&task_options, mapping.as_ref(), &secret, &*task_progress).context(file)
    });
    let (sorted, mut summary) = sorting.await??;
    let Some((first, last)) = sorted.span else {
        progress.finish();
        return Ok(summary);
    };

    let mut state = match earlier {
        Some(earlier) => state::Progress {
            sent: if earlier.done { 0 } else { earlier.sent },
            done: false,
            ..earlier
        },
        None => state::Progress {
            file: options.file.display().to_string(),
            shift_us: options.shift_to.map_or(0, |to| to.micros(last, options.now)),
            sent: 0,
            done: false,
        },
    };
    if state.sent > 0 {
        progress.note(&format!("going on after {} events of an earlier run", state.sent));
    }
    // Before anything is sent: a second run must find the shift.
    kept.save(&state)?;
    summary.shift_us = state.shift_us;
    summary.resumed_after = state.sent;
    summary.first_time = Some(first.plus_micros(state.shift_us));
    summary.last_time = Some(last.plus_micros(state.shift_us));

    let count = sorted.count;
    let shift = state.shift_us;
    let from = usize::try_from(state.sent).unwrap_or(usize::MAX);
    let records = sorted.skip(from).map(move |record| {
        let mut record = record?;
        record.time = record.time.plus_micros(shift);
        Ok(record)
    });
    let mut batches = in_background(Batches::new(records, options.batch));
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        let results = send(sink, &batch).await?;
        let lines = batch.lines.iter().copied();
        count_results(&mut summary, lines.zip(results), options.strict, &*progress)?;
        state.sent += batch.lines.len() as u64;
        kept.save(&state)?;
        progress.sending(state.sent, count);
    }
    state.done = true;
    kept.save(&state)?;
    progress.finish();
    Ok(summary)
}

/// Makes batches in a thread of their own, two ahead of the network.
pub fn in_background<I>(batches: Batches<I>) -> mpsc::Receiver<anyhow::Result<Batch>>
where
    I: Iterator<Item = anyhow::Result<Record>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        for batch in batches {
            // Nobody listens any more: the import was given up.
            if sender.blocking_send(batch).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Adds up what became of a batch.
pub fn count_results(
    summary: &mut Summary,
    results: impl Iterator<Item = (u64, ItemResult)>,
    strict: bool,
    progress: &dyn Progress,
) -> anyhow::Result<()> {
    for (line, result) in results {
        match result.status {
            Status::Accepted => summary.accepted += 1,
            Status::Duplicate => summary.duplicates += 1,
            Status::Dropped => summary.dropped += 1,
            Status::Rejected => {
                summary.rejected += 1;
                let error = result.error.unwrap_or_else(|| "rejected".into());
                if strict {
                    bail!("line {line}: {error}");
                }
                summary.fault(line, error, progress);
            }
        }
    }
    Ok(())
}

/// Reads the whole file and sorts it; nothing is sent before every row was seen.
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
                summary.fault(line, why, progress);
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

/// A mapping by its path, or by the name of one that comes with the program.
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

/// Counts what is read of a file, before decompression.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
