//! Parameters of lists: the number of items, and what to list.

use super::super::error::{Problem, Result};
use super::super::parameters::Parameters;

/// Maximum number of items listed at once.
const MAX_LISTED: usize = 1_000;

impl Parameters {
    /// Takes `limit`; `unless_given` if it is not given, at most 1,000.
    pub(super) fn most(&mut self, unless_given: usize) -> Result<usize> {
        let Some(text) = self.take("limit")? else { return Ok(unless_given) };
        let limit = text.parse().ok().filter(|limit| (1..=MAX_LISTED).contains(limit));
        let wrong = || format!("must be a number from 1 to {MAX_LISTED}");
        limit.ok_or_else(|| Problem::parameter("limit", wrong()))
    }

    /// Takes a parameter that must not be empty.
    pub(super) fn filled(&mut self, name: &str, message: &str) -> Result<Option<String>> {
        let text = self.take(name)?;
        if text.as_deref() == Some("") {
            return Err(Problem::parameter(name, message));
        }
        Ok(text)
    }
}
