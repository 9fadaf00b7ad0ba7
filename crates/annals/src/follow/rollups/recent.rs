//! The sessions of the visits that events came from last, so that they are not read again with
//! every page.

use std::collections::HashMap;

use crate::store::Session;

/// Visits of one generation; two are kept.
const VISITS: usize = 4_096;

/// Visits whose sessions are known to be written as they are here.
#[derive(Default)]
pub(super) struct Recent {
    young: HashMap<String, Vec<Session>>,
    old: HashMap<String, Vec<Session>>,
}

impl Recent {
    /// Takes a visit out, if it is known; it is put back once it is written.
    pub(super) fn remove(&mut self, visit: &str) -> Option<Vec<Session>> {
        self.young.remove(visit).or_else(|| self.old.remove(visit))
    }

    /// Notes what was written.
    pub(super) fn put(&mut self, visits: impl Iterator<Item = (String, Vec<Session>)>) {
        for (visit, sessions) in visits {
            if self.young.len() >= VISITS {
                self.old = std::mem::take(&mut self.young);
            }
            self.young.insert(visit, sessions);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visits(range: std::ops::Range<usize>) -> impl Iterator<Item = (String, Vec<Session>)> {
        range.map(|number| (number.to_string(), Vec::new()))
    }

    #[test]
    fn what_came_last_is_known_and_memory_is_bounded() {
        let mut recent = Recent::default();
        recent.put(visits(0..3 * VISITS));
        assert_eq!(recent.young.len() + recent.old.len(), 2 * VISITS);
        assert_eq!(recent.remove("7"), None);
        let last = (3 * VISITS - 1).to_string();
        assert_eq!(recent.remove(&last), Some(Vec::new()));
        assert_eq!(recent.remove(&last), None);
    }
}
