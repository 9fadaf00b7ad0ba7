//! Rotation: `x.log` becomes `x.log.1`, that becomes `x.log.2`, and the oldest is deleted.
//!
//! After a crash in the middle it continues where it stopped.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Returns the rotated file of this number; 0 is the file itself.
fn numbered(path: &Path, number: u32) -> PathBuf {
    match number {
        0 => path.to_owned(),
        _ => PathBuf::from(format!("{}.{number}", path.display())),
    }
}

/// Returns the number of rotated files, up to the first gap.
pub(super) fn existing(path: &Path, backups: u32) -> u32 {
    (1..=backups).take_while(|number| numbered(path, *number).exists()).last().unwrap_or(0)
}

/// Rotates a file that had `existing` rotated ones at the beginning.
pub(super) fn rotate(path: &Path, backups: u32, existing: u32) -> Result<()> {
    // A gap means that the oldest file was deleted already.
    if existing >= backups && (0..=backups).all(|number| numbered(path, number).exists()) {
        super::remove(&numbered(path, backups))?;
    }
    for number in (0..=existing.min(backups.saturating_sub(1))).rev() {
        let (from, to) = (numbered(path, number), numbered(path, number + 1));
        if backups > 0 && from.exists() && !to.exists() {
            std::fs::rename(&from, &to)
                .with_context(|| format!("cannot rename {}", from.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &Path, number: u32, text: &str) {
        std::fs::write(numbered(path, number), text).unwrap();
    }

    fn all(path: &Path) -> Vec<Option<String>> {
        (0..=4).map(|number| std::fs::read_to_string(numbered(path, number)).ok()).collect()
    }

    fn texts(texts: [&str; 5]) -> Vec<Option<String>> {
        texts.map(|text| (!text.is_empty()).then(|| text.to_owned())).to_vec()
    }

    #[test]
    fn the_oldest_goes_and_the_rest_moves_on() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.log");
        for (round, expected) in [
            ("a", ["", "a", "", "", ""]),
            ("b", ["", "b", "a", "", ""]),
            ("c", ["", "c", "b", "a", ""]),
            ("d", ["", "d", "c", "b", ""]),
        ] {
            put(&path, 0, round);
            let before = existing(&path, 3);
            rotate(&path, 3, before).unwrap();
            assert_eq!(all(&path), texts(expected));
            // A second time nothing changes.
            rotate(&path, 3, before).unwrap();
            assert_eq!(all(&path), texts(expected));
        }
        put(&path, 0, "e");
        rotate(&path, 0, 0).unwrap();
        assert_eq!(all(&path)[0], None);
    }

    #[test]
    fn wherever_it_broke_off_it_goes_on() {
        // Two rotated files, room for three; then three, with the oldest deleted or not.
        for (existing, broken, complete) in [
            (2, ["c", "b", "", "a", ""], ["", "c", "b", "a", ""]),
            (2, ["c", "", "b", "a", ""], ["", "c", "b", "a", ""]),
            (2, ["", "c", "b", "a", ""], ["", "c", "b", "a", ""]),
            (3, ["d", "c", "b", "a", ""], ["", "d", "c", "b", ""]),
            (3, ["d", "c", "b", "", ""], ["", "d", "c", "b", ""]),
            (3, ["d", "", "c", "b", ""], ["", "d", "c", "b", ""]),
        ] {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("x.log");
            for (number, text) in (0..).zip(broken) {
                if !text.is_empty() {
                    put(&path, number, text);
                }
            }
            rotate(&path, 3, existing).unwrap();
            assert_eq!(all(&path), texts(complete), "{broken:?}");
        }
    }
}
