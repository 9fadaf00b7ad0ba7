//! Finds matching rows in the order in which they happened.
//!
//! ```text
//! index by time ── entries, while enough of them match ─────────────────────────────► rows
//!      └─ few match ─► windows, nearest first ── keys ─► blocks, nearest first ─────► rows
//! ```
//!
//! Windows and blocks are read only if the period of their tiles reaches the rows still wanted. Most
//! events arrive nearly in order, so that few windows overlap; imported history lies far away.

use std::collections::VecDeque;
use std::ops::Range;

use annals_event::Time;
use annals_event::digest::TILE;
use deadpool_postgres::Object;
use tokio_postgres::Row;

use super::blocks::{BLOCK, WINDOW, block_of, first_of, mask};
use super::error::failed;
use super::numbers::whole;
use super::parameters::Parameters;
use super::question::Question;
use super::search::{SEARCHED, direction, has_keys, has_words};
use super::spans::{SPAN, period};
use annals_store::filter::Filter;
use annals_store::{Occurrence, Order, Result};

/// Entries of the index by time that are read before anything else.
const NEAR: u64 = if cfg!(test) { 32 } else { 1_024 };
/// The most entries that are read if they will probably be enough.
const FAR: u64 = if cfg!(test) { 128 } else { 4_096 };
/// Entries that are read at once where there are no keys.
const WITHOUT_KEYS: u64 = if cfg!(test) { 128 } else { 1 << 17 };
/// The fewest blocks to read at once.
const MIN_BLOCKS: usize = 8;
/// The most blocks to read at once.
const MAX_BLOCKS: usize = 1_024;
/// The most windows whose blocks are named at once.
const MAX_WINDOWS: usize = 64;
/// When an event happened, as the index by time has it.
pub(super) const MOMENT: &str = "coalesce(occurred_at, created_at)";

/// A list by when events happened.
pub(super) struct Timeline<'q> {
    pub(super) question: &'q Question,
    pub(super) filter: &'q Filter,
    /// Positions of the list.
    pub(super) range: Range<u64>,
    pub(super) order: Order,
    /// The columns to read, of the table `e`.
    pub(super) columns: &'q str,
}

/// A row and its place.
pub(super) type Placed = (Occurrence, Row);

/// Something that may have matches from a moment on.
struct Stretch {
    /// A window's number, or a range of positions.
    of: Range<u64>,
    from: i64,
}

