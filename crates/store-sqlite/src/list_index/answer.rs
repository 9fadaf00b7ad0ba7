//! Finds the positions of a window that match: by keys first, then by rows where keys cannot say.
//!
//! ```text
//! window in memory, or in a run ── keys ──► positions ── less the deleted, less other periods ──┐
//! window in neither ── rows ────────────────────────────────────────────────────────────────────┴─►
//! ```

use std::ops::Range;
use std::sync::Arc;

use annals_event::digest::TILE;
use parking_lot::RwLock;
use rusqlite::Connection;

use super::bits::Bits;
use super::coding::Posting;
use super::periods::Periods;
use super::question::{Question, Source};
use super::run::Run;
use super::scan;
use super::view::{View, WindowSource, read};
use super::window::Window;
use crate::error::Failure;
use annals_store::Order;

/// An error while a query is answered.
pub(super) enum Corruption {
    /// The journal cannot be read.
    Store(Failure),
    /// The run cannot be read; the query is then answered without it.
    Run(Arc<Run>),
}

impl From<Failure> for Corruption {
    fn from(error: Failure) -> Corruption {
        Corruption::Store(error)
    }
}

pub(super) type Result<T> = std::result::Result<T, Corruption>;

/// Answers one query, window by window.
pub(super) struct Answer<'a> {
    pub(super) view: &'a View,
    pub(super) periods: &'a RwLock<Periods>,
    pub(super) connection: &'a Connection,
    pub(super) question: &'a Question<'a>,
    /// The run read last, and its postings read so far.
    run: Option<InRun<'a>>,
}

struct InRun<'a> {
    run: &'a Arc<Run>,
    keys: &'a [u64],
    postings: Vec<Option<Option<Posting>>>,
    window: u64,
}

struct InMemory<'a> {
    window: &'a Window,
    keys: &'a [u64],
}

