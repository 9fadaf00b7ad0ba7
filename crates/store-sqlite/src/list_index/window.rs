//! A window in memory: the newest events' keys, until they are written as a run.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use annals_event::Event;

use super::bits::Bits;
use super::coding::Positions;
use super::kinds::Kinds;
use annals_store::keys::Keys;

/// A hasher that does nothing, since keys are hashes already.
#[derive(Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// The keys and kinds of a window's events.
pub(super) struct Window {
    size: usize,
    /// The first covered position: 0, unless the window was begun later.
    pub(super) from: usize,
    /// The first position after the covered ones.
    pub(super) next: usize,
    postings: HashMap<u64, Positions, BuildHasherDefault<AsItIs>>,
    kinds: Kinds,
}

/// Events with their keys, computed before any lock is held.
pub(super) struct Keyed<'a> {
    events: Vec<(&'a Event, usize)>,
    keys: Vec<u64>,
}

impl<'a> Keyed<'a> {
    pub(super) fn new(keys: &Keys, events: impl IntoIterator<Item = &'a Event>) -> Keyed<'a> {
        let mut keyed = Keyed { events: Vec::new(), keys: Vec::new() };
        for event in events {
            let before = keyed.keys.len();
            keys.each(event, |key| keyed.keys.push(key));
            keyed.events.push((event, keyed.keys.len() - before));
        }
        keyed
    }

    /// The last event.
    pub(super) fn last(&self) -> Option<&'a Event> {
        self.events.last().map(|(event, _)| *event)
    }

    /// Every event with its keys.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a Event, &[u64])> {
        let mut rest = &self.keys[..];
        self.events.iter().map(move |(event, count)| {
            let (keys, others) = rest.split_at(*count);
            rest = others;
            (*event, keys)
        })
    }
}

impl Window {
    /// An empty window that covers positions from `from` on.
    pub(super) fn new(size: usize, from: usize) -> Window {
        let (postings, kinds) = (HashMap::default(), Kinds::new(size));
        Window { size, from, next: from, postings, kinds }
    }

    /// Adds an event. Positions that were passed over hold none.
    pub(super) fn add(&mut self, at: usize, event: &Event, keys: &[u64]) {
        for key in keys {
            let positions = self.postings.entry(*key).or_insert(Positions::EMPTY);
            positions.push(at as u16, self.size);
        }
        self.kinds.set(at, &event.category, event.severity);
        self.next = at + 1;
    }

    /// `true` if every position is covered.
    pub(super) fn is_whole(&self) -> bool {
        self.from == 0 && self.next == self.size
    }

    /// The positions of a key; `None` if there are none.
    pub(super) fn bits(&self, key: u64) -> Option<Bits> {
        self.postings.get(&key).map(|positions| positions.bits(self.size))
    }

    /// `true` if the key has any position.
    pub(super) fn has(&self, key: u64) -> bool {
        self.postings.contains_key(&key)
    }

    pub(super) fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// Every key with its positions, in the keys' order.
    pub(super) fn sorted(&self) -> Vec<(u64, &Positions)> {
        let mut sorted: Vec<_> = self.postings.iter().map(|(key, at)| (*key, at)).collect();
        sorted.sort_unstable_by_key(|(key, _)| *key);
        sorted
    }
}
