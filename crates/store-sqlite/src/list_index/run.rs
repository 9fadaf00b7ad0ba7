//! A run: the postings of some windows in a file of their own, which never changes.
//!
//! ```text
//! postings   in the order of their keys, each with two bytes of its checksum
//! directory  in blocks of 64 keys: key − last key, length of its posting; checksum
//! kinds      of each window: table and column, each with its checksum
//! index      a fence a block (first key, offsets of block and posting); offsets of kinds
//! footer     format, stamp, windows, the tile root at their end, checksums
//! ```
//!
//! A file is written under another name and renamed when it is complete. Nothing is synced: the
//! checksums reveal a file that a power failure damaged, and it is written again.

use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use annals_event::digest::Hash;

use super::bits::Bits;
use super::coding::{Posting, read_varint};
use super::kinds::{self, Kinds, Tally};

pub(super) const MAGIC: [u8; 8] = *b"annlist1";
/// Keys in a block of the directory.
pub(super) const BLOCK: usize = 64;
/// Bytes of the footer.
pub(super) const FOOTER: usize = 8 + 16 + 6 * 8 + 32 + 4 + 4;

/// The sources of a run; a run with another stamp is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// A hash of the journal, epoch, secret and rules for words.
    pub(super) tag: [u8; 16],
    /// Positions in a window.
    pub(super) size: usize,
}

/// An open run.
#[derive(Debug)]
pub(super) struct Run {
    file: File,
    pub(super) path: PathBuf,
    size: usize,
    /// The first of its windows.
    pub(super) first: u64,
    /// The root of the tile that holds its last position.
    pub(super) root: Hash,
    fences: Vec<Fence>,
    pub(super) windows: Vec<WindowPart>,
    /// The directory's bytes in the file.
    directory: Range<u64>,
}

/// The offsets of a block of the directory and of the posting of its first key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fence {
    pub(super) key: u64,
    pub(super) block: u64,
    pub(super) posting: u64,
}

/// The offsets of a window's kinds.
#[derive(Clone, Copy, Debug)]
pub(super) struct WindowPart {
    pub(super) at: u64,
    /// Bytes of the table, and of the column after it.
    pub(super) table: usize,
    pub(super) column: usize,
    /// The number of events it counts.
    pub(super) live: u64,
}

/// A key and the length of its posting.
pub(super) type Entry = (u64, u64);

/// The checksum written after these bytes.
pub(super) fn check(bytes: &[u8]) -> [u8; 2] {
    let [low, high, ..] = crc32fast::hash(bytes).to_le_bytes();
    [low, high]
}

/// Removes the checksum from the end and compares it.
fn checked(mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    let end = bytes.len().checked_sub(2).ok_or_else(broken)?;
    let sum = bytes.split_off(end);
    if check(&bytes) == sum[..] { Ok(bytes) } else { Err(broken()) }
}

/// The error for a damaged file.
pub(super) fn broken() -> Error {
    Error::new(ErrorKind::InvalidData, "a file of the list index is damaged")
}

