//! How an event is hashed: `docs/digest.md`, byte by byte.
//!
//! An event is split into a **skeleton** without personal data and a **personal part**. The leaf
//! of the hash tree covers the skeleton directly and the personal part through a salted
//! commitment, so that a person can be forgotten (salt and personal part dropped, commitment
//! kept) while the leaf, and with it every tile above, stays true.

use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::{Account, Actor, Client, ErrorInfo, Event, Metadata, Page, Request, Subject};

/// The version byte of this layout.
pub const VERSION: u8 = 1;
/// Leaves in a tile.
pub const TILE: u64 = 256;

/// A SHA-256 hash.
pub type Hash = [u8; 32];
/// The random salt of a commitment.
pub type Salt = [u8; 16];

/// Domain byte of a leaf (RFC 6962, section 2.1).
const LEAF: u8 = 0x00;
/// Domain byte of an inner node (RFC 6962, section 2.1).
const NODE: u8 = 0x01;
/// Domain byte of a residue.
const RESIDUE: u8 = 0x02;

/// What of an event is about people, in canonical form's order.
#[derive(Serialize)]
struct Personal<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a Account>,
    actor: &'a Actor,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a Client>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<NamedEntity<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a ErrorInfo>,
    message: &'a str,
    metadata: &'a Metadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'a Page>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a Request>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a Subject>,
}

/// The entity without its type, which stands in the skeleton.
#[derive(Serialize)]
struct NamedEntity<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

/// The personal part of an event as canonical JSON (RFC 8785).
pub fn personal(event: &Event) -> Vec<u8> {
    let personal = Personal {
        account: event.account.as_ref(),
        actor: &event.actor,
        client: event.client.as_ref(),
        entity: event
            .entity
            .as_ref()
            .map(|entity| NamedEntity { id: entity.id.as_deref(), name: entity.name.as_deref() }),
        error: event.error.as_ref(),
        message: &event.message,
        metadata: &event.metadata,
        page: event.page.as_ref(),
        request: event.request.as_ref(),
        session_id: event.session_id.as_deref(),
        subject: event.subject.as_ref(),
    };
    canonical(&personal)
}

/// Any JSON value in canonical form (RFC 8785, without Unicode normalisation).
pub fn canonical<T: Serialize>(value: &T) -> Vec<u8> {
    // Writing to memory cannot fail, and no type of this crate has a map key that is not a
    // string or a number that is not finite.
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

/// `HMAC-SHA256(salt, personal part)`.
pub fn commitment(salt: &Salt, personal: &[u8]) -> Hash {
    mac(salt, personal)
}

/// HMAC-SHA256 with a key of any length.
fn mac(key: &[u8], data: &[u8]) -> Hash {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(data);
    mac.finalize().into_bytes().into()
}

/// The leaf of a numbered event: skeleton and commitment under one hash.
pub fn leaf(event: &Event, commitment: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([LEAF]);
    hash.update(skeleton(event));
    hash.update(commitment);
    hash.finalize().into()
}

/// `SHA-256(0x02 ‖ version ‖ seq ‖ what remains)` of an anonymised event.
pub fn residue(event: &Event) -> Hash {
    let mut hash = Sha256::new();
    hash.update([RESIDUE, VERSION]);
    hash.update(event.seq.to_be_bytes());
    hash.update(personal(event));
    hash.finalize().into()
}

/// The skeleton's bytes: everything that is not about people.
pub fn skeleton(event: &Event) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128);
    bytes.push(VERSION);
    bytes.extend(event.seq.to_be_bytes());
    bytes.extend(event.created_at.as_micros().to_be_bytes());
    bytes.extend(event.id.as_bytes());
    bytes.extend(event.occurred_at.as_micros().to_be_bytes());
    put_text(&mut bytes, &event.category);
    put_text(&mut bytes, &event.action);
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

/// A text as its length in bytes (u16, big-endian) and its UTF-8.
fn put_text(bytes: &mut Vec<u8>, text: &str) {
    // Category, action and entity type have at most 100 characters of one byte each.
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    bytes.extend(length.to_be_bytes());
    bytes.extend(text.as_bytes());
}

/// The Merkle tree hash of a list of leaves (RFC 6962, section 2.1); of none, the hash of
/// nothing.
pub fn tree_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            // The largest power of two smaller than the number of leaves.
            let split = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(split);
            let mut hash = Sha256::new();
            hash.update([NODE]);
            hash.update(tree_root(left));
            hash.update(tree_root(right));
            hash.finalize().into()
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
