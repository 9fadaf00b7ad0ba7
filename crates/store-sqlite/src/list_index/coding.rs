//! The coding of postings: the positions of one key, window by window.
//!
//! ```text
//! posting   = count, count × (window − last window, length × 2 + dense), contents
//! contents  = dense: a bit for every position of the window
//!             else:  position − last position, each a varint
//! ```
//!
//! Each window is coded by itself, so that runs are merged without decoding positions.

use super::bits::Bits;

/// Appends a number, seven bits a byte, the lowest first.
pub(super) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads a number from the front; `None` if the bytes are no number.
pub(super) fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// The positions of a key in one window, in memory.
#[derive(Clone, Debug)]
pub(super) enum Positions {
    /// A list, in order.
    Few(Vec<u16>),
    /// A bit set: smaller and read faster from one position in sixteen on.
    Many(Bits),
}

impl Positions {
    pub(super) const EMPTY: Positions = Positions::Few(Vec::new());

    /// Adds a position that is not before the last one.
    pub(super) fn push(&mut self, at: u16, size: usize) {
        match self {
            Positions::Many(bits) => bits.insert(usize::from(at)),
            Positions::Few(few) if few.last() == Some(&at) => {}
            Positions::Few(few) if few.len() < size / 16 => few.push(at),
            Positions::Few(_) => {
                let mut bits = self.bits(size);
                bits.insert(usize::from(at));
                *self = Positions::Many(bits);
            }
        }
    }

    pub(super) fn bits(&self, size: usize) -> Bits {
        match self {
            Positions::Many(bits) => bits.clone(),
            Positions::Few(few) => {
                let mut bits = Bits::none(size);
                few.iter().for_each(|at| bits.insert(usize::from(*at)));
                bits
            }
        }
    }

    /// Writes the contents of a window without the deleted positions, or nothing if none is left.
    /// Returns whether they are dense.
    pub(super) fn write(&self, dead: Option<&Bits>, size: usize, out: &mut Vec<u8>) -> bool {
        match (self, dead) {
            (Positions::Few(few), _) => {
                let live = |at: &&u16| dead.is_none_or(|dead| !dead.contains(usize::from(**at)));
                write_few(few.iter().filter(live).copied(), out);
                false
            }
            (Positions::Many(bits), dead) => {
                let mut bits = bits.clone();
                if let Some(dead) = dead {
                    bits.and_not(dead);
                }
                if bits.count() < size / 16 {
                    write_few(bits.iter().map(|at| at as u16), out);
                    return false;
                }
                out.extend(bits.bytes());
                true
            }
        }
    }
}

fn write_few(positions: impl Iterator<Item = u16>, out: &mut Vec<u8>) {
    let mut last = 0;
    for at in positions {
        put(out, u64::from(at - last));
        last = at;
    }
}

/// The part of a posting for one window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// The window, counted from the run's first.
    pub(super) window: u64,
    pub(super) dense: bool,
    start: usize,
    end: usize,
}

/// A posting as read from a run.
#[derive(Debug)]
pub(super) struct Posting {
    bytes: Vec<u8>,
    parts: Vec<Part>,
}

impl Posting {
    /// Reads a posting; `None` if the bytes are none.
    pub(super) fn read(bytes: Vec<u8>) -> Option<Posting> {
        let mut rest = &bytes[..];
        let count = read_varint(&mut rest)?;
        let mut parts = Vec::with_capacity(usize::try_from(count).ok()?.min(bytes.len()));
        let (mut window, mut start) = (0, 0);
        for _ in 0..count {
            window += read_varint(&mut rest)?;
            let length = read_varint(&mut rest)?;
            let end = start + usize::try_from(length >> 1).ok()?;
            parts.push(Part { window, dense: length & 1 == 1, start, end });
            start = end;
        }
        let head = bytes.len() - rest.len();
        (rest.len() == start).then_some(())?;
        for part in &mut parts {
            part.start += head;
            part.end += head;
        }
        Some(Posting { bytes, parts })
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The written contents of a part.
    pub(super) fn contents(&self, part: &Part) -> &[u8] {
        &self.bytes[part.start..part.end]
    }

    /// The part for a window of the run; `None` if the key has no positions there.
    pub(super) fn part(&self, window: u64) -> Option<&Part> {
        let at = self.parts.binary_search_by_key(&window, |part| part.window).ok()?;
        self.parts.get(at)
    }

    /// The positions in a window of the run; `None` if there are none.
    pub(super) fn bits(&self, window: u64, size: usize) -> Option<Bits> {
        let part = self.part(window)?;
        Some(bits(self.contents(part), part.dense, size))
    }
}

/// Decodes the positions of a part's contents.
pub(super) fn bits(mut contents: &[u8], dense: bool, size: usize) -> Bits {
    if dense {
        return Bits::from_bytes(contents);
    }
    let mut bits = Bits::none(size);
    let mut at = 0;
    while let Some(gap) = read_varint(&mut contents) {
        at += gap as usize;
        if at < size {
            bits.insert(at);
        }
    }
    bits
}

/// Writes a posting of parts: window, dense or not, contents.
pub(super) fn write_posting<'a>(
    parts: impl Iterator<Item = (u64, bool, &'a [u8])> + Clone,
    out: &mut Vec<u8>,
) {
    put(out, parts.clone().count() as u64);
    let mut last = 0;
    for (window, dense, contents) in parts.clone() {
        put(out, window - last);
        put(out, (contents.len() as u64) << 1 | u64::from(dense));
        last = window;
    }
    parts.for_each(|(_, _, contents)| out.extend_from_slice(contents));
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    use super::*;

    const SIZE: usize = 256;

    proptest! {
        #[test]
        fn what_is_written_is_read(
            windows in proptest::collection::btree_map(0_u64..64, btree_set(0_u16..256, 1..200), 0..8),
            dead in btree_set(0_usize..256, 0..20),
        ) {
            let mut deleted = Bits::none(SIZE);
            dead.iter().for_each(|at| deleted.insert(*at));
            let mut parts = Vec::new();
            for (window, set) in &windows {
                let mut positions = Positions::EMPTY;
                set.iter().for_each(|at| positions.push(*at, SIZE));
                prop_assert!(positions.bits(SIZE).iter().eq(set.iter().map(|at| usize::from(*at))));
                let mut out = Vec::new();
                let dense = positions.write(Some(&deleted), SIZE, &mut out);
                parts.push((*window, dense, out));
            }
            let mut out = Vec::new();
            write_posting(parts.iter().map(|(w, d, c)| (*w, *d, &c[..])), &mut out);
            let posting = Posting::read(out.clone()).unwrap();
            for (window, set) in &windows {
                let wanted: Vec<usize> =
                    set.iter().map(|at| usize::from(*at)).filter(|at| !dead.contains(at)).collect();
                let found: Vec<usize> = posting.bits(*window, SIZE).unwrap().iter().collect();
                prop_assert_eq!(found, wanted);
            }
            prop_assert!(posting.bits(64, SIZE).is_none());
            // A posting that is cut anywhere is invalid.
            out.pop();
            prop_assert!(out.is_empty() || Posting::read(out).is_none());
        }
    }

    #[test]
    fn numbers_of_any_size_come_back() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            put(&mut out, number);
            let mut rest = &out[..];
            assert_eq!((read_varint(&mut rest), rest.len()), (Some(number), 0));
        }
        assert_eq!(read_varint(&mut &[0x80_u8][..]), None);
    }
}
