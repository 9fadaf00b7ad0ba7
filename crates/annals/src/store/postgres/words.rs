//! Words as an index can hold them.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use crate::words::words;

/// An index entry must be short. Bytes of the longest word that is kept as it is.
const LONGEST: usize = 64;

/// What a word is found by: itself, or its hash. No word has a `#` in it.
pub(super) fn key(word: &str) -> String {
    if word.len() <= LONGEST {
        return word.to_owned();
    }
    format!("#{}", crate::id::hex(&Sha256::digest(word)))
}

/// The words of some texts, each once, separated by spaces: no word has one in it.
pub(super) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let all: BTreeSet<String> = texts.into_iter().flat_map(words).map(|word| key(&word)).collect();
    all.into_iter().collect::<Vec<_>>().join(" ")
}
