//! Makes runs: one of a window in memory, one of several runs, one of a run without its deleted
//! positions.
//!
//! Each window of a posting is coded by itself, so that merging copies bytes; only windows with
//! deleted positions are decoded and written again.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufReader, Error, ErrorKind, Read as _, Result};
use std::path::Path;
use std::sync::Arc;

use annals_event::digest::Hash;

use super::bits::Bits;
use super::coding::{Positions, Posting, bits, write_posting};
use super::run::{Entry, Run, Stamp, broken, check};
use super::window::Window;
use super::write::RunWriter;

/// Deleted positions by window.
pub(super) type Dead = BTreeMap<u64, Arc<Bits>>;

/// Postings between two calls of `go_on`.
const SLICE: usize = 512;

/// Writes a window as a run.
pub(super) fn seal(
    directory: &Path,
    stamp: Stamp,
    number: u64,
    window: &Window,
    dead: &Dead,
    root: Hash,
) -> Result<Run> {
    let dead = dead.get(&number).map(|dead| &**dead);
    let mut writer = RunWriter::new(directory, stamp, number, 1)?;
    let (mut contents, mut posting) = (Vec::new(), Vec::new());
    for (key, positions) in window.sorted() {
        contents.clear();
        posting.clear();
        let dense = positions.write(dead, stamp.size, &mut contents);
        if !contents.is_empty() {
            write_posting(std::iter::once((0, dense, &contents[..])), &mut posting);
            writer.posting(key, &posting)?;
        }
    }
    writer.finish([Ok(window.kinds().write(dead))], root)
}

/// Writes neighbouring runs as one, without deleted positions. `go_on` is called every few
/// milliseconds; `false` stops the work.
pub(super) fn merge(
    directory: &Path,
    stamp: Stamp,
    runs: &[Arc<Run>],
    dead: &Dead,
    go_on: &dyn Fn() -> bool,
) -> Result<Run> {
    let (Some(front), Some(back)) = (runs.first(), runs.last()) else {
        return Err(broken());
    };
    let all = front.first..back.covers().end;
    let mut writer = RunWriter::new(directory, stamp, all.start, all.end - all.start)?;
    let mut readers = runs.iter().map(|run| Reader::new(run, dead)).collect::<Result<Vec<_>>>()?;
    let mut posting = Vec::new();
    for written in 0.. {
        if written % SLICE == 0 && !go_on() {
            return Err(Error::from(ErrorKind::Interrupted));
        }
        let Some(key) = readers.iter().filter_map(Reader::key).min() else {
            break;
        };
        let mut parts = Vec::new();
        for reader in readers.iter_mut().filter(|reader| reader.key() == Some(key)) {
            parts.extend(reader.take()?);
        }
        if parts.is_empty() {
            continue;
        }
        posting.clear();
        let rebased = parts.iter().map(|(w, dense, bytes)| (w - all.start, *dense, &bytes[..]));
        write_posting(rebased, &mut posting);
        writer.posting(key, &posting)?;
    }
    let windows = runs.iter().flat_map(|run| run.covers().map(move |window| (run, window)));
    let kinds = windows.map(|(run, window)| match deleted_from(run, window, dead) {
        None => Ok((run.table(window)?, run.column(window)?, run.live(window))),
        Some(dead) => Ok(run.kinds(window)?.write(Some(dead))),
    });
    writer.finish(kinds, back.root)
}

/// The deleted positions of a window that the run still holds.
pub(super) fn deleted_from<'a>(run: &Run, window: u64, dead: &'a Dead) -> Option<&'a Bits> {
    let dead = dead.get(&window)?;
    let gone = run.size() as u64 - run.live(window);
    (dead.count() as u64 > gone).then_some(dead)
}

/// Reads a run's postings in the order of their keys.
struct Reader<'a> {
    run: &'a Run,
    postings: BufReader<Box<dyn std::io::Read + 'a>>,
    block: usize,
    entries: VecDeque<Entry>,
    /// The positions to leave out, by window of the run.
    dead: Vec<Option<&'a Bits>>,
}

/// A window, counted from the journal's first; dense or not; its contents.
type Part = (u64, bool, Vec<u8>);

impl<'a> Reader<'a> {
    fn new(run: &'a Run, dead: &'a Dead) -> Result<Reader<'a>> {
        let postings = BufReader::with_capacity(1 << 17, Box::new(run.postings()) as Box<_>);
        let dead = run.covers().map(|window| deleted_from(run, window, dead)).collect();
        let mut reader = Reader { run, postings, block: 0, entries: VecDeque::new(), dead };
        reader.fill()?;
        Ok(reader)
    }

    fn fill(&mut self) -> Result<()> {
        while self.entries.is_empty() && self.block < self.run.blocks() {
            self.entries.extend(self.run.block(self.block)?);
            self.block += 1;
        }
        Ok(())
    }

    fn key(&self) -> Option<u64> {
        self.entries.front().map(|(key, _)| *key)
    }

    /// Reads the next posting.
    fn take(&mut self) -> Result<Vec<Part>> {
        let (_, length) = self.entries.pop_front().ok_or_else(broken)?;
        let mut bytes = vec![0; length as usize];
        self.postings.read_exact(&mut bytes)?;
        let end = bytes.len().checked_sub(2).ok_or_else(broken)?;
        let sum = bytes.split_off(end);
        if check(&bytes) != sum[..] {
            return Err(broken());
        }
        self.fill()?;
        let posting = Posting::read(bytes).ok_or_else(broken)?;
        let parts = posting.parts().iter().map(|part| {
            let window = self.run.first + part.window;
            let contents = posting.contents(part);
            let size = self.run.size();
            match self.dead.get(part.window as usize).copied().flatten() {
                None => (window, part.dense, contents.to_vec()),
                Some(dead) => {
                    let mut out = Vec::new();
                    let positions = Positions::Many(bits(contents, part.dense, size));
                    let dense = positions.write(Some(dead), size, &mut out);
                    (window, dense, out)
                }
            }
        });
        Ok(parts.filter(|(_, _, contents)| !contents.is_empty()).collect())
    }
}
