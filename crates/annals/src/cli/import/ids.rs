//! Ids of imported events. The same row of the same file always gets the same id, so that a second
//! run does not record it again.

use annals_event::{Time, Uuid};
use sha2::{Digest, Sha256};

/// Returns the id of a row: a UUID of version 8 (RFC 9562) that begins, like version 7, with the
/// row's time in milliseconds, so that ids sort by time. The rest is a hash.
///
/// The time is the row's, not the shifted one: two runs with different shifts then conflict loudly
/// (`id_conflict`) instead of silently doubling the record.
pub fn row_id(mapping: &str, number: u64, row: &[&[u8]], time: Time) -> Uuid {
    let mut hash = Sha256::new();
    hash.update((mapping.len() as u64).to_be_bytes());
    hash.update(mapping.as_bytes());
    hash.update(number.to_be_bytes());
    for cell in row {
        hash.update((cell.len() as u64).to_be_bytes());
        hash.update(cell);
    }
    let digest: [u8; 32] = hash.finalize().into();

    let millis = u64::try_from(time.as_micros() / 1_000).unwrap_or(0);
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&digest[..10]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_differ_by_mapping_number_content_and_time() {
        let time = Time::from_micros(1_431_857_103_000_000);
        let id = row_id("log", 1, &[b"a", b"b"], time);
        assert_eq!(id, row_id("log", 1, &[b"a", b"b"], time));
        assert_eq!(id.get_version_num(), 8);
        let millis = format!("{:012x}", 1_431_857_103_000_u64);
        assert!(id.simple().to_string().starts_with(&millis));
        for other in [
            row_id("logs", 1, &[b"a", b"b"], time),
            row_id("log", 2, &[b"a", b"b"], time),
            row_id("log", 1, &[b"ab", b""], time),
            row_id("log", 1, &[b"a", b"b"], time.plus_micros(1_000)),
        ] {
            assert_ne!(id, other);
        }
    }
}
