//! `[pages]`: rules that fold paths into pages.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Rules that fold paths into pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// Rules such as `/quests/:id`. The first that matches a path is its page.
    pub fold: Vec<PathRule>,
}

/// A path with names for its variable parts: `/quests/:id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathRule(String);

impl Pages {
    /// Returns the page of a path. An empty path is the root of its site.
    pub fn page_of<'a>(&'a self, path: &'a str) -> Cow<'a, str> {
        let rule = self.fold.iter().find(|rule| rule.fits(path));
        let called = rule.map_or(path, |rule| rule.0.as_str());
        Cow::Borrowed(if called.is_empty() { "/" } else { called })
    }
}

impl PathRule {
    /// Returns `true` if a path equals the rule except for the named parts.
    fn fits(&self, path: &str) -> bool {
        let (mut rule, mut path) = (self.0.split('/'), path.split('/'));
        loop {
            match (rule.next(), path.next()) {
                (None, None) => return true,
                (Some(rule), Some(part)) if rule.starts_with(':') && !part.is_empty() => {}
                (Some(rule), Some(part)) if rule == part => {}
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
        let pages = Pages { fold: fold.map(|text| rule(text).unwrap()).to_vec() };
        for (path, called) in [
            ("/quests/volcanoes", "/quests/:id"),
            ("/quests/7/edit", "/:kind/:id/edit"),
            ("/quests/7/steps/2", "/quests/:id/steps/:n"),
            ("/quests", "/quests"),
            ("/quests/", "/quests/"),
            ("/quests/7/", "/quests/7/"),
            ("/a/quests/7", "/a/quests/7"),
            ("", "/"),
        ] {
            assert_eq!(pages.page_of(path), called, "{path}");
        }
        assert_eq!(Pages::default().page_of("/quests/7"), "/quests/7");
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for wrong in ["", "/", "quests/:id", "/quests", "/quests/:", "/quests/:id?tab", "/q/:id#x"]
        {
            assert!(rule(wrong).is_err(), "{wrong}");
        }
    }
}
