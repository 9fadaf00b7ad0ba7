//! Evidence: an export that can be checked without the server, and later against its journal.
//!
//! ```text
//! salt, personal part ─► commitment ┐
//! skeleton ─────────────────────────┴► digest ─ path ─► tile root ─ tiles.txt ─► root
//! ```
//!
//! A bundle is a zip of four files: `README.txt`, `tiles.txt` (the root of each tile up to the
//! head, one a line), `events.ndjson` (a [`Line`] for each event) and `manifest.json`.
//! `docs/evidence.md` says what it proves.

use std::collections::BTreeMap;

use annals_event::digest::{Hash, TILE, canonical, tree_root};
use annals_event::{Actor, Event, Time, Uuid};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::id::hex;

mod check;
mod compare;
mod write;

pub use check::{Checked, check};
pub use compare::{Compared, compare};
pub use write::{Bundle, bundle};

/// The version of this layout.
pub const VERSION: u32 = 1;
/// The names of the files, in the order in which they are written.
const FILES: [&str; 4] = [README_NAME, TILES_NAME, EVENTS_NAME, MANIFEST_NAME];
const README_NAME: &str = "README.txt";
const TILES_NAME: &str = "tiles.txt";
const EVENTS_NAME: &str = "events.ndjson";
const MANIFEST_NAME: &str = "manifest.json";
const README: &str = include_str!("README.txt");

/// A bundle's own description.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the layout.
    pub annals_evidence: u32,
    /// The journal's id.
    pub journal: Uuid,
    /// The journal's epoch, raised by each restore.
    pub epoch: u32,
    /// The position of the journal's last event at the time.
    pub head: u64,
    /// The root over all tiles up to the head, in hex (RFC 6962, section 2.1).
    pub root: String,
    /// The filter, as it was asked.
    pub filter: Map<String, Value>,
    /// The order of the events: `asc` or `desc`.
    pub order: String,
    /// The beginning of the period, if the filter has one.
    pub from: Option<String>,
    /// The end of the period, if the filter has one.
    pub to: Option<String>,
    /// The server's time zone.
    pub time_zone: String,
    /// Who exported.
    pub exported_by: Actor,
    /// When.
    pub exported_at: Time,
    /// The id of the event by which the journal records this export.
    pub exported_as: Uuid,
    /// The number of events.
    pub count: u64,
    /// The other files by their names.
    pub files: BTreeMap<String, File>,
    /// SHA-256 of this manifest in canonical JSON (RFC 8785) with an empty text here, in hex.
    pub digest: String,
}

impl Manifest {
    fn own_digest(&self) -> String {
        let without = Manifest { digest: String::new(), ..self.clone() };
        hex(&Sha256::digest(canonical(&without)))
    }
}

/// A file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its length in bytes.
    pub bytes: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
}

/// An event with what is needed to check it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its position.
    pub seq: u64,
    /// Its leaf, in hex.
    pub digest: String,
    /// The commitment to its personal part, in hex.
    pub commitment: String,
    /// The salt of the commitment, in hex. Absent if the event was anonymised, or if its client is
    /// hidden from the one who exported: the personal part cannot be checked then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    /// The hashes that lead from the leaf to the root of its tile, in hex, the lowest first.
    pub path: Vec<String>,
    /// The event.
    pub event: Event,
}

/// Counts and hashes what is written or read.
#[derive(Clone, Default)]
struct Hashing {
    bytes: u64,
    sha256: Sha256,
}

impl Hashing {
    fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.sha256.update(bytes);
    }

    fn file(self) -> File {
        File { bytes: self.bytes, sha256: hex(&self.sha256.finalize()) }
    }
}

/// Reads a number of bytes in hex.
fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N
        || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    {
        return None;
    }
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// The number of tiles up to a head.
const fn tiles_upto(head: u64) -> u64 {
    head.div_ceil(TILE)
}

/// The number of leaves left of the root: the largest power of two smaller than their number.
const fn split(size: usize) -> usize {
    size.next_power_of_two() / 2
}

/// Returns the hashes that lead from a leaf to the root (RFC 6962, section 2.1.1).
fn path_of(leaves: &[Hash], index: usize) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut path, sibling) = match index.checked_sub(left.len()) {
        None => (path_of(left, index), tree_root(right)),
        Some(index) => (path_of(right, index), tree_root(left)),
    };
    path.push(sibling);
    path
}

/// Returns the root to which a path leads; `None` if it has another length.
fn root_by(leaf: Hash, index: usize, size: usize, path: &[Hash]) -> Option<Hash> {
    if size < 2 {
        return path.is_empty().then_some(leaf);
    }
    let (sibling, rest) = path.split_last()?;
    let left = split(size);
    Some(match index.checked_sub(left) {
        None => tree_root(&[root_by(leaf, index, left, rest)?, *sibling]),
        Some(index) => tree_root(&[*sibling, root_by(leaf, index, size - left, rest)?]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_the_root_from_its_own_leaf_alone() {
        for size in [1_usize, 2, 3, 7, 255, 256] {
            let leaves: Vec<Hash> = (0..size).map(|n| Sha256::digest([n as u8]).into()).collect();
            let root = tree_root(&leaves);
            for index in 0..size {
                let path = path_of(&leaves, index);
                assert_eq!(root_by(leaves[index], index, size, &path), Some(root));
                assert_ne!(root_by([7; 32], index, size, &path), Some(root));
                assert_eq!(
                    root_by(leaves[index], index, size, &[&path[..], &[root]].concat()),
                    None
                );
                if size > 1 {
                    let other = (index + 1) % size;
                    assert_ne!(root_by(leaves[index], other, size, &path), Some(root));
                }
            }
        }
    }

    #[test]
    fn hex_is_read_in_one_way() {
        assert_eq!(unhex("00ff"), Some([0, 255]));
        for wrong in ["00f", "00FF", "+0ff", "00ff00", "é00"] {
            assert_eq!(unhex::<2>(wrong), None, "{wrong}");
        }
    }
}
