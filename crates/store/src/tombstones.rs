//! The parts of deletion that engines share: tombstones, and the memory of used ids.

use annals_event::digest::Hash;
use annals_event::{Time, Uuid};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::seal::{Sealed, Tombstone, leaf_of};
use super::{Result, StoreError};

/// The time that the id of a deleted event stays used: 400 days, in microseconds.
pub const USED: i64 = 400 * 24 * 3_600 * 1_000_000;

/// The hash by which the id of a deleted event is remembered.
pub fn hashed_id(id_key: &[u8; 32], id: Uuid) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
    let mut mac = Hmac::<Sha256>::new_from_slice(id_key).expect("HMAC takes a key of any length");
    mac.update(id.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Makes a tombstone for every event. A broken event is refused, since deleting it would hide the
/// change.
pub fn tombstones_for(events: &[Sealed], reason: &str, now: Time) -> Result<Vec<Tombstone>> {
    events
        .iter()
        .map(|event| {
            let leaf: Hash = leaf_of(event).ok_or_else(|| {
                StoreError::Damaged(format!(
                    "the event at position {} is not the one written",
                    event.seq
                ))
            })?;
            Ok(Tombstone {
                first: event.seq,
                last: event.seq,
                leaves: vec![leaf],
                reason: reason.to_owned(),
                deleted_at: now,
            })
        })
        .collect()
}

/// Joins neighbours with the same reason.
pub fn merged(tombstones: Vec<Tombstone>) -> Vec<Tombstone> {
    let mut merged: Vec<Tombstone> = Vec::new();
    for tombstone in tombstones {
        match merged.last_mut() {
            Some(last) if last.last + 1 == tombstone.first && last.reason == tombstone.reason => {
                last.last = tombstone.last;
                last.leaves.extend(tombstone.leaves);
                last.deleted_at = last.deleted_at.max(tombstone.deleted_at);
            }
            _ => merged.push(tombstone),
        }
    }
    merged
}
