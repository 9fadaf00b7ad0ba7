//! A cache of the sessions of recent session ids, so that they are not read again for every page.

use quick_cache::unsync::Cache;

use crate::store::Session;

/// Number of session ids that are kept.
const SESSION_IDS: usize = 8_192;

/// Session ids whose sessions are known as they were written.
pub(super) struct Recent(Cache<String, Vec<Session>>);

impl Default for Recent {
    fn default() -> Recent {
        Recent(Cache::new(SESSION_IDS))
    }
}

impl Recent {
    /// Removes a session id, if it is known; it is put back once its sessions are written.
    pub(super) fn remove(&mut self, session_id: &str) -> Option<Vec<Session>> {
        self.0.remove(session_id).map(|(_, sessions)| sessions)
    }

    /// Adds written sessions.
    pub(super) fn put(&mut self, chains: impl Iterator<Item = (String, Vec<Session>)>) {
        for (session_id, sessions) in chains {
            self.0.insert(session_id, sessions);
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
        assert!(recent.0.len() <= SESSION_IDS);
        let last = (3 * SESSION_IDS - 1).to_string();
        assert_eq!(recent.remove(&last), Some(Vec::new()));
        assert_eq!(recent.remove(&last), None);
    }
}