impl<'a> Answer<'a> {
    pub(super) fn new(
        view: &'a View,
        periods: &'a RwLock<Periods>,
        connection: &'a Connection,
        question: &'a Question<'a>,
    ) -> Answer<'a> {
        Answer { view, periods, connection, question, run: None }
    }

    /// The first `limit` positions of a range that match, in order.
    pub(super) fn positions(
        &mut self,
        range: &Range<u64>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<u64>> {
        let mut found = Vec::new();
        let mut windows = self.view.windows(range);
        let mut next = || match order {
            Order::Asc => windows.next(),
            Order::Desc => windows.next_back(),
        };
        while let Some(window) = next().filter(|_| found.len() < limit) {
            let wanted = self.view.within(window, range);
            let left = limit - found.len();
            let Some(bits) = self.window(window, wanted, order, left)? else {
                continue;
            };
            let first = self.view.first_of(window);
            match order {
                Order::Asc => found.extend(bits.iter().take(left).map(|at| first + at as u64)),
                Order::Desc => {
                    found.extend(bits.iter_back().take(left).map(|at| first + at as u64))
                }
            }
        }
        Ok(found)
    }

    /// The matching positions of a window within a range. Where rows must be read they are read in
    /// order, until `limit` of them match.
    pub(super) fn window(
        &mut self,
        number: u64,
        range: Range<usize>,
        order: Order,
        limit: usize,
    ) -> Result<Option<Bits>> {
        let size = self.view.size;
        // Checked before a posting is read, since a list of an old day passes many windows.
        if matches!(self.view.source(number), WindowSource::Run(_)) && self.outside_period(number) {
            return Ok(None);
        }
        let (covered, found) = self.by_keys(number)?;
        let mut found = match found {
            Some(mut bits) => {
                bits.keep(range.start.max(covered.start)..range.end.min(covered.end));
                self.settle(number, bits, order, limit)?
            }
            None => None,
        };
        let covered =
            covered.start.clamp(range.start, range.end)..covered.end.clamp(range.start, range.end);
        for rest in [range.start..covered.start, covered.end..range.end] {
            if !rest.is_empty() {
                let bits = self.scan(number, rest, order, limit, false)?;
                found.get_or_insert_with(|| Bits::none(size)).or(&bits);
            }
        }
        Ok(found)
    }

    /// The part of a window that has keys, and its positions that match by them.
    fn by_keys(&mut self, number: u64) -> Result<(Range<usize>, Option<Bits>)> {
        let size = self.view.size;
        Ok(match self.view.source(number) {
            WindowSource::Rows => (0..0, None),
            WindowSource::Memory(window) => {
                let window = read(window);
                let mut source = InMemory { window: &window, keys: &self.question.keys };
                let found = self.question.wanted.bits(&mut source, size);
                (window.from..window.next, found.unwrap_or_default())
            }
            WindowSource::Run(run) => (0..size, self.in_run(run, number)?),
        })
    }

    /// The same without the deleted positions.
    pub(super) fn with_keys(&mut self, number: u64) -> Result<(Range<usize>, Option<Bits>)> {
        let (covered, mut found) = self.by_keys(number)?;
        if let (Some(bits), Some(dead)) = (&mut found, self.view.dead(number)) {
            bits.and_not(dead);
        }
        Ok((covered, found))
    }

    fn outside_period(&self, number: u64) -> bool {
        let (first, filter) = (self.view.first_of(number), self.question.asked.filter());
        self.question.period && !read(self.periods).touch(first, self.view.size, filter)
    }

    fn in_run(&mut self, run: &'a Arc<Run>, number: u64) -> Result<Option<Bits>> {
        let keys = &self.question.keys;
        let window = number - run.first;
        let source = match &mut self.run {
            Some(source) if Arc::ptr_eq(source.run, run) => source,
            other => {
                let postings = std::iter::repeat_with(|| None).take(keys.len()).collect();
                other.insert(InRun { run, keys, postings, window })
            }
        };
        source.window = window;
        let found = self.question.wanted.bits(source, self.view.size);
        found.map_err(|_| Corruption::Run(Arc::clone(run)))
    }

    /// Removes positions that are deleted, outside the period, or whose rows do not match.
    fn settle(
        &self,
        number: u64,
        mut bits: Bits,
        order: Order,
        limit: usize,
    ) -> Result<Option<Bits>> {
        if let Some(dead) = self.view.dead(number) {
            bits.and_not(dead);
        }
        let mut doubtful = None;
        if self.question.period {
            let first = self.view.first_of(number);
            let filter = self.question.asked.filter();
            let across = read(self.periods).narrow(first, &mut bits, self.view.size, filter);
            doubtful = Some(across).filter(|across| !across.is_empty());
        }
        if self.question.metadata {
            doubtful = Some(bits.clone());
        }
        if bits.is_empty() {
            return Ok(None);
        }
        match doubtful {
            None => Ok(Some(bits)),
            Some(doubtful) => self.ask_rows(number, &bits, &doubtful, order, limit).map(Some),
        }
    }

    /// Reads the rows in doubt, a few tiles at a time, until enough positions are certain.
    fn ask_rows(
        &self,
        number: u64,
        bits: &Bits,
        doubtful: &Bits,
        order: Order,
        limit: usize,
    ) -> Result<Bits> {
        let size = self.view.size;
        let mut certain = Bits::none(size);
        let mut rest = 0..size;
        let mut step = TILE as usize;
        while !rest.is_empty() && certain.count() < limit {
            let part = match order {
                Order::Asc => rest.start..rest.end.min(rest.start + step),
                Order::Desc => rest.start.max(rest.end.saturating_sub(step))..rest.end,
            };
            match order {
                Order::Asc => rest.start = part.end,
                Order::Desc => rest.end = part.start,
            }
            step = (2 * step).min(size);
            let Some(mut wanted) = bits.within(part.clone()) else {
                continue;
            };
            if let Some(asked) = doubtful.within(part) {
                let (first, last) = (asked.iter().next(), asked.iter_back().next());
                if let (Some(first), Some(last)) = (first, last) {
                    let yes = self.scan(number, first..last + 1, order, usize::MAX, true)?;
                    wanted.and_not(&asked);
                    let mut asked = asked;
                    asked.and(&yes);
                    wanted.or(&asked);
                }
            }
            certain.or(&wanted);
        }
        Ok(certain)
    }

    /// Finds the matches of a window's range in the rows.
    pub(super) fn scan(
        &self,
        number: u64,
        range: Range<usize>,
        order: Order,
        limit: usize,
        in_doubt: bool,
    ) -> Result<Bits> {
        let first = self.view.first_of(number);
        let filter = if in_doubt { &self.question.in_doubt } else { self.question.asked };
        let range = first + range.start as u64..first + range.end as u64;
        let mut bits = Bits::none(self.view.size);
        for seq in scan::positions(self.connection, filter, &range, order, limit)? {
            bits.insert((seq - first) as usize);
        }
        Ok(bits)
    }
}

impl InRun<'_> {
    fn posting(&mut self, key: usize) -> std::io::Result<Option<&Posting>> {
        let posting = &mut self.postings[key];
        if posting.is_none() {
            *posting = Some(self.run.posting(self.keys[key])?);
        }
        Ok(posting.as_ref().and_then(Option::as_ref))
    }
}

impl Source for InRun<'_> {
    fn bits(&mut self, key: usize) -> std::io::Result<Option<Bits>> {
        let (window, size) = (self.window, self.run.size());
        Ok(self.posting(key)?.and_then(|posting| posting.bits(window, size)))
    }

    fn has(&mut self, key: usize) -> std::io::Result<bool> {
        let window = self.window;
        Ok(self.posting(key)?.is_some_and(|posting| posting.part(window).is_some()))
    }
}

impl Source for InMemory<'_> {
    fn bits(&mut self, key: usize) -> std::io::Result<Option<Bits>> {
        Ok(self.window.bits(self.keys[key]))
    }

    fn has(&mut self, key: usize) -> std::io::Result<bool> {
        Ok(self.window.has(self.keys[key]))
    }
}