impl Timeline<'_> {
    /// The first `limit` matching rows after a place, in order.
    pub(super) async fn rows(
        &self,
        client: &Object,
        after: Option<Occurrence>,
        limit: usize,
    ) -> Result<Vec<Placed>> {
        // Sent together, since neither needs the other.
        let (walked, sets) = tokio::try_join!(
            self.walk(client, after, limit, NEAR),
            self.question.all_sets(client)
        )?;
        let (mut found, mut at) = walked;
        let Some(sets) = sets else {
            return Ok(found);
        };
        let mut entries = NEAR;
        while found.len() < limit
            && let Some(place) = at
        {
            let left = limit - found.len();
            let expected = (left as u64).saturating_mul(entries) / (found.len() as u64).max(1);
            let step = match sets.is_empty() {
                true => WITHOUT_KEYS,
                false if !found.is_empty() && entries.saturating_add(expected) <= FAR => {
                    (expected + expected / 4).clamp(NEAR, FAR)
                }
                false => {
                    found.extend(self.nearest(client, &sets, place, left).await?);
                    break;
                }
            };
            let (more, next) = self.walk(client, Some(place), left, step).await?;
            found.extend(more);
            at = next;
            entries += step;
        }
        Ok(found)
    }

    /// The matching rows among the next entries of the index by time, at most `limit`, and the last
    /// entry's place; `None` if there are no further ones or the rows are enough.
    async fn walk(
        &self,
        client: &Object,
        after: Option<Occurrence>,
        limit: usize,
        entries: u64,
    ) -> Result<(Vec<Placed>, Option<Occurrence>)> {
        let words = !self.question.words.is_empty();
        let direction = direction(self.order);
        let mut asked = Parameters::of(&self.question.condition.parameters);
        let bounds = self.bounds(MOMENT, after, &mut asked);
        let (start, end) = asked.range(&self.range);
        let entries = asked.number(entries);
        // The words reject rows only after they are read, so there can be no limit.
        let limited = match words {
            true => String::new(),
            false => format!("LIMIT {}", asked.number(limit as u64)),
        };
        // The sums keep PostgreSQL from reading by position and sorting. Numbering the entries stops
        // with the last row that is wanted.
        let sql = format!(
            "SELECT {}{}, e.matches, e.n = {entries}, e.moment, e.seq
             FROM (SELECT i.*, coalesce({}, FALSE) AS matches,
                     row_number() OVER (ORDER BY moment {direction}, seq {direction}) AS n
                   FROM (SELECT *, {MOMENT} AS moment FROM annals_events
                         WHERE {bounds} AND seq + 0 >= {start} AND seq + 0 < {end}
                         ORDER BY {MOMENT} {direction}, seq {direction} LIMIT {entries}) AS i) AS e
             WHERE e.matches OR e.n = {entries}
             ORDER BY e.moment {direction}, e.seq {direction} {limited}",
            self.columns,
            if words { format!(", {SEARCHED}") } else { String::new() },
            self.question.condition.sql,
        );
        let mut found = Vec::new();
        let mut last = None;
        for row in asked.ask(client, &sql).await? {
            let flag = |back| row.try_get::<_, bool>(row.len() - back).map_err(failed);
            let place = place(&row)?;
            if flag(3)? {
                last = Some(place);
            }
            if flag(4)? && (!words || has_words(&row, 4, self.question)?) {
                found.push((place, row));
            }
            if found.len() == limit {
                return Ok((found, None));
            }
        }
        Ok((found, last))
    }

    /// The same from the blocks that the list index names.
    async fn nearest(
        &self,
        client: &Object,
        sets: &[Vec<i32>],
        after: Occurrence,
        limit: usize,
    ) -> Result<Vec<Placed>> {
        let mut windows: VecDeque<Stretch> = self.windows(client, after).await?.into();
        // The block that may be open has no keys yet.
        let edge = first_of(block_of(self.range.end - 1)).max(self.range.start);
        let nearest = after.at.as_micros();
        let mut stretches = vec![Stretch { of: edge..self.range.end, from: nearest }];
        let mut found: Vec<Placed> = Vec::new();
        let (mut named, mut read) = (1, MIN_BLOCKS);
        loop {
            let mut left: VecDeque<Stretch> = stretches.into();
            while left.front().is_some_and(|next| self.is_wanted(&found, limit, next)) {
                let missing = limit - found.len();
                let group: Vec<_> =
                    left.drain(..read.max(missing).min(MAX_BLOCKS).min(left.len())).collect();
                read = (2 * read).min(MAX_BLOCKS);
                found.extend(self.of_blocks(client, &group, after, limit).await?);
                found.sort_by_key(|(place, _)| *place);
                if self.order == Order::Desc {
                    found.reverse();
                }
                found.truncate(limit);
            }
            if !windows.front().is_some_and(|next| self.is_wanted(&found, limit, next)) {
                return Ok(found);
            }
            let some: Vec<Stretch> = windows.drain(..named.min(windows.len())).collect();
            named = (4 * named).min(MAX_WINDOWS);
            stretches = self.blocks(client, sets, &some, after, edge).await?;
        }
    }

    /// `true` if a stretch may have a row that is among those wanted.
    fn is_wanted(&self, found: &[Placed], limit: usize, next: &Stretch) -> bool {
        let last = found.last().filter(|_| found.len() >= limit);
        last.is_none_or(|(last, _)| match self.order {
            Order::Desc => last.at.as_micros() <= next.from,
            Order::Asc => last.at.as_micros() >= next.from,
        })
    }

    /// The windows that have events after a place, nearest first.
    async fn windows(&self, client: &Object, after: Occurrence) -> Result<Vec<Stretch>> {
        const POSITIONS: u64 = WINDOW * BLOCK;
        let mut asked = Parameters::of(&[]);
        let (low, high) = self.reach(after);
        let (low, high) = (asked.moment(low), asked.moment(high));
        // Spans have the periods of their tiles, apart from the open one.
        let (spans, tiles) = match POSITIONS.is_multiple_of(SPAN) {
            true => (
                format!(
                    "SELECT span / {} AS w, min_occurred_at, max_occurred_at
                     FROM annals_spans UNION ALL",
                    POSITIONS / SPAN
                ),
                format!("(SELECT seq / {SPAN} * 64 FROM annals_journal_head)"),
            ),
            false => (String::new(), "0".to_owned()),
        };
        let sql = format!(
            "SELECT w, min(min_occurred_at), max(max_occurred_at)
             FROM ({spans} SELECT tile / {} AS w, min_occurred_at, max_occurred_at
                   FROM annals_tiles WHERE tile >= {tiles}) AS held
             GROUP BY w
             HAVING min(min_occurred_at) <= {high} AND max(max_occurred_at) >= {low}",
            POSITIONS / TILE
        );
        let rows = asked.ask(client, &sql).await?;
        self.stretches(&rows, after, |window| window..window + 1)
    }

    /// The blocks of some windows that have the keys and events after a place, nearest first.
    async fn blocks(
        &self,
        client: &Object,
        sets: &[Vec<i32>],
        windows: &[Stretch],
        after: Occurrence,
        edge: u64,
    ) -> Result<Vec<Stretch>> {
        let mut asked = Parameters::of(&[]);
        let numbers = windows.iter().map(|window| window.of.start);
        let masks = asked.keys(numbers.clone().map(mask).collect());
        let firsts = asked.numbers(numbers.map(|window| window * WINDOW));
        let conditions = has_keys(sets, &mut asked);
        let (low, high) = self.reach(after);
        let (low, high) = (asked.moment(low), asked.moment(high));
        let first = asked.number(block_of(self.range.start));
        let beyond = asked.number(block_of(edge));
        // OFFSET 0: each window's blocks are found by their keys, and then their tiles.
        let sql = format!(
            "SELECT named.block, t.min_occurred_at, t.max_occurred_at
             FROM (SELECT found.block
                   FROM unnest({masks}, {firsts}) AS w (mask, first)
                   CROSS JOIN LATERAL (SELECT block FROM annals_list_index
                     WHERE {conditions} OFFSET 0) AS found
                   WHERE found.block >= w.first AND found.block < w.first + {WINDOW}
                     AND found.block >= {first} AND found.block < {beyond} OFFSET 0) AS named
             CROSS JOIN LATERAL (SELECT * FROM annals_tiles i
               WHERE i.tile = named.block / {} OFFSET 0) AS t
             WHERE t.min_occurred_at <= {high} AND t.max_occurred_at >= {low}",
            TILE / BLOCK
        );
        let rows = asked.ask(client, &sql).await?;
        let Range { start, end } = self.range;
        self.stretches(&rows, after, |block| {
            first_of(block).max(start)..first_of(block + 1).min(end)
        })
    }

    /// The matching rows of some ranges after a place, in order, at most `limit`.
    async fn of_blocks(
        &self,
        client: &Object,
        blocks: &[Stretch],
        after: Occurrence,
        limit: usize,
    ) -> Result<Vec<Placed>> {
        let words = !self.question.words.is_empty();
        let direction = direction(self.order);
        let mut asked = Parameters::of(&self.question.condition.parameters);
        let bounds = self.bounds("moment", Some(after), &mut asked);
        let firsts = asked.numbers(blocks.iter().map(|block| block.of.start));
        let beyond = asked.numbers(blocks.iter().map(|block| block.of.end));
        let limited = match words {
            true => String::new(),
            false => format!("LIMIT {}", asked.number(limit as u64)),
        };
        // OFFSET 0 reads the ranges one by one, by position, and not through the index by time.
        let sql = format!(
            "SELECT {}{}, e.moment, e.seq
             FROM unnest({firsts}, {beyond}) AS named (first, beyond)
             CROSS JOIN LATERAL (SELECT *, {MOMENT} AS moment FROM annals_events i
               WHERE i.seq >= named.first AND i.seq < named.beyond AND {} OFFSET 0) AS e
             WHERE {bounds}
             ORDER BY e.moment {direction}, e.seq {direction} {limited}",
            self.columns,
            if words { format!(", {SEARCHED}") } else { String::new() },
            self.question.condition.sql,
        );
        let mut found = Vec::new();
        for row in asked.ask(client, &sql).await? {
            if found.len() < limit && (!words || has_words(&row, 2, self.question)?) {
                found.push((place(&row)?, row));
            }
        }
        Ok(found)
    }

    /// The condition that a row comes after a place, within the filter's period, by this expression of
    /// its moment.
    fn bounds(
        &self,
        moment: &str,
        after: Option<Occurrence>,
        asked: &mut Parameters<'_>,
    ) -> String {
        let (low, high) = period(self.filter);
        let (low, high) = (asked.moment(low), asked.moment(high.saturating_sub(1)));
        let (at, seq, beyond) = match (after, self.order) {
            (Some(Occurrence { at, seq }), Order::Desc) => (at.as_micros(), seq, "<"),
            (Some(Occurrence { at, seq }), Order::Asc) => (at.as_micros(), seq, ">"),
            (None, Order::Desc) => (i64::MAX, u64::MAX, "<"),
            (None, Order::Asc) => (i64::MIN, 0, ">"),
        };
        let (at, seq) = (asked.moment(at), asked.number(seq));
        format!(
            "{moment} >= {low} AND {moment} <= {high} AND ({moment}, seq) {beyond} ({at}, {seq})"
        )
    }

    /// The moments that rows after a place may have, both included.
    fn reach(&self, after: Occurrence) -> (i64, i64) {
        let (low, high) = period(self.filter);
        let at = after.at.as_micros();
        match self.order {
            Order::Desc => (low, high.saturating_sub(1).min(at)),
            Order::Asc => (low.max(at), high.saturating_sub(1)),
        }
    }

    /// Rows of a number and a period as stretches, nearest first.
    fn stretches(
        &self,
        rows: &[Row],
        after: Occurrence,
        of: impl Fn(u64) -> Range<u64>,
    ) -> Result<Vec<Stretch>> {
        let (low, high) = self.reach(after);
        let stretch = |row: &Row| {
            let from = match self.order {
                Order::Desc => row.try_get::<_, i64>(2).map_err(failed)?.min(high),
                Order::Asc => row.try_get::<_, i64>(1).map_err(failed)?.max(low),
            };
            Ok(Stretch { of: of(whole(row, 0)?), from })
        };
        let mut stretches: Vec<Stretch> = rows.iter().map(stretch).collect::<Result<_>>()?;
        stretches.sort_by_key(|stretch| stretch.from);
        if self.order == Order::Desc {
            stretches.reverse();
        }
        Ok(stretches)
    }
}

/// The place in a row's last columns.
fn place(row: &Row) -> Result<Occurrence> {
    let at = Time::from_micros(row.try_get(row.len() - 2).map_err(failed)?);
    Ok(Occurrence { at, seq: whole(row, row.len() - 1)? })
}
