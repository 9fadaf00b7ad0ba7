//! The Merkle tree hash of RFC 6962, section 2.1: over all leaves at once, and leaf by leaf.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Hash;

/// Domain byte of an inner node (RFC 6962, section 2.1).
const NODE: u8 = 0x01;

/// Returns the Merkle tree hash of a list of leaves (RFC 6962, section 2.1). The root of no leaves
/// is the hash of the empty text.
pub fn tree_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            // The largest power of two smaller than the number of leaves.
            let split = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(split);
            node(&tree_root(left), &tree_root(right))
        }
    }
}

fn node(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([NODE]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}

/// A tree that grows leaf by leaf. Its root costs a few hashes, however many leaves it has. It can
/// be saved as its peaks and continued later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrowingTree {
    size: u64,
    /// The roots of the complete subtrees, the largest first: one for each bit of the size.
    peaks: Vec<Hash>,
}

impl GrowingTree {
    /// Restores a saved tree from its [`GrowingTree::peaks`]; `None` if their number does not fit
    /// the number of leaves.
    pub fn of(size: u64, peaks: Vec<Hash>) -> Option<GrowingTree> {
        (peaks.len() == size.count_ones() as usize).then_some(GrowingTree { size, peaks })
    }

    /// Returns the roots of the complete subtrees, the largest first: one for each bit of the size.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Returns the number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.size += 1;
        let mut peak = leaf;
        // Two subtrees of one size become one, as digits carry when a number grows by one.
        for _ in 0..self.size.trailing_zeros() {
            if let Some(left) = self.peaks.pop() {
                peak = node(&left, &peak);
            }
        }
        self.peaks.push(peak);
    }

    /// Returns the root, the same as [`tree_root`] of the leaves so far.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else {
            return tree_root(&[]);
        };
        peaks.fold(*last, |right, left| node(left, &right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growing_gives_the_root_of_all_leaves_at_every_size() {
        let mut growing = GrowingTree::default();
        let mut leaves = Vec::new();
        for number in 0..=600_u16 {
            assert_eq!(growing.root(), tree_root(&leaves), "{number}");
            assert_eq!(growing.size(), leaves.len() as u64);
            // A restored tree continues where it was saved.
            growing = GrowingTree::of(growing.size(), growing.peaks().to_vec()).unwrap();
            let leaf: Hash = Sha256::digest(number.to_be_bytes()).into();
            growing.push(leaf);
            leaves.push(leaf);
        }
    }
}
