//! Words as the `q` filter understands them: complete, with case and accents folded.
//!
//! One definition for every engine and for events in memory, so that a search finds the same
//! everywhere.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Calls `each` with the folded words of a text, in order. A word is a run of letters and digits;
/// `quest_started` is two words, and `Ünïté` is the word `unite`.
pub fn each_word(text: &str, mut each: impl FnMut(&str)) {
    // Most texts are ASCII, whose folding costs almost nothing.
    let folded: String = if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
    };
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .for_each(&mut each);
}

/// Returns the words of [`each_word`].
pub fn words(text: &str) -> impl Iterator<Item = String> + use<> {
    let mut words = Vec::new();
    each_word(text, |word| words.push(word.to_owned()));
    words.into_iter()
}

/// Returns `true` if each of the folded `wanted` words is in one of the texts.
pub fn all_found<'a>(wanted: &[String], texts: impl IntoIterator<Item = &'a str>) -> bool {
    let mut missing: Vec<&String> = wanted.iter().collect();
    for text in texts {
        if missing.is_empty() {
            break;
        }
        each_word(text, |word| missing.retain(|wanted| *wanted != word));
    }
    missing.is_empty()
}

/// Returns a text as a sentence, with a capital at its beginning and a full stop at its end.
pub fn as_sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?', '`']) { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_complete_and_folded() {
        let found: Vec<_> = words("Ada's Ünïté: quest_started, ΣΊΣΥΦΟΣ №5").collect();
        assert_eq!(found, ["ada", "s", "unite", "quest", "started", "σισυφοσ", "no5"]);
    }

    #[test]
    fn all_words_must_be_found_in_any_of_the_texts() {
        let wanted: Vec<String> = words("volcano ADA").collect();
        assert!(all_found(&wanted, ["Ada finished", "the Volcano"]));
        assert!(!all_found(&wanted, ["Ada finished", "Volcanoes"]));
        assert!(all_found(&[], ["anything"]));
    }
}
