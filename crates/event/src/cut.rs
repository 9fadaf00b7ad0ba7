//! Texts that are cut rather than refused: what happened must not be lost for being long.
//!
//! The sender's secrets go out of the full text first, so that no half of one is left; then
//! [`Draft::cut_texts`] cuts, and names what it cut in [`Draft::cut`].

use serde_json::Value;

use crate::{Draft, limits};

/// The fields whose texts are cut, with their length in characters.
pub const CUT_FIELDS: [(&str, usize); 15] = [
    (CHANGES, limits::CHANGE_TEXT_CHARS),
    ("client.browser", limits::WORD_CHARS),
    ("client.device", limits::WORD_CHARS),
    ("client.os", limits::WORD_CHARS),
    ("client.user_agent", limits::USER_AGENT_CHARS),
    ("error.component", limits::NAME_CHARS),
    ("error.endpoint", limits::URL_CHARS),
    ("error.message", limits::ERROR_MESSAGE_CHARS),
    (STACK, limits::STACK_CHARS),
    ("error.type", limits::NAME_CHARS),
    ("page.path", limits::URL_CHARS),
    ("page.referrer", limits::URL_CHARS),
    ("page.title", limits::TITLE_CHARS),
    ("request.method", limits::WORD_CHARS),
    ("request.route", limits::URL_CHARS),
];

const CHANGES: &str = "changes";
const STACK: &str = "error.stack";

/// Characters that are left of a stack's length for the line that says what is missing.
const MARK_CHARS: usize = 60;

