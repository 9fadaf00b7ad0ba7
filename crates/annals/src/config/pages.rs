//! `[pages]`: which paths are one page.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Which paths are one page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// Rules such as `/quests/:id`; the first that a path fits is what its page is called.
    pub fold: Vec<PathRule>,
}

/// A path with names in place of what differs: `/quests/:id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathRule(String);

impl Pages {
    /// What the page at a path is called. What has no path is the root of its site.
    pub fn called<'a>(&'a self, path: &'a str) -> Cow<'a, str> {
        let rule = self.fold.iter().find(|rule| rule.fits(path));
        let called = rule.map_or(path, |rule| rule.0.as_str());
        Cow::Borrowed(if called.is_empty() { "/" } else { called })
    }
}

impl PathRule {
    /// Whether a path is the rule's, but for the parts that it names.
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
        Err(format!("`{text}` is no rule for paths such as `/quests/:id`"))
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
            assert_eq!(pages.called(path), called, "{path}");
        }
        assert_eq!(Pages::default().called("/quests/7"), "/quests/7");
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for wrong in ["", "/", "quests/:id", "/quests", "/quests/:", "/quests/:id?tab", "/q/:id#x"]
        {
            assert!(rule(wrong).is_err(), "{wrong}");
        }
    }
}
