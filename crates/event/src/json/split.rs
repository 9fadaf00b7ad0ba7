//! A splitter of request bodies into the texts of their events, so that each is read by itself.

use memchr::memchr2;

use super::JsonError;

/// Splits a body into the texts of its events. A JSON array is split into its items, anything else
/// is one text. With `lines`, every line that is not blank is one text (NDJSON).
///
/// The items are not read here: each must go through [`parse`](super::parse). At most `most + 1`
/// are returned, so that a caller sees "too many" at little cost.
///
/// # Errors
/// The array is not closed, or something follows it.
pub fn split(bytes: &[u8], lines: bool, most: usize) -> Result<Vec<&[u8]>, JsonError> {
    if lines {
        return Ok(bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.trim_ascii().is_empty())
            .take(most.saturating_add(1))
            .collect());
    }
    match bytes.trim_ascii_start() {
        [b'[', ..] => array(bytes, most),
        _ => Ok(vec![bytes]),
    }
}

/// Splits an array at its top-level commas. Iterative, so nesting costs no stack.
fn array(bytes: &[u8], most: usize) -> Result<Vec<&[u8]>, JsonError> {
    let open = bytes.len() - bytes.trim_ascii_start().len();
    let mut items = Vec::new();
    let mut start = open + 1;
    let mut depth = 0_usize;
    let mut at = open;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at),
            b'[' | b'{' => depth += 1,
            b',' if depth == 1 => {
                items.push(&bytes[start..at]);
                start = at + 1;
                if items.len() > most {
                    return Ok(items);
                }
            }
            b']' if depth == 1 => {
                let last = &bytes[start..at];
                // `[]` holds nothing; `[1,]` holds an empty second item, which reading refuses.
                if !(items.is_empty() && last.trim_ascii().is_empty()) {
                    items.push(last);
                }
                let rest = &bytes[at + 1..];
                if rest.trim_ascii().is_empty() {
                    return Ok(items);
                }
                return Err(fault("something follows the end of the array", bytes, at + 1));
            }
            b'}' if depth == 1 => return Err(fault("`}` without its `{`", bytes, at)),
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    Err(fault("the array is not closed: was the body cut off?", bytes, bytes.len()))
}

/// Returns where the string that begins here ends: at its closing quote, or at the end of the text.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += next;
        if bytes[at] == b'"' {
            return at;
        }
        // An escaped character, perhaps a quote, is part of the string.
        at += 2;
    }
    bytes.len()
}

fn fault(message: &str, bytes: &[u8], at: usize) -> JsonError {
    let before = &bytes[..at.min(bytes.len())];
    let line_start = before.iter().rposition(|byte| *byte == b'\n');
    JsonError {
        message: message.to_owned(),
        path: String::new(),
        line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
        column: before.len() - line_start.map_or(0, |start| start + 1) + 1,
    }
}
