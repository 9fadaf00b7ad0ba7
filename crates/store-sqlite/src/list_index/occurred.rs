//! Finds matches in the order in which they happened.
//!
//! ```text
//! index by time ── entries, while enough of them match ── positions of their windows ──► places
//!      └─ few match ─► windows, nearest first ─► tiles, nearest first ─► times of matches ─► places
//! ```
//!
//! A window or tile is read only if its period reaches the places still wanted. Most events arrive
//! nearly in order, so that few windows overlap; old history that was imported lies far away.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use annals_event::Time;
use annals_event::digest::TILE;

use super::answer::{Answer, Result};
use super::bits::Bits;
use super::by_time::{Moments, entries, places_of};
use super::view::read;
use annals_store::seal::{first_of, tile_of};
use annals_store::{Occurrence, Order};

/// Entries of the index by time that are read before anything else.
const NEAR: usize = if cfg!(test) { 16 } else { 512 };
/// The most entries that are read if they will probably be enough.
const FAR: usize = if cfg!(test) { 64 } else { 4_096 };
/// The most windows whose positions are kept while entries are read.
const KEPT: usize = 64;
/// The matches found so far, at most as many as are wanted.
struct Nearest {
    places: BTreeSet<Occurrence>,
    order: Order,
    limit: usize,
}

impl Nearest {
    fn add(&mut self, place: Occurrence) {
        self.places.insert(place);
        if self.places.len() > self.limit {
            match self.order {
                Order::Desc => self.places.pop_first(),
                Order::Asc => self.places.pop_last(),
            };
        }
    }

    /// `true` if nothing from this moment on can be among them.
    fn has_enough_before(&self, moment: i64) -> bool {
        let last = match self.order {
            Order::Desc => self.places.first(),
            Order::Asc => self.places.last(),
        };
        let moment = Time::from_micros(moment);
        self.places.len() >= self.limit
            && last.is_some_and(|last| match self.order {
                Order::Desc => last.at > moment,
                Order::Asc => last.at < moment,
            })
    }

    fn in_order(self) -> Vec<Occurrence> {
        let mut places: Vec<Occurrence> = self.places.into_iter().collect();
        if self.order == Order::Desc {
            places.reverse();
        }
        places
    }
}

