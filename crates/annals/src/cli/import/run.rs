//! An import from beginning to end: read and sort; then `deliver.rs` sends.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, bail};

use super::deliver::{Load, deliver};
use super::mapping::Mapping;
use super::options::Options;
use super::prepare::{Prepare, Step};
use super::progress::Progress;
use super::send::Sink;
use super::sort::{CHUNK_BYTES, Sorted, Sorter};
use super::state::{self, State};
use super::summary::Summary;
use crate::id::Random;

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