impl Run {
    /// Opens a file. After an error it is of no use.
    pub(super) fn open(path: &Path, stamp: &Stamp) -> Result<Run> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut footer = [0; FOOTER];
        file.read_exact_at(&mut footer, length.checked_sub(FOOTER as u64).ok_or_else(broken)?)?;
        let (footer, sum) = footer.split_at(FOOTER - 4);
        let (magic, rest) = footer.split_at(8);
        let (tag, rest) = rest.split_at(16);
        if magic != MAGIC || tag != stamp.tag || sum != crc32fast::hash(footer).to_le_bytes() {
            return Err(broken());
        }
        let (numbers, rest) = rest.split_at(6 * 8);
        let number = |at: usize| {
            let chunks = numbers.as_chunks().0;
            u64::from_le_bytes(chunks.get(at).copied().unwrap_or_default())
        };
        let [size, first, windows, directory, kinds, index] = std::array::from_fn(number);
        let (root, sum) = rest.split_at(32);
        let mut bytes =
            vec![0; (length - FOOTER as u64).checked_sub(index).ok_or_else(broken)? as usize];
        file.read_exact_at(&mut bytes, index)?;
        if size != stamp.size as u64 || sum != crc32fast::hash(&bytes).to_le_bytes() {
            return Err(broken());
        }
        let (fences, windows) = read_index(&bytes, kinds, windows).ok_or_else(broken)?;
        let root = root.try_into().map_err(|_| broken())?;
        let (size, directory) = (stamp.size, directory..kinds);
        Ok(Run { file, path: path.to_owned(), size, first, root, fences, windows, directory })
    }

    /// Positions in a window.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The windows it covers.
    pub(super) fn covers(&self) -> Range<u64> {
        self.first..self.first + self.windows.len() as u64
    }

    fn read(&self, at: u64, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, at)?;
        checked(bytes)
    }

    /// The posting of a key; `None` if it has none.
    pub(super) fn posting(&self, key: u64) -> Result<Option<Posting>> {
        let after = self.fences.partition_point(|fence| fence.key <= key);
        let Some(block) = after.checked_sub(1) else {
            return Ok(None);
        };
        let mut at = self.fences[block].posting;
        for (other, length) in self.block(block)? {
            if other == key {
                let posting = Posting::read(self.read(at, length as usize)?);
                return posting.ok_or_else(broken).map(Some);
            }
            at += length;
        }
        Ok(None)
    }

    /// Number of blocks in the directory.
    pub(super) fn blocks(&self) -> usize {
        self.fences.len()
    }

    /// The entries of a block of the directory.
    pub(super) fn block(&self, block: usize) -> Result<Vec<Entry>> {
        let start = self.fences[block].block;
        let end = self
            .fences
            .get(block + 1)
            .map_or(self.directory.end - self.directory.start, |f| f.block);
        let length = end.checked_sub(start).ok_or_else(broken)?;
        let bytes = self.read(self.directory.start + start, length as usize)?;
        let mut rest = &bytes[..];
        let mut key = self.fences[block].key;
        let mut entries = Vec::with_capacity(BLOCK);
        while !rest.is_empty() {
            let gap = read_varint(&mut rest).ok_or_else(broken)?;
            key = key.checked_add(gap).ok_or_else(broken)?;
            entries.push((key, read_varint(&mut rest).ok_or_else(broken)?));
        }
        Ok(entries)
    }

    /// Reads the postings one after the other, without their checksums.
    pub(super) fn postings(&self) -> impl std::io::Read + '_ {
        Sequential { file: &self.file, at: 0, end: self.directory.start }
    }

    fn part(&self, window: u64) -> WindowPart {
        self.windows[(window - self.first) as usize]
    }

    /// The number of events of a window in the run.
    pub(super) fn live(&self, window: u64) -> u64 {
        self.part(window).live
    }

    /// The written table of a window's kinds.
    pub(super) fn table(&self, window: u64) -> Result<Vec<u8>> {
        let part = self.part(window);
        self.read(part.at, part.table)
    }

    /// The written column of a window's kinds.
    pub(super) fn column(&self, window: u64) -> Result<Vec<u8>> {
        let part = self.part(window);
        self.read(part.at + part.table as u64, part.column)
    }

    /// The kinds of a window.
    pub(super) fn kinds(&self, window: u64) -> Result<Kinds> {
        let kinds = Kinds::read(&self.table(window)?, &self.column(window)?, self.size);
        kinds.ok_or_else(broken)
    }

    /// Counts some positions of a window.
    pub(super) fn tally_some(&self, window: u64, some: &Bits, tally: &mut Tally) -> Result<()> {
        let (table, column) = (self.table(window)?, self.column(window)?);
        kinds::tally_written(&table, &column, some, tally).ok_or_else(broken)
    }

    /// Counts a full window.
    pub(super) fn tally_all(&self, window: u64, tally: &mut Tally) -> Result<()> {
        tally.add_rows(kinds::table(&self.table(window)?).ok_or_else(broken)?);
        Ok(())
    }
}

fn read_index(mut bytes: &[u8], kinds: u64, windows: u64) -> Option<(Vec<Fence>, Vec<WindowPart>)> {
    let rest = &mut bytes;
    let count = read_varint(rest)?;
    let mut fences = Vec::with_capacity(usize::try_from(count).ok()?.min(rest.len()));
    let mut fence = Fence::default();
    for _ in 0..count {
        fence.key = fence.key.checked_add(read_varint(rest)?)?;
        fence.block += read_varint(rest)?;
        fence.posting += read_varint(rest)?;
        fences.push(fence);
    }
    let mut parts = Vec::new();
    let mut at = kinds;
    for _ in 0..windows {
        let (table, column) = (read_varint(rest)? as usize, read_varint(rest)? as usize);
        parts.push(WindowPart { at, table, column, live: read_varint(rest)? });
        at += (table + column) as u64;
    }
    rest.is_empty().then_some((fences, parts))
}

/// A file from its beginning to an end.
struct Sequential<'a> {
    file: &'a File,
    at: u64,
    end: u64,
}

impl std::io::Read for Sequential<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let length = buffer.len().min((self.end - self.at) as usize);
        let read = self.file.read_at(&mut buffer[..length], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
