//! The constant part of an error's message.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Number of characters of a folded message at most.
const LONGEST: usize = 300;

/// Matches variable parts: quoted words, mailboxes, and words with a digit (numbers and ids).
static DIFFERS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?x)
        (?<quoted> "[^"\n]*" | `[^`\n]*` | \B'[^'\n]*'\B | [“„][^“”\n]*[“”] | «[^»\n]*» )
        | [\w.+-]+@[\w-]+(?:\.[\w-]+)+
        | [\w-]*\d[\w-]*(?:[.,:][\w-]*\d[\w-]*)*
    "#;
    #[expect(clippy::expect_used, reason = "the pattern is fixed, and a test uses it")]
    Regex::new(pattern).expect("a pattern")
});

/// Replaces the variable parts of a message: `User "…" has # points`.
pub(super) fn folded(message: &str) -> String {
    let start: String = message.trim().chars().take(LONGEST * 2).collect();
    let folded = DIFFERS.replace_all(&start, |found: &Captures<'_>| {
        let quoted = found.name("quoted").map_or("", |quoted| quoted.as_str());
        match (quoted.chars().next(), quoted.chars().next_back()) {
            (Some(open), Some(close)) => format!("{open}…{close}"),
            _ => "#".to_owned(),
        }
    });
    folded.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_ids_quoted_words_and_addresses_are_folded() {
        for (message, wanted) in [
            ("Request failed with status code 404", "Request failed with status code #"),
            ("took 12.5 s, 1,000 rows at 10:30", "took # s, # rows at #"),
            ("No quest 0190f3c2-5b1e-7c3d-9a1b-2c3d4e5f6a7b", "No quest #"),
            ("user_42 and q-7 of 0xdeadBEEF", "# and # of #"),
            ("Cannot read 'steps' of \"Ada's map\" or `x`", "Cannot read '…' of \"…\" or `…`"),
            ("It isn't Ben's", "It isn't Ben's"),
            ("„Ada“ fehlt, « Ben » aussi", "„…“ fehlt, «…» aussi"),
            ("no mail for ada.b+c@school.example!", "no mail for #!"),
            ("  Failed to fetch \n", "Failed to fetch"),
            ("", ""),
        ] {
            assert_eq!(folded(message), wanted, "{message}");
        }
    }

    proptest! {
        #[test]
        fn what_differs_does_not_matter(
            number in any::<u64>(),
            other in any::<u64>(),
            id in any::<u128>(),
            word in "[^\"\\n]{0,40}",
        ) {
            let said = |number: u64, id: u128, word: &str| {
                folded(&format!("Quest {number} of \"{word}\" ({id:032x}) failed"))
            };
            prop_assume!(format!("{id:032x}").contains(|c: char| c.is_ascii_digit()));
            prop_assert_eq!(said(number, id, &word), said(other, 7, "Ada"));
        }

        #[test]
        fn it_is_short_and_has_no_digit(message in "\\PC{0,900}") {
            let text = folded(&message);
            prop_assert!(text.chars().count() <= LONGEST);
            prop_assert!(!text.contains(|c: char| c.is_ascii_digit()), "{}", text);
        }
    }
}