impl Answer<'_> {
    /// The first `limit` places after another one that may match, in the order in which they
    /// happened. Keys decide, so that rows must still be compared with the filter.
    pub(super) fn places(
        &mut self,
        range: &Range<u64>,
        after: Option<Occurrence>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Occurrence>> {
        let filter = self.question.asked.filter();
        let moments = Moments::of(filter.from, filter.to);
        let (mut found, mut windows) = (Vec::new(), HashMap::new());
        let (mut at, mut walked, mut step) = (after, 0, limit.clamp(1, NEAR));
        let far = FAR.max(limit.saturating_mul(2));
        let promising = |found: usize, walked: usize| {
            walked < far && found.saturating_mul(far) >= limit.saturating_mul(walked)
        };
        while walked < NEAR || promising(found.len(), walked) {
            let entries = entries(self.connection, moments, at, order, step)?;
            for place in &entries {
                if range.contains(&place.seq) && self.may_match(place.seq, &mut windows)? {
                    found.push(*place);
                    if found.len() == limit {
                        return Ok(found);
                    }
                }
            }
            if entries.len() < step {
                return Ok(found);
            }
            at = entries.last().copied();
            walked += entries.len();
            step = (2 * step).min(NEAR);
        }
        let left = limit - found.len();
        found.extend(self.nearest(range, moments, at, order, left)?);
        Ok(found)
    }

    /// `true` if a position has the keys. Where there are none, its row must be read.
    fn may_match(&mut self, seq: u64, windows: &mut HashMap<u64, Bits>) -> Result<bool> {
        let (number, at) = self.view.locate(seq);
        if windows.len() > KEPT && !windows.contains_key(&number) {
            windows.clear();
        }
        let bits = match windows.entry(number) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let size = self.view.size;
                let (covered, bits) = self.with_keys(number)?;
                let mut bits = bits.unwrap_or_else(|| Bits::none(size));
                bits.insert_range(0..covered.start);
                bits.insert_range(covered.end..size);
                free.insert(bits)
            }
        };
        Ok(bits.contains(at))
    }

    /// The same from windows and tiles.
    fn nearest(
        &mut self,
        range: &Range<u64>,
        moments: Moments,
        after: Option<Occurrence>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Occurrence>> {
        let reach = after.map_or(moments, |after| Moments {
            low: if order == Order::Asc { after.at.as_micros() } else { moments.low },
            high: if order == Order::Desc { after.at.as_micros() } else { moments.high },
        });
        let mut nearest = Nearest { places: BTreeSet::new(), order, limit };
        let windows = self.view.windows(range).map(|number| {
            let first = self.view.first_of(number);
            (number, first..first + self.view.size as u64)
        });
        for (number, window) in self.reached(windows, reach, order) {
            if nearest.has_enough_before(window) {
                break;
            }
            let wanted = self.view.within(number, range);
            let Some(bits) = self.candidates(number, wanted)? else {
                continue;
            };
            let first = self.view.first_of(number);
            let tiles = (0..self.view.size).step_by(TILE as usize).filter_map(|start| {
                let of_tile = start..start + TILE as usize;
                bits.iter_in(of_tile.clone()).next()?;
                let tile = tile_of(first + start as u64);
                Some((of_tile, first_of(tile)..first_of(tile + 1)))
            });
            for (of_tile, tile) in self.reached(tiles, reach, order) {
                if nearest.has_enough_before(tile) {
                    break;
                }
                let positions: Vec<u64> =
                    bits.iter_in(of_tile).map(|at| first + at as u64).collect();
                for place in places_of(self.connection, &positions)? {
                    let at = place.at.as_micros();
                    if at >= reach.low
                        && at <= reach.high
                        && after.is_none_or(|after| place.is_after(after, order))
                    {
                        nearest.add(place);
                    }
                }
            }
        }
        Ok(nearest.in_order())
    }

    /// Those of some ranges of full tiles whose events may be within reach, nearest first, each with
    /// the moment from which on it has events.
    fn reached<T>(
        &self,
        ranges: impl Iterator<Item = (T, Range<u64>)>,
        reach: Moments,
        order: Order,
    ) -> Vec<(T, i64)> {
        let periods = read(self.periods);
        let mut reached: Vec<(T, i64)> = ranges
            .filter_map(|(of, range)| {
                let (low, high) = periods.of(&range);
                let is_reached = low <= reach.high && high >= reach.low;
                let from = match order {
                    Order::Desc => high.min(reach.high),
                    Order::Asc => low.max(reach.low),
                };
                is_reached.then_some((of, from))
            })
            .collect();
        reached.sort_by_key(|(_, from)| *from);
        if order == Order::Desc {
            reached.reverse();
        }
        reached
    }

    /// The positions of a window within a range that may match: by keys, and by rows where there
    /// are none.
    fn candidates(&mut self, number: u64, range: Range<usize>) -> Result<Option<Bits>> {
        let size = self.view.size;
        let (covered, bits) = self.with_keys(number)?;
        let mut bits = bits.unwrap_or_else(|| Bits::none(size));
        bits.keep(range.start.max(covered.start)..range.end.min(covered.end));
        let covered =
            covered.start.clamp(range.start, range.end)..covered.end.clamp(range.start, range.end);
        for rest in [range.start..covered.start, covered.end..range.end] {
            if !rest.is_empty() {
                bits.or(&self.scan(number, rest, Order::Asc, usize::MAX, false)?);
            }
        }
        Ok((!bits.is_empty()).then_some(bits))
    }
}
