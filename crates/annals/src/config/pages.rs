//! `[pages]`: which paths are one page.
//!
//! `/Caf%C3%A9`, `/Café/` and `/Café/index.html` are one page, written `/Café`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// Names of the file that a folder shows.
const INDEX_FILES: [&str; 2] = ["index.html", "index.htm"];

/// Rules about which paths are one page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// Rules such as `/quests/:id`. The first that matches a path is its page.
    #[serde(default)]
    pub fold: Vec<PathRule>,
    /// `true` if capitals make no other page: `/About` and `/about` are one.
    #[serde(default)]
    pub fold_case: bool,
}

/// A path with names for its variable parts: `/quests/:id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathRule(String);

impl Pages {
    /// Returns the page of a path. An empty path is the root of its site.
    pub fn page_of<'a>(&'a self, path: &'a str) -> Cow<'a, str> {
        let mut path = plain(path);
        if self.fold_case && path.chars().any(char::is_uppercase) {
            path = Cow::Owned(path.to_lowercase());
        }
        if let Some(rule) = self.fold.iter().find(|rule| rule.fits(&path, self.fold_case)) {
            return Cow::Borrowed(rule.0.as_str());
        }
        if path.is_empty() { Cow::Borrowed("/") } else { path }
    }
}

/// Returns a path in the one form of all that name the same: decoded, in NFC, without the name of an
/// index file and without a slash at its end.
fn plain(path: &str) -> Cow<'_, str> {
    if path.is_ascii() && !path.contains('%') {
        return Cow::Borrowed(without_end(path));
    }
    let parts: Vec<String> = path.split('/').map(decoded).collect();
    let path: String = parts.join("/").nfc().collect();
    Cow::Owned(without_end(&path).to_owned())
}

/// Decodes a part of a path, unless that would make another path of it or no text.
fn decoded(part: &str) -> String {
    let text = percent_decode_str(part).decode_utf8();
    let text = text.ok().filter(|text| !text.contains(|c: char| c == '/' || c.is_control()));
    text.map_or_else(|| part.to_owned(), Cow::into_owned)
}

fn without_end(path: &str) -> &str {
    let folder = INDEX_FILES.iter().find_map(|file| path.strip_suffix(file));
    folder.filter(|folder| folder.ends_with('/')).unwrap_or(path).trim_end_matches('/')
}

impl PathRule {
    /// Returns `true` if a path equals the rule except for the named parts.
    fn fits(&self, path: &str, fold_case: bool) -> bool {
        let rule = self.0.trim_end_matches('/');
        let (mut rule, mut path) = (rule.split('/'), path.split('/'));
        loop {
            match (rule.next(), path.next()) {
                (None, None) => return true,
                (Some(rule), Some(part)) if rule.starts_with(':') && !part.is_empty() => {}
                (Some(rule), Some(part)) if rule == part => {}
                (Some(rule), Some(part)) if fold_case && rule.to_lowercase() == part => {}
                _ => return false,
            }
        }
    }
}

impl TryFrom<String> for PathRule {
    type Error = String;

    fn try_from(text: String) -> Result<PathRule, String> {
        let named = |part: &str| part.len() > 1 && part.starts_with(':');
        let parts = || text.split('/').skip(1);
        let sound = text.starts_with('/') && parts().any(named) && !parts().any(|part| part == ":");
        if sound && !text.contains(['?', '#']) {
            return Ok(PathRule(text));
        }
        Err(format!("`{text}` must be a rule such as `/quests/:id`"))
    }
}

impl From<PathRule> for String {
    fn from(rule: PathRule) -> String {
        rule.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Result<PathRule, String> {
        text.to_owned().try_into()
    }

    #[test]
    fn the_first_rule_that_fits_names_the_page() {
        let fold = ["/quests/:id", "/:kind/:id/edit", "/quests/:id/steps/:n"];
        let fold = fold.map(|text| rule(text).unwrap()).to_vec();
        let pages = Pages { fold, fold_case: false };
        for (path, called) in [
            ("/quests/volcanoes", "/quests/:id"),
            ("/quests/7/edit", "/:kind/:id/edit"),
            ("/quests/7/steps/2", "/quests/:id/steps/:n"),
            ("/quests", "/quests"),
            ("/quests/", "/quests"),
            ("/quests/7/", "/quests/:id"),
            ("/a/quests/7", "/a/quests/7"),
            ("", "/"),
        ] {
            assert_eq!(pages.page_of(path), called, "{path}");
        }
        assert_eq!(Pages::default().page_of("/quests/7"), "/quests/7");
    }

    #[test]
    fn paths_that_name_the_same_are_one_page() {
        let mut pages = Pages::default();
        for (path, called) in [
            ("/Caf%C3%A9", "/Café"),
            ("/Cafe\u{301}", "/Café"),
            ("/Café/", "/Café"),
            ("/Café/index.html", "/Café"),
            ("/index.htm", "/"),
            ("/", "/"),
            ("//", "/"),
            ("/a%20b", "/a b"),
            // Neither another path nor no text is made of one.
            ("/a%2Fb", "/a%2Fb"),
            ("/a%00b%FF", "/a%00b%FF"),
            ("/a%", "/a%"),
            ("/my-index.html", "/my-index.html"),
            ("/About", "/About"),
        ] {
            assert_eq!(pages.page_of(path), called, "{path}");
            assert_eq!(pages.page_of(called), called, "{called}");
        }
        pages.fold_case = true;
        assert_eq!(pages.page_of("/ÉCOLE/About"), "/école/about");
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for wrong in ["", "/", "quests/:id", "/quests", "/quests/:", "/quests/:id?tab", "/q/:id#x"]
        {
            assert!(rule(wrong).is_err(), "{wrong}");
        }
    }
}