impl Draft {
    /// Returns the texts that are cut when they are too long, with their fields' names.
    pub fn cut_fields(&mut self) -> Vec<(&'static str, &mut String)> {
        let mut texts: Vec<(&'static str, Option<&mut String>)> = Vec::with_capacity(14);
        for change in &mut self.changes {
            for value in [&mut change.before, &mut change.after] {
                if let Some(Value::String(text)) = value {
                    texts.push((CHANGES, Some(text)));
                }
            }
        }
        if let Some(client) = &mut self.client {
            texts.push(("client.browser", client.browser.as_mut()));
            texts.push(("client.device", client.device.as_mut()));
            texts.push(("client.os", client.os.as_mut()));
            texts.push(("client.user_agent", client.user_agent.as_mut()));
        }
        if let Some(error) = &mut self.error {
            texts.push(("error.component", error.component.as_mut()));
            texts.push(("error.endpoint", error.endpoint.as_mut()));
            texts.push(("error.message", error.message.as_mut()));
            texts.push((STACK, error.stack.as_mut()));
            texts.push(("error.type", error.kind.as_mut()));
        }
        if let Some(page) = &mut self.page {
            texts.push(("page.path", page.path.as_mut()));
            texts.push(("page.referrer", page.referrer.as_mut()));
            texts.push(("page.title", page.title.as_mut()));
        }
        if let Some(request) = &mut self.request {
            texts.push(("request.method", request.method.as_mut()));
            texts.push(("request.route", request.route.as_mut()));
        }
        texts.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
    }

    /// Removes the queries of paths and addresses: they carry searches, ids and secrets, and would
    /// make a thousand pages of one.
    pub fn drop_queries(&mut self) {
        for (name, text) in self.cut_fields() {
            let ends: &[char] = match name {
                "page.path" | "page.referrer" | "error.endpoint" => &['?', '#'],
                "request.route" => &['?'],
                _ => continue,
            };
            if let Some(end) = text.find(ends) {
                text.truncate(end);
            }
        }
    }

    /// Cuts the texts that are too long, and names them in `cut`, sorted and once each.
    pub fn cut_texts(&mut self) {
        let mut cut = std::mem::take(&mut self.cut);
        for (name, text) in self.cut_fields() {
            let most = CUT_FIELDS.iter().find(|(field, _)| *field == name).map_or(0, |of| of.1);
            let done = if name == STACK { cut_middle(text, most) } else { cut_end(text, most) };
            if done {
                cut.push(name.to_owned());
            }
        }
        cut.sort_unstable();
        cut.dedup();
        self.cut = cut;
    }
}

/// Returns the byte at which a character begins, if the text is longer than that.
fn byte_of(text: &str, character: usize) -> Option<usize> {
    // Bytes are at least as many as characters, so most texts need no counting.
    if text.len() <= character {
        return None;
    }
    text.char_indices().nth(character).map(|(at, _)| at)
}

/// Cuts a text's end off; `true` if it was too long.
pub fn cut_end(text: &mut String, most: usize) -> bool {
    let end = byte_of(text, most);
    if let Some(end) = end {
        text.truncate(end);
    }
    end.is_some()
}

/// Cuts the middle out of a stack, since its beginning says what failed and its end who called.
fn cut_middle(text: &mut String, most: usize) -> bool {
    if byte_of(text, most).is_none() {
        return false;
    }
    let part = (most - MARK_CHARS) / 2;
    let missing = text.chars().count() - 2 * part;
    let head = byte_of(text, part).unwrap_or(text.len());
    let tail = byte_of(text, part + missing).unwrap_or(text.len());
    let mark = format!("\n… {missing} characters cut …\n");
    text.replace_range(head..tail, &mark);
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{ErrorInfo, Page};

    fn stack(text: String) -> Draft {
        let error = ErrorInfo { stack: Some(text), ..ErrorInfo::default() };
        Draft { action: "a".to_owned(), error: Some(error), ..Draft::default() }
    }

    #[test]
    fn a_deep_stack_keeps_both_ends() {
        let frames: Vec<String> = (0..4_000).map(|n| format!("at f{n} (a.js:1:1)")).collect();
        let mut draft = stack(frames.join("\n"));
        let before = draft.error.clone().unwrap().stack.unwrap().chars().count();
        draft.cut_texts();
        assert_eq!(draft.cut, ["error.stack"]);
        let text = draft.error.clone().unwrap().stack.unwrap();
        assert!(text.starts_with("at f0 (a.js:1:1)\nat f1 "), "{text}");
        assert!(text.ends_with("at f3999 (a.js:1:1)"), "{text}");
        let mark = text.lines().find(|line| line.starts_with('…')).unwrap();
        let missing: usize = mark.split(' ').nth(1).unwrap().parse().unwrap();
        assert_eq!(mark, format!("… {missing} characters cut …"));
        assert_eq!(text.chars().count() - mark.chars().count() - 2 + missing, before);
        // What is cut already fits.
        let once = draft.clone();
        draft.cut_texts();
        assert_eq!(draft, once);
    }

    #[test]
    fn queries_go_before_paths_are_measured() {
        let page = Page {
            path: Some(format!("/search?q={}", "a".repeat(3_000))),
            referrer: Some(format!("https://example.org/x#{}", "a".repeat(3_000))),
            title: Some("ß".repeat(501)),
            ..Page::default()
        };
        let mut draft = Draft { action: "a".to_owned(), page: Some(page), ..Draft::default() };
        draft.drop_queries();
        draft.cut_texts();
        let page = draft.page.unwrap();
        assert_eq!(page.path.as_deref(), Some("/search"));
        assert_eq!(page.referrer.as_deref(), Some("https://example.org/x"));
        assert_eq!(page.title, Some("ß".repeat(500)));
        assert_eq!(draft.cut, ["page.title"]);
    }

    proptest! {
        #[test]
        fn texts_of_any_length_fit(text in "[^\0]{0,40}", times in 0_usize..2_000) {
            let mut draft = stack(text.repeat(times));
            let long = text.chars().count() * times > limits::STACK_CHARS;
            draft.cut_texts();
            let left = draft.error.unwrap().stack.unwrap();
            prop_assert!(left.chars().count() <= limits::STACK_CHARS);
            prop_assert_eq!(draft.cut.len(), usize::from(long));
        }
    }
}
