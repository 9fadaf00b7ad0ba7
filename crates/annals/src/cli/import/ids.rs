//! Ids of imported events. The same row always gets the same id, in whichever file it is, so that a
//! second run or a file that overlaps does not record it again.

use annals_event::{Time, Uuid};
use sha2::{Digest, Sha256};

/// A hash of a row's content and its mapping's name.
pub type Content = [u8; 16];

/// Returns the hash of a row's content.
pub fn content(mapping: &str, row: &[&[u8]]) -> Content {
    let mut hash = Sha256::new();
    for cell in [mapping.as_bytes()].iter().chain(row) {
        hash.update((cell.len() as u64).to_be_bytes());
        hash.update(cell);
    }
    first(&hash.finalize())
}

/// Returns the id of a row: a UUID of version 8 (RFC 9562) that begins, like version 7, with the
/// row's time in milliseconds, so that ids sort by time. The rest is a hash of time, content and the
/// number of equal rows before it. The line is no part of it, because logs that overlap have the same
/// rows on other lines.
///
/// The time is the row's, not the shifted one: two runs with different shifts then conflict loudly
/// (`id_conflict`) instead of silently doubling the record.
pub fn row_id(content: Content, time: Time, before: u32) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(content);
    hash.update(time.as_micros().to_be_bytes());
    hash.update(before.to_be_bytes());
    let digest: Content = first(&hash.finalize());

    let millis = u64::try_from(time.as_micros() / 1_000).unwrap_or(0);
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&digest[..10]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid::from_bytes(bytes)
}

/// Returns the first 16 bytes of a hash.
fn first(digest: &[u8]) -> Content {
    std::array::from_fn(|at| digest.get(at).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_differ_by_mapping_content_time_and_equal_rows_before() {
        let time = Time::from_micros(1_431_857_103_000_000);
        let row = content("log", &[b"a", b"b"]);
        let id = row_id(row, time, 0);
        assert_eq!(id, row_id(content("log", &[b"a", b"b"]), time, 0));
        assert_eq!(id.get_version_num(), 8);
        let millis = format!("{:012x}", 1_431_857_103_000_u64);
        assert!(id.simple().to_string().starts_with(&millis));
        for other in [
            row_id(content("logs", &[b"a", b"b"]), time, 0),
            row_id(content("log", &[b"ab", b""]), time, 0),
            row_id(row, time, 1),
            row_id(row, time.plus_micros(1), 0),
        ] {
            assert_ne!(id, other);
        }
    }
}
