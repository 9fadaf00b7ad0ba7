//! A cache of the sessions of recent session ids, so that they are not read again for every page.

use std::collections::HashMap;

use crate::store::Session;

/// Number of session ids in one generation; two generations are kept.
const SESSION_IDS: usize = 4_096;

/// Session ids whose sessions are known as they were written.
#[derive(Default)]
pub(super) struct Recent {
    young: HashMap<String, Vec<Session>>,
    old: HashMap<String, Vec<Session>>,
}

impl Recent {
    /// Removes a session id, if it is known; it is put back once its sessions are written.
    pub(super) fn remove(&mut self, session_id: &str) -> Option<Vec<Session>> {
        self.young.remove(session_id).or_else(|| self.old.remove(session_id))
    }

    /// Adds written sessions.
    pub(super) fn put(&mut self, chains: impl Iterator<Item = (String, Vec<Session>)>) {
        for (session_id, sessions) in chains {
            if self.young.len() >= SESSION_IDS {
                self.old = std::mem::take(&mut self.young);
            }
            self.young.insert(session_id, sessions);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chains(range: std::ops::Range<usize>) -> impl Iterator<Item = (String, Vec<Session>)> {
        range.map(|number| (number.to_string(), Vec::new()))
    }

    #[test]
    fn what_came_last_is_known_and_memory_is_bounded() {
        let mut recent = Recent::default();
        recent.put(chains(0..3 * SESSION_IDS));
        assert_eq!(recent.young.len() + recent.old.len(), 2 * SESSION_IDS);
        assert_eq!(recent.remove("7"), None);
        let last = (3 * SESSION_IDS - 1).to_string();
        assert_eq!(recent.remove(&last), Some(Vec::new()));
        assert_eq!(recent.remove(&last), None);
    }
}
