//! A sorter of records by time in constant memory, whatever the file's order and length.
//!
//! Records are collected until they take [`CHUNK_BYTES`], sorted and written to a compressed run.
//! In the end the runs are merged. The published crate extsort bounds the *number* of records in
//! memory and opens a file for each chunk: rows of any length then need any amount of memory, and a
//! long file runs out of file handles. Here bytes are counted, and [`FAN_IN`] runs are merged into
//! one.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, Write};
use std::path::Path;

use annals_event::Time;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tempfile::tempfile_in;

use super::ids::Content;
use super::record::Record;

/// Bytes held in memory before they are written to disk.
pub const CHUNK_BYTES: usize = 32 * 1024 * 1024;
/// Number of runs that are merged into one.
const FAN_IN: usize = 32;

/// A sorter of records.
pub struct Sorter {
    dir: std::path::PathBuf,
    limit: usize,
    held: Vec<Record>,
    held_bytes: usize,
    /// Runs by how often they were merged; each level has fewer than [`FAN_IN`].
    levels: Vec<Vec<Run>>,
    count: u64,
    span: Option<(Time, Time)>,
}

impl Sorter {
    /// Makes a sorter that keeps compressed records in `dir`. Its files have no name, so that they
    /// disappear whatever happens.
    pub fn new(dir: &Path, limit: usize) -> Sorter {
        Sorter {
            dir: dir.to_owned(),
            limit,
            held: Vec::new(),
            held_bytes: 0,
            levels: Vec::new(),
            count: 0,
            span: None,
        }
    }

    /// Adds a record.
    pub fn push(&mut self, record: Record) -> anyhow::Result<()> {
        self.count += 1;
        let (first, last) = self.span.unwrap_or((record.time, record.time));
        self.span = Some((first.min(record.time), last.max(record.time)));
        self.held_bytes += record.size();
        self.held.push(record);
        if self.held_bytes >= self.limit {
            self.spill()?;
        }
        Ok(())
    }

    /// Returns the bytes held in memory.
    pub fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    fn spill(&mut self) -> anyhow::Result<()> {
        self.held.sort_by_key(Record::key);
        self.held_bytes = 0;
        let mut run = write_run(&self.dir, self.held.drain(..).map(Ok))?;
        for level in 0.. {
            if self.levels.len() <= level {
                self.levels.push(Vec::new());
            }
            let Some(runs) = self.levels.get_mut(level) else {
                break;
            };
            runs.push(run);
            if runs.len() < FAN_IN {
                break;
            }
            run = write_run(&self.dir, Merge::new(std::mem::take(runs))?)?;
        }
        Ok(())
    }

    /// Returns the records in order.
    pub fn finish(mut self) -> anyhow::Result<Sorted> {
        self.held.sort_by_key(Record::key);
        let mut runs: Vec<Run> = self.levels.into_iter().flatten().collect();
        runs.push(Run::Memory(self.held.into_iter()));
        Ok(Sorted {
            count: self.count,
            span: self.span,
            merge: Merge::new(runs)?,
            equal: HashMap::new(),
            time: None,
        })
    }
}

/// Sorted records.
pub struct Sorted {
    /// Number of records.
    pub count: u64,
    /// The first and the last time.
    pub span: Option<(Time, Time)>,
    merge: Merge<Run>,
    /// The rows of the current time, by content, and how often each came.
    equal: HashMap<Content, u32>,
    /// The current time.
    time: Option<Time>,
}

impl Sorted {
    /// Gives a row its id: which of the equal rows of its time it is. Only the rows of one time are
    /// remembered, since rows come in the order of time.
    fn number(&mut self, record: &mut Record) {
        let Some(content) = record.content() else { return };
        if self.time.replace(record.time) != Some(record.time) {
            self.equal.clear();
        }
        let before = self.equal.entry(content).or_default();
        record.number(*before);
        *before += 1;
    }
}

impl Iterator for Sorted {
    type Item = anyhow::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut next = self.merge.next();
        if let Some(Ok(record)) = &mut next {
            self.number(record);
        }
        next
    }
}

/// A sorted run.
enum Run {
    Memory(std::vec::IntoIter<Record>),
    Disk(Box<BufReader<GzDecoder<File>>>),
}

impl Iterator for Run {
    type Item = anyhow::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Run::Memory(records) => records.next().map(Ok),
            Run::Disk(input) => Record::decode(input).map_err(Into::into).transpose(),
        }
    }
}

