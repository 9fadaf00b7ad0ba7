//! The hash of an event, byte by byte as `docs/digest.md` defines it.
//!
//! An event is split into a **skeleton** without personal data and a **personal part**. The leaf
//! of the hash tree covers the skeleton directly and the personal part through a salted
//! commitment, so that a person can be forgotten (salt and personal part dropped, commitment
//! kept) while the leaf, and with it every tile above, stays the same.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};

use crate::Event;

mod canonical;
mod personal;
mod tree;

pub use canonical::{canonical, canonical_object};
pub use personal::{Personal, context, personal};
pub use tree::{GrowingTree, tree_root};

/// The version byte of this layout.
pub const VERSION: u8 = 1;
/// Number of leaves in a tile.
pub const TILE: u64 = 256;

/// A SHA-256 hash.
pub type Hash = [u8; 32];
/// The random salt of a commitment.
pub type Salt = [u8; 16];

/// Domain byte of a leaf (RFC 6962, section 2.1).
const LEAF: u8 = 0x00;
/// Domain byte of a residue.
const RESIDUE: u8 = 0x02;

/// Returns `HMAC-SHA256(salt, personal part)`.
pub fn commitment(salt: &Salt, personal: &[u8]) -> Hash {
    mac(salt, personal)
}

/// Computes HMAC-SHA256 with a key of any length.
fn mac(key: &[u8], data: &[u8]) -> Hash {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(data);
    mac.finalize().into_bytes().into()
}

/// Returns the leaf of a numbered event: skeleton and commitment under one hash.
pub fn leaf(event: &Event, commitment: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([LEAF]);
    hash.update(skeleton(event));
    hash.update(commitment);
    hash.finalize().into()
}

/// Returns `SHA-256(0x02 ‖ version ‖ seq ‖ what remains)` of an anonymised event.
pub fn residue(event: &Event) -> Hash {
    let mut hash = Sha256::new();
    hash.update([RESIDUE, VERSION]);
    hash.update(event.seq.to_be_bytes());
    hash.update(personal(event).as_bytes());
    hash.finalize().into()
}

/// Returns the skeleton's bytes: everything that is not about people.
pub fn skeleton(event: &Event) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128);
    bytes.push(VERSION);
    bytes.extend(event.seq.to_be_bytes());
    bytes.extend(event.created_at.as_micros().to_be_bytes());
    bytes.extend(event.id.as_bytes());
    bytes.extend(event.occurred_at.as_micros().to_be_bytes());
    put_text(&mut bytes, &event.category);
    put_text(&mut bytes, &event.action);
    bytes.push(event.class.code());
    bytes.push(event.severity.code());
    match &event.entity {
        Some(entity) => {
            bytes.push(1);
            put_text(&mut bytes, &entity.kind);
        }
        None => bytes.push(0),
    }
    match event.points {
        Some(points) => {
            bytes.push(1);
            bytes.extend(points.before.to_be_bytes());
            bytes.extend(points.after.to_be_bytes());
            bytes.extend(points.delta.to_be_bytes());
        }
        None => bytes.push(0),
    }
    bytes
}

/// Writes a text as its length in bytes (u16, big-endian) and its UTF-8.
fn put_text(bytes: &mut Vec<u8>, text: &str) {
    // Category, action and entity type have at most 100 characters of at most four bytes each.
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    bytes.extend(length.to_be_bytes());
    bytes.extend(text.as_bytes());
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
