//! A set of positions within one window: one bit each, so that terms are combined by machine words.

use std::ops::Range;

/// Positions of a window, counted from its first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bits(Box<[u64]>);

impl Bits {
    /// The empty set of a window with this many positions, a multiple of 64.
    pub(super) fn none(size: usize) -> Bits {
        Bits(vec![0; size / 64].into())
    }

    /// The full set of a window with this many positions.
    pub(super) fn all(size: usize) -> Bits {
        Bits(vec![u64::MAX; size / 64].into())
    }

    /// Reads the bytes of [`Bits::bytes`].
    pub(super) fn from_bytes(bytes: &[u8]) -> Bits {
        Bits(bytes.as_chunks().0.iter().map(|chunk| u64::from_le_bytes(*chunk)).collect())
    }

    /// The set as bytes, the first position first.
    pub(super) fn bytes(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.iter().flat_map(|word| word.to_le_bytes())
    }

    pub(super) fn insert(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    pub(super) fn contains(&self, at: usize) -> bool {
        self.0[at / 64] >> (at % 64) & 1 == 1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(super) fn or(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine |= theirs);
    }

    pub(super) fn and(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine &= theirs);
    }

    pub(super) fn and_not(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine &= !theirs);
    }

    pub(super) fn not(&mut self) {
        self.0.iter_mut().for_each(|word| *word = !*word);
    }

    /// Removes a range of positions.
    pub(super) fn remove(&mut self, range: Range<usize>) {
        self.each_word_of(range, |word, mask| *word &= !mask);
    }

    /// Adds a range of positions.
    pub(super) fn insert_range(&mut self, range: Range<usize>) {
        self.each_word_of(range, |word, mask| *word |= mask);
    }

    /// Removes everything outside a range.
    pub(super) fn keep(&mut self, range: Range<usize>) {
        let size = self.0.len() * 64;
        self.remove(0..range.start.min(size));
        self.remove(range.end.min(size)..size);
    }

    fn each_word_of(&mut self, range: Range<usize>, change: impl Fn(&mut u64, u64)) {
        let end = range.end.min(self.0.len() * 64);
        let mut at = range.start;
        while at < end {
            let stop = end.min((at / 64 + 1) * 64);
            let mask = (u64::MAX >> (64 - (stop - at))) << (at % 64);
            change(&mut self.0[at / 64], mask);
            at = stop;
        }
    }

    /// The part of the set within a range; `None` if that is empty.
    pub(super) fn within(&self, range: Range<usize>) -> Option<Bits> {
        let mut part = self.clone();
        part.keep(range);
        (!part.is_empty()).then_some(part)
    }

    /// The positions, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.iter_in(0..self.0.len() * 64)
    }

    /// The positions within a range that begins and ends at multiples of 64, in order.
    pub(super) fn iter_in(&self, range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        let words = range.start / 64..range.end / 64;
        self.0[words.clone()].iter().zip(words).flat_map(|(word, at)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }

    /// The positions, last first.
    pub(super) fn iter_back(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().rev().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| 63 - rest.leading_zeros() as usize)?;
                rest &= !(1 << bit);
                Some(at * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const SIZE: usize = 256;

    fn set() -> impl Strategy<Value = BTreeSet<usize>> {
        proptest::collection::btree_set(0..SIZE, 0..60)
    }

    fn bits(set: &BTreeSet<usize>) -> Bits {
        let mut bits = Bits::none(SIZE);
        set.iter().for_each(|at| bits.insert(*at));
        bits
    }

    proptest! {
        #[test]
        fn they_do_what_sets_do(a in set(), b in set(), range in (0..SIZE + 1, 0..SIZE + 1)) {
            let range = range.0.min(range.1)..range.0.max(range.1);
            let check = |name: &str, change: &dyn Fn(&mut Bits), wanted: BTreeSet<usize>| {
                let mut changed = bits(&a);
                change(&mut changed);
                prop_assert_eq!(&changed, &bits(&wanted), "{}", name);
                prop_assert!(changed.iter().eq(wanted.iter().copied()));
                prop_assert!(changed.iter_back().eq(wanted.iter().rev().copied()));
                prop_assert_eq!(changed.count(), wanted.len());
                prop_assert_eq!(changed.is_empty(), wanted.is_empty());
                let bytes: Vec<u8> = changed.bytes().collect();
                prop_assert_eq!(Bits::from_bytes(&bytes), changed);
                Ok(())
            };
            let kept = |keep: &dyn Fn(usize) -> bool| (0..SIZE).filter(|at| keep(*at)).collect();
            let other = bits(&b);
            check("or", &|bits| bits.or(&other), &a | &b)?;
            check("and", &|bits| bits.and(&other), &a & &b)?;
            check("and_not", &|bits| bits.and_not(&other), &a - &b)?;
            check("not", &Bits::not, kept(&|at| !a.contains(&at)))?;
            let inside = |at: usize| range.contains(&at);
            check("keep", &|bits| bits.keep(range.clone()), kept(&|at| a.contains(&at) && inside(at)))?;
            check("remove", &|bits| bits.remove(range.clone()), kept(&|at| a.contains(&at) && !inside(at)))?;
            check("insert", &|bits| bits.insert_range(range.clone()), kept(&|at| a.contains(&at) || inside(at)))?;
        }
    }
}
