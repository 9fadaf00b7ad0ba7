//! Writes a run, from front to back.

use std::fs::{self, File};
use std::io::{BufWriter, Result, Write as _};
use std::path::{Path, PathBuf};

use annals_event::digest::Hash;

use super::coding::put;
use super::run::{BLOCK, Fence, MAGIC, Run, Stamp, WindowPart, check};

/// The extension of an unfinished file.
pub(super) const UNFINISHED: &str = "writing";
/// The extension of a run.
pub(super) const ENDING: &str = "run";

/// A run being written.
pub(super) struct RunWriter {
    out: BufWriter<File>,
    unfinished: PathBuf,
    path: PathBuf,
    stamp: Stamp,
    first: u64,
    /// Bytes written so far.
    at: u64,
    directory: Vec<u8>,
    /// The offset of the open block and the number of its keys.
    block: (usize, usize),
    last_key: u64,
    fences: Vec<Fence>,
}

impl RunWriter {
    /// Begins a run of `count` windows from `first` on.
    pub(super) fn new(directory: &Path, stamp: Stamp, first: u64, count: u64) -> Result<RunWriter> {
        let path = directory.join(format!("{first:010}-{count:03}.{ENDING}"));
        let unfinished = path.with_extension(UNFINISHED);
        let out = BufWriter::with_capacity(1 << 16, File::create(&unfinished)?);
        let (directory, fences) = (Vec::new(), Vec::new());
        let (at, block, last_key) = (0, (0, 0), 0);
        Ok(RunWriter {
            out,
            unfinished,
            path,
            stamp,
            first,
            at,
            directory,
            block,
            last_key,
            fences,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    /// Adds the posting of a key, which must be greater than the last one.
    pub(super) fn posting(&mut self, key: u64, posting: &[u8]) -> Result<()> {
        if self.block.1 == BLOCK || self.fences.is_empty() {
            self.end_block();
            let block = self.directory.len() as u64;
            self.fences.push(Fence { key, block, posting: self.at });
            self.block = (self.directory.len(), 0);
            self.last_key = key;
        }
        put(&mut self.directory, key - self.last_key);
        put(&mut self.directory, posting.len() as u64 + 2);
        self.last_key = key;
        self.block.1 += 1;
        self.write(posting)?;
        self.write(&check(posting))
    }

    fn end_block(&mut self) {
        if self.block.1 > 0 {
            let sum = check(&self.directory[self.block.0..]);
            self.directory.extend(sum);
        }
    }

    /// Adds the kinds of each window, and puts the file in place. `root` is that of the tile that
    /// holds the last position.
    pub(super) fn finish(
        mut self,
        kinds: impl IntoIterator<Item = Result<(Vec<u8>, Vec<u8>, u64)>>,
        root: Hash,
    ) -> Result<Run> {
        self.end_block();
        let directory_at = self.at;
        let directory = std::mem::take(&mut self.directory);
        self.write(&directory)?;
        drop(directory);
        let kinds_at = self.at;
        let mut parts = Vec::new();
        for kinds in kinds {
            let (table, column, live) = kinds?;
            let part =
                WindowPart { at: self.at, table: table.len() + 2, column: column.len() + 2, live };
            parts.push(part);
            for bytes in [table, column] {
                self.write(&bytes)?;
                self.write(&check(&bytes))?;
            }
        }
        let index_at = self.at;
        let index = index(&self.fences, &parts);
        self.write(&index)?;
        let mut footer = MAGIC.to_vec();
        footer.extend(self.stamp.tag);
        let windows = parts.len() as u64;
        for number in
            [self.stamp.size as u64, self.first, windows, directory_at, kinds_at, index_at]
        {
            footer.extend(number.to_le_bytes());
        }
        footer.extend(root);
        footer.extend(crc32fast::hash(&index).to_le_bytes());
        footer.extend(crc32fast::hash(&footer).to_le_bytes());
        self.write(&footer)?;
        self.out.flush()?;
        fs::rename(&self.unfinished, &self.path)?;
        Run::open(&self.path, &self.stamp)
    }
}

fn index(fences: &[Fence], parts: &[WindowPart]) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, fences.len() as u64);
    let mut last = Fence::default();
    for fence in fences {
        put(&mut out, fence.key - last.key);
        put(&mut out, fence.block - last.block);
        put(&mut out, fence.posting - last.posting);
        last = *fence;
    }
    for part in parts {
        put(&mut out, part.table as u64);
        put(&mut out, part.column as u64);
        put(&mut out, part.live);
    }
    out
}

impl Drop for RunWriter {
    fn drop(&mut self) {
        // The file was renamed, or is of no use.
        let _ = fs::remove_file(&self.unfinished);
    }
}