fn write_run(
    dir: &Path,
    records: impl Iterator<Item = anyhow::Result<Record>>,
) -> anyhow::Result<Run> {
    let file = tempfile_in(dir)?;
    let mut out = BufWriter::new(GzEncoder::new(file, Compression::fast()));
    for record in records {
        record?.encode(&mut out)?;
    }
    out.flush()?;
    let encoder = out.into_inner().map_err(|error| error.into_error())?;
    let mut file = encoder.finish()?;
    file.rewind()?;
    Ok(Run::Disk(Box::new(BufReader::new(GzDecoder::new(file)))))
}

/// A merge of sorted sources. Where times and lines are equal, the earlier source goes first.
pub struct Merge<I> {
    sources: Vec<I>,
    heads: BinaryHeap<Reverse<Head>>,
    failed: Option<anyhow::Error>,
}

struct Head {
    source: usize,
    record: Record,
}

impl Head {
    fn key(&self) -> (Time, u64, usize) {
        (self.record.time, self.record.line, self.source)
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Head) -> bool {
        self.key() == other.key()
    }
}
impl Eq for Head {}
impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Head) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Head {
    fn cmp(&self, other: &Head) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl<I: Iterator<Item = anyhow::Result<Record>>> Merge<I> {
    /// Reads the first record of each source.
    pub fn new(sources: Vec<I>) -> anyhow::Result<Merge<I>> {
        let mut merge =
            Merge { heads: BinaryHeap::with_capacity(sources.len()), sources, failed: None };
        for source in 0..merge.sources.len() {
            merge.refill(source)?;
        }
        Ok(merge)
    }

    fn refill(&mut self, source: usize) -> anyhow::Result<()> {
        if let Some(record) = self.sources.get_mut(source).and_then(Iterator::next) {
            let record = record?;
            self.heads.push(Reverse(Head { source, record }));
        }
        Ok(())
    }
}

impl<I: Iterator<Item = anyhow::Result<Record>>> Iterator for Merge<I> {
    type Item = anyhow::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        // A source that failed ends the merge, because later records could be out of order.
        if let Some(error) = self.failed.take() {
            self.heads.clear();
            return Some(Err(error));
        }
        let Reverse(Head { source, record }) = self.heads.pop()?;
        self.failed = self.refill(source).err();
        Some(Ok(record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use annals_event::Draft;

    fn record(time: i64, line: u64) -> Record {
        let draft = Draft { action: "a".repeat(200), ..Draft::default() };
        Record::new(Time::from_micros(time), line, draft).unwrap()
    }

    /// Sorts `rows` records with repeated times; returns their keys and the most bytes held.
    fn sort(rows: u64, limit: usize) -> (Vec<(Time, u64)>, usize) {
        let dir = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::new(dir.path(), limit);
        let mut most = 0;
        for line in 0..rows {
            let time = (line.wrapping_mul(2_654_435_761) % 997) as i64;
            sorter.push(record(time, line)).unwrap();
            most = most.max(sorter.held_bytes());
        }
        let sorted = sorter.finish().unwrap();
        assert_eq!(sorted.count, rows);
        let keys = sorted.map(|record| record.unwrap().key()).collect();
        (keys, most)
    }

    #[test]
    fn is_stable_and_loses_nothing_in_memory_and_on_disk() {
        let (in_memory, _) = sort(3_000, usize::MAX);
        // 3,000 records of 300 bytes in chunks of 8 KiB: over 100 runs, merged in three levels.
        let (on_disk, _) = sort(3_000, 8 * 1024);
        assert_eq!(in_memory.len(), 3_000);
        assert!(in_memory.is_sorted());
        assert_eq!(in_memory, on_disk);
    }

    #[test]
    fn memory_does_not_grow_with_the_file() {
        let limit = 16 * 1024;
        let (_, few) = sort(500, limit);
        let (_, many) = sort(10_000, limit);
        assert!(few < limit && many < limit, "{few} {many}");
    }

    #[test]
    fn a_source_that_fails_ends_the_merge() {
        let good = vec![Ok(record(1, 1)), Ok(record(5, 2))];
        let bad = vec![Ok(record(2, 1)), Err(anyhow::anyhow!("disk"))];
        let merge = Merge::new(vec![good.into_iter(), bad.into_iter()]).unwrap();
        let seen: Vec<bool> = merge.map(|record| record.is_ok()).collect();
        assert_eq!(seen, [true, true, false]);
    }
}
