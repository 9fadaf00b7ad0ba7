//! A search of texts for people: known names, and what looks like a network address, a phone number
//! or a mailbox.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

#[expect(clippy::expect_used, reason = "the patterns are constants, and tests compile them")]
static MAILBOX: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"[\p{L}\p{N}._%+'-]+(?:@|%40)[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+";
    Regex::new(pattern).expect("the pattern is valid")
});

/// Matches digits, colons and dots in a row. Parsing decides whether they are an address.
#[expect(clippy::expect_used, reason = "the patterns are constants, and tests compile them")]
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"[0-9A-Fa-f]{0,4}(?:[:.][0-9A-Fa-f]{0,4}){2,8}";
    Regex::new(pattern).expect("the pattern is valid")
});

/// Matches `+49 30 1234567`, `030/123 45 67`, `(555) 123-4567`, `555-123-4567`: an area code before
/// the number, as people write it. A bare row of digits may be anything.
#[expect(clippy::expect_used, reason = "the patterns are constants, and tests compile them")]
static TELEPHONE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"\+\d(?:[ ()./-]{0,2}\d){6,14}|\b0\d{1,5}[ /-]{1,2}\d(?:[ /-]?\d){4,10}\b|\(\d{2,5}\) ?\d(?:[ -]?\d){4,9}|\b\d{3}-\d{3}-\d{4}\b";
    Regex::new(pattern).expect("the pattern is valid")
});

/// Finds names in a text, where they are separate words.
pub(super) fn of_names<'t>(
    text: &'t str,
    names: &'t AhoCorasick,
) -> impl Iterator<Item = Range<usize>> + 't {
    // Overlapping, because one name may contain another and not be a word where that one is.
    let found = names.find_overlapping_iter(text).map(|found| found.range());
    found.filter(|range| is_word(text, range))
}

/// Finds a name in a text, where it is a separate word.
pub(super) fn of_name<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let found = text.match_indices(name).map(|(at, name)| at..at + name.len());
    found.filter(|range| !range.is_empty() && is_word(text, range))
}

/// Finds mailboxes, network addresses and phone numbers in a text.
pub(super) fn of_addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // Each match needs one of these characters, which most texts do not have.
    if text.contains('@') || text.contains("%40") {
        found.extend(MAILBOX.find_iter(text).map(|mailbox| mailbox.range()));
    }
    if text.bytes().any(|byte| byte.is_ascii_digit() || byte == b':') {
        let addresses = ADDRESS.find_iter(text).filter(|found| is_address(found.as_str()));
        found.extend(addresses.map(|address| address.range()));
        // UUIDs contain rows of digits as well.
        let alone = |range: &Range<usize>| {
            let joined = |c: Option<char>| c.is_some_and(|c| c == '-' || c.is_alphanumeric());
            let (before, after) = (&text[..range.start], &text[range.end..]);
            !joined(before.chars().next_back()) && !joined(after.chars().next())
        };
        found.extend(TELEPHONE.find_iter(text).map(|number| number.range()).filter(alone));
    }
    found
}

/// Returns `true` if the text is an address, without punctuation at the end.
fn is_address(text: &str) -> bool {
    let v6 = |text: &str| text.len() > 2 && text.parse::<Ipv6Addr>().is_ok();
    let bare = text.trim_end_matches(['.', ':']);
    bare.parse::<Ipv4Addr>().is_ok() || v6(bare) || v6(text.trim_end_matches('.'))
}

/// Returns the text with these ranges replaced; they may overlap.
pub(super) fn replaced(text: &str, mut places: Vec<Range<usize>>, instead: &str) -> Option<String> {
    if places.is_empty() {
        return None;
    }
    places.sort_by_key(|place| (place.start, place.end));
    let mut clean = String::with_capacity(text.len());
    let (mut kept, mut last) = (0, 0);
    for place in places {
        if place.start >= last {
            clean.push_str(&text[kept..place.start]);
            clean.push_str(instead);
        }
        last = last.max(place.end);
        kept = last;
    }
    clean.push_str(&text[kept..]);
    Some(clean)
}

fn is_word(text: &str, range: &Range<usize>) -> bool {
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !inside(text[..range.start].chars().next_back()) && !inside(text[range.end..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_and_what_only_looks_like_them_is_not() {
        for (text, left) in [
            ("write to ada.l+x@mail.example.org, soon", "write to *, soon"),
            ("?to=ada%40example.org&x=1", "?to=*&x=1"),
            ("from 192.0.2.17 and 2001:db8::7.", "from * and *"),
            ("call +49 30 1234567 or 030/123 45 67", "call * or *"),
            ("call (555) 123-4567, 555-123-4567", "call *, *"),
            (
                "on 2026-11-21 at 10:00:00, version 1.2.3",
                "on 2026-11-21 at 10:00:00, version 1.2.3",
            ),
            ("3.14159265 of 1234567890, 01.02.2026", "3.14159265 of 1234567890, 01.02.2026"),
            ("a @ b, user@host, ::", "a @ b, user@host, ::"),
            ("to 01900000-0000-7000-0123-456789012345", "to 01900000-0000-7000-0123-456789012345"),
        ] {
            let clean = replaced(text, of_addresses(text), "*");
            assert_eq!(clean.as_deref().unwrap_or(text), left);
        }
    }

    #[test]
    fn names_are_words_of_their_own_and_the_longest_of_them() {
        let names = AhoCorasick::new(["ada", "ada lovelace", "é"]).unwrap();
        for (text, left) in [
            ("ada lovelace, ada", "*, *"),
            ("ada lovelaces", "* lovelaces"),
            ("adam and ada", "adam and *"),
            ("éé é", "éé *"),
        ] {
            let places = of_names(text, &names).collect();
            assert_eq!(replaced(text, places, "*").as_deref().unwrap_or(text), left);
        }
        let places = of_name("ada and adam", "ada").collect();
        assert_eq!(replaced("ada and adam", places, "*").as_deref(), Some("* and adam"));
    }
}
