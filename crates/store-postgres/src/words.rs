//! Words in the form that an index can hold.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use annals_store::words::words;

/// The longest word, in bytes, that is kept as it is, since an index entry must be short.
const LONGEST: usize = 64;

/// The key of a word: the word, or a hash that begins with `#`. No word contains `#`.
pub(super) fn key(word: &str) -> String {
    if word.len() <= LONGEST {
        return word.to_owned();
    }
    format!("#{}", annals_event::hex(&Sha256::digest(word)))
}

/// The words of some texts, each once, separated by spaces, which no word contains.
pub(super) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let all: BTreeSet<String> = texts.into_iter().flat_map(words).map(|word| key(&word)).collect();
    all.into_iter().collect::<Vec<_>>().join(" ")
}
