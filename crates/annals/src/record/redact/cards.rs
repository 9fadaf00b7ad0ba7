//! A finder of card numbers, by issuer prefix, length and check digit together.
//!
//! Any two of the three would match too many ids. The groups must be those of a card, so a UUID or
//! a timestamp never matches, whatever its digits.

use super::REDACTED;

/// The groups in which card numbers are written.
const GROUPINGS: [&[usize]; 5] =
    [&[4, 4, 4, 4], &[4, 4, 4, 4, 3], &[4, 6, 5], &[4, 6, 4], &[6, 13]];

/// Returns the text without card numbers; `None` if it holds none.
pub(super) fn redact(text: &str) -> Option<String> {
    // Card numbers have at least 13 digits. Counting them takes several bytes at a time.
    if text.len() < 13 || text.bytes().filter(u8::is_ascii_digit).count() < 13 {
        return None;
    }
    let groups = groups(text);
    let mut cut = String::new();
    let mut kept = 0;
    let mut at = 0;
    while at < groups.len() {
        let Some(count) = card_at(text, &groups[at..]) else {
            at += 1;
            continue;
        };
        cut.push_str(&text[kept..groups[at].start]);
        cut.push_str(REDACTED);
        kept = groups[at + count - 1].end;
        at += count;
    }
    if kept == 0 {
        return None;
    }
    cut.push_str(&text[kept..]);
    Some(cut)
}

/// Returns `true` if a number without gaps is a card's.
pub(super) fn is_card_number(digits: &str) -> bool {
    let digits = digits.as_bytes();
    digits.iter().all(u8::is_ascii_digit) && is_issued(digits) && has_check_digit(digits)
}

/// A run of digits that no letter touches.
struct Group {
    start: usize,
    end: usize,
    /// The character between this group and the next, if it is a single separator.
    gap: Option<char>,
}

/// Returns the runs of digits in a text. Those that touch a letter are parts of words and omitted.
fn groups(text: &str) -> Vec<Group> {
    let bytes = text.as_bytes();
    let mut groups = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        let before = text[..start].chars().next_back();
        let mut behind = text[at..].chars();
        let next = behind.next();
        let in_word =
            before.is_some_and(char::is_alphanumeric) || next.is_some_and(char::is_alphanumeric);
        // The digits after a decimal point are no number of their own.
        let decimals =
            before == Some('.') && text[..start - 1].ends_with(|c: char| c.is_ascii_digit());
        let longest = if decimals { 4 } else { 19 };
        if !in_word && at - start <= longest {
            let gap = next
                .filter(|gap| matches!(gap, ' ' | '-' | '.' | '\u{a0}' | '\u{2009}' | '\u{202f}'))
                .filter(|_| behind.next().is_some_and(|c| c.is_ascii_digit()));
            groups.push(Group { start, end: at, gap });
        }
    }
    groups
}

/// Returns how many groups from here on are a card number.
fn card_at(text: &str, groups: &[Group]) -> Option<usize> {
    let one = groups.first()?;
    if is_card_number(&text[one.start..one.end]) {
        return Some(1);
    }
    let gap = one.gap?;
    GROUPINGS.into_iter().find_map(|lengths| {
        let candidate = groups.get(..lengths.len())?;
        let shaped =
            candidate.iter().zip(lengths).all(|(group, length)| group.end - group.start == *length);
        // Only neighbours with the same separator: groups that touch a letter were omitted above
        // and must not be skipped.
        let joined = candidate
            .windows(2)
            .all(|pair| pair[0].gap == Some(gap) && pair[1].start == pair[0].end + gap.len_utf8());
        if !shaped || !joined {
            return None;
        }
        let digits: String = candidate.iter().map(|group| &text[group.start..group.end]).collect();
        is_card_number(&digits).then_some(lengths.len())
    })
}

/// Returns `true` if an issuer uses numbers with this beginning and length.
fn is_issued(digits: &[u8]) -> bool {
    let length = digits.len();
    if !(13..=19).contains(&length) {
        return false;
    }
    let first = |count: usize| {
        digits[..count].iter().fold(0_u32, |number, digit| number * 10 + u32::from(digit - b'0'))
    };
    let visa = first(1) == 4 && matches!(length, 13 | 16 | 19);
    let mastercard =
        (matches!(first(2), 51..=55) || matches!(first(4), 2221..=2720)) && length == 16;
    let amex = matches!(first(2), 34 | 37) && length == 15;
    let diners =
        (matches!(first(3), 300..=305) || matches!(first(2), 36 | 38 | 39)) && length == 14;
    let discover =
        (first(4) == 6011 || first(2) == 65 || matches!(first(3), 644..=649)) && length >= 16;
    let jcb = matches!(first(4), 3528..=3589) && length >= 16;
    let union_pay = first(2) == 62 && length >= 16;
    let maestro =
        matches!(first(4), 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763) && length >= 16;
    visa || mastercard || amex || diners || discover || jcb || union_pay || maestro
}

/// Returns `true` if the last digit is the check digit of the others (Luhn, ISO/IEC 7812-1).
fn has_check_digit(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit - b'0');
            match digit * 2 {
                _ if at % 2 == 0 => digit,
                double if double > 9 => double - 9,
                double => double,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}
