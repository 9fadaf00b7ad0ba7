//! Which positions match: the nearest rows first, then the rows of the blocks that the index names.
//!
//! ```text
//! range ─┬─ its first 1,024 positions ──────────────────────────► rows
//!        ├─ whole blocks ── some windows at a time ── keys ─────► rows, until there are enough
//!        └─ the block that may not be whole yet ─────────────────► rows
//! ```
//!
//! The index and the rows are asked in one statement, which goes on to the next window only while there
//! are not enough, and ends after so many blocks at the latest. Words are looked for here, so that the
//! database cannot tell when that is: for them the index names blocks, and as many of these are read as it
//! seems to take. A question that no key can narrow is asked of all rows of its range, piece by piece.

use std::collections::VecDeque;
use std::ops::Range;

use deadpool_postgres::Object;
use tokio_postgres::Row;

use super::super::{Order, Result};
use super::blocks::{BLOCK, WINDOW, block_of, first_of, mask};
use super::error::failed;
use super::parameters::Parameters;
use super::question::Question;
use super::rows::whole;
use crate::words::all_found;

/// Positions whose rows are read before any index: what is frequent is found there. In tests it is less, as
/// are windows, so that they come to the others.
const NEAR_POSITIONS: u64 = if cfg!(test) { BLOCK } else { 16 * BLOCK };
/// Blocks that are named at once, at most.
const NAMED: usize = 1_024;
/// Blocks that are named at least, if there are so many: it costs little beside asking.
const SOME: usize = 128;
/// Blocks whose rows are read at least; how many more it takes is told by what they yield.
const MIN_ROWS: usize = 8;
/// Windows whose blocks a statement of a page may name, one by one.
const WINDOWS: u64 = if cfg!(test) { 2 } else { 64 };
/// Blocks that it may name. Should most blocks have the keys and no row answer, it ends within seconds so.
const MAX_BLOCKS: u64 = if cfg!(test) { 3 } else { 4_096 };
/// Windows that are asked by a statement that asks for all that match.
const ALL_OF: u64 = if cfg!(test) { 1 } else { 4 };
/// Columns that words are looked for in.
const SEARCHED: &str = "message, entity_name, actor_name, action";

/// Rows to be asked, within a range of positions.
pub(super) enum Part<'a> {
    /// All of them.
    All(Range<u64>),
    /// Those of some parts of it.
    Each(Vec<Range<u64>>),
    /// Those of the blocks that a statement names.
    Named(Naming<'a>, Range<u64>),
}

impl Part<'_> {
    /// `FROM` and `WHERE`, for what fulfils the question's condition, whose parameters come first.
    pub(super) fn source(
        &self,
        question: &Question,
        order: Order,
        asked: &mut Parameters<'_>,
    ) -> String {
        let direction = direction(order);
        let condition = &question.condition.sql;
        match self {
            Part::All(range) => {
                let (start, end) = asked.range(range);
                format!("FROM annals_events e WHERE seq >= {start} AND seq < {end} AND {condition}")
            }
            // OFFSET 0: one by one, in order. Else each row would be compared with all of them.
            Part::Each(ranges) => {
                format!(
                    "FROM (SELECT * FROM unnest({}, {}) AS n (first, beyond)
                       ORDER BY first {direction}) AS named
                     CROSS JOIN LATERAL (SELECT * FROM annals_events i
                       WHERE i.seq >= named.first AND i.seq < named.beyond
                         AND {condition} OFFSET 0) AS e",
                    asked.numbers(ranges.iter().map(|range| range.start)),
                    asked.numbers(ranges.iter().map(|range| range.end)),
                )
            }
            Part::Named(naming, range) => {
                let blocks = naming.sql(order, asked);
                let (start, end) = asked.range(range);
                // Of as many as may be named the last is told, matching or not.
                let (blocks, join, told) = match naming.most {
                    Some(most) => (
                        format!(
                            "SELECT *, row_number() OVER (ORDER BY first {direction},
                               block {direction}) AS n FROM ({blocks} LIMIT {most}) AS b"
                        ),
                        "LEFT",
                        format!("ON TRUE WHERE e.seq IS NOT NULL OR named.n = {most}"),
                    ),
                    None => (blocks, "CROSS", String::new()),
                };
                format!(
                    "FROM ({blocks}) AS named
                     {join} JOIN LATERAL (SELECT * FROM annals_events i
                       WHERE i.seq >= named.block * {BLOCK} + 1
                         AND i.seq < (named.block + 1) * {BLOCK} + 1
                         AND i.seq >= {start} AND i.seq < {end} AND {condition} OFFSET 0) AS e
                     {told}"
                )
            }
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Part::All(range) | Part::Named(_, range) => range.is_empty(),
            Part::Each(ranges) => ranges.is_empty(),
        }
    }

    /// How many blocks it names at most.
    fn most(&self) -> Option<u64> {
        match self {
            Part::Named(naming, _) => naming.most,
            Part::All(_) | Part::Each(_) => None,
        }
    }

    /// Its parts in order, so that those are not read that come after what is enough.
    fn order(&self, order: Order) -> String {
        let direction = direction(order);
        match self {
            Part::All(_) => String::new(),
            Part::Each(_) => format!("first {direction}, "),
            Part::Named(..) => format!("first {direction}, block {direction}, "),
        }
    }
}

/// Blocks to be named by their keys.
pub(super) struct Naming<'a> {
    /// Of each set a block has one key at least.
    sets: &'a [Vec<i32>],
    blocks: Range<u64>,
    /// How many are named at most.
    most: Option<u64>,
}

impl Naming<'_> {
    /// Names them, window by window, in order.
    fn sql(&self, order: Order, asked: &mut Parameters<'_>) -> String {
        let Range { start, end } = self.blocks;
        let windows = start / WINDOW..(end - 1) / WINDOW + 1;
        let (first, last) = asked.range(&self.blocks);
        let masks = asked.keys(windows.clone().map(mask).collect());
        let firsts = asked.numbers(windows.map(|window| window * WINDOW));
        let conditions = self.sets.iter().map(|set| {
            let set = asked.keys(set.clone());
            format!("keys && ARRAY(SELECT key # mask FROM unnest({set}) AS key)")
        });
        let conditions = conditions.collect::<Vec<_>>().join(" AND ");
        let direction = direction(order);
        // OFFSET 0: each window's are found by their keys, and put in order then.
        format!(
            "SELECT first, block
             FROM (SELECT * FROM unnest({masks}, {firsts}) AS w (mask, first)
               ORDER BY first {direction}) AS windows
             CROSS JOIN LATERAL (SELECT * FROM (SELECT block FROM annals_list_index
                 WHERE {conditions} OFFSET 0) AS found
               WHERE block >= greatest(first, {first}) AND block < least(first + {WINDOW}, {last})
               ORDER BY block {direction} OFFSET 0) AS named
             ORDER BY first {direction}, block {direction}",
        )
    }
}

/// Numbers as a literal: nothing in them could end it.
pub(super) fn array<T: ToString>(numbers: &[T]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("'{{{}}}'", numbers.join(","))
}

/// What was found in a part.
pub(super) struct Found {
    pub(super) rows: Vec<Row>,
    /// The block that is the last of as many as a statement may name: those behind it were not asked for.
    last: Option<u64>,
}

/// The rows of a part that match, in order, at most `limit`: these columns, and behind them those
/// that words are looked for in.
pub(super) async fn matching(
    client: &Object,
    question: &Question,
    part: &Part<'_>,
    order: Order,
    limit: usize,
    columns: &str,
) -> Result<Found> {
    let words = !question.words.is_empty();
    let most = part.most();
    let further = match most {
        Some(most) => format!(", e.seq IS NULL, CASE n WHEN {most} THEN block END"),
        None if words => format!(", {SEARCHED}"),
        None => String::new(),
    };
    // What words leave is known only once they are looked for.
    let all = words || limit == usize::MAX;
    let mut asked = Parameters::of(&question.condition.parameters);
    let sql = format!(
        "SELECT {columns}{further} {} ORDER BY {}seq {} {}",
        part.source(question, order, &mut asked),
        part.order(order),
        direction(order),
        if all { String::new() } else { format!("LIMIT {}", asked.number(limit as u64)) },
    );
    let mut found = Found { rows: Vec::new(), last: None };
    for row in asked.ask(client, &sql).await? {
        let mut matches = !words || has_words(&row, question)?;
        if most.is_some() {
            let block: Option<i64> = row.try_get(row.len() - 1).map_err(failed)?;
            found.last = block.map(i64::unsigned_abs);
            matches = !row.try_get::<_, bool>(row.len() - 2).map_err(failed)?;
        }
        if matches {
            found.rows.push(row);
        }
        if found.rows.len() == limit {
            break;
        }
    }
    Ok(found)
}

/// Whether a row has all the words that are asked for, in its last columns.
fn has_words(row: &Row, question: &Question) -> Result<bool> {
    let text = |back| row.try_get::<_, Option<&str>>(row.len() - back).map_err(failed);
    let texts = [text(4)?, text(3)?, text(2)?, text(1)?];
    Ok(all_found(&question.words, texts.into_iter().flatten()))
}

fn direction(order: Order) -> &'static str {
    match order {
        Order::Desc => "DESC",
        Order::Asc => "ASC",
    }
}

/// What of a range is read before any index is asked, and what comes after it. In between is a block's
/// bound.
fn near(range: &Range<u64>, order: Order) -> (Range<u64>, Range<u64>) {
    let Range { start, end } = *range;
    if end.saturating_sub(start) <= NEAR_POSITIONS {
        return (start..end, end..end);
    }
    match order {
        Order::Desc => {
            let edge = first_of(block_of(end - NEAR_POSITIONS)).max(start);
            (edge..end, start..edge)
        }
        Order::Asc => {
            let edge = first_of(block_of(start + NEAR_POSITIONS));
            (start..edge, edge..end)
        }
    }
}

/// How much of what matches is asked for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum SearchPurpose {
    /// Some of it, in order.
    Page,
    /// All of it.
    All,
}

/// The parts of a range that may hold a match, in order. None is so large that its statement would take a
/// minute.
pub(super) struct Parts<'a> {
    question: &'a Question,
    sets: &'a [Vec<i32>],
    range: Range<u64>,
    order: Order,
    asked: SearchPurpose,
    /// Blocks that the index was not asked for yet.
    left: Range<u64>,
    /// Blocks that were named, and not handed out yet.
    named: VecDeque<u64>,
    /// Positions whose rows are asked without the index, in the end.
    rest: Range<u64>,
}

impl<'a> Parts<'a> {
    /// Of a question with its sets of keys.
    pub(super) fn new(
        question: &'a Question,
        sets: &'a [Vec<i32>],
        range: &Range<u64>,
        order: Order,
        asked: SearchPurpose,
    ) -> Parts<'a> {
        let (left, rest) = match range {
            // Few rows are sooner read than looked for.
            Range { start, end }
                if sets.is_empty() || end.saturating_sub(*start) <= NEAR_POSITIONS =>
            {
                (0..0, range.clone())
            }
            Range { start, end } => {
                // In descending order a range follows what was near, and ends with a block.
                let last = match order {
                    Order::Asc => block_of(end - 1),
                    Order::Desc => block_of(*end),
                };
                (block_of(*start)..last, first_of(last).max(*start)..*end)
            }
        };
        let (range, named) = (range.clone(), VecDeque::new());
        Parts { question, sets, range, order, asked, left, named, rest }
    }

    /// The next part; of blocks that are named first, at most so many.
    pub(super) async fn next(&mut self, client: &Object, most: usize) -> Result<Option<Part<'a>>> {
        let part = if self.question.words.is_empty() {
            self.windows()
        } else {
            self.blocks(client, most).await?
        };
        let part = match part {
            Some(part) => part,
            None => Part::All(self.piece()),
        };
        Ok((!part.is_empty()).then_some(part))
    }

    /// The blocks of the next windows.
    fn windows(&mut self) -> Option<Part<'a>> {
        let blocks = self.take()?;
        // Told once more for all of them, so that no partition is thought of that has none.
        let Range { start, end } = self.range;
        let within = first_of(blocks.start).max(start)..first_of(blocks.end).min(end);
        let most = (self.asked == SearchPurpose::Page).then_some(MAX_BLOCKS);
        Some(Part::Named(Naming { sets: self.sets, blocks, most }, within))
    }

    /// The next blocks, at most so many.
    async fn blocks(&mut self, client: &Object, most: usize) -> Result<Option<Part<'a>>> {
        while self.named.is_empty() && !self.left.is_empty() {
            self.name(client, most.clamp(SOME, NAMED)).await?;
        }
        let some = self.named.drain(..most.clamp(1, NAMED).min(self.named.len()));
        let Range { start, end } = self.range;
        let within = |block| first_of(block).max(start)..first_of(block + 1).min(end);
        let ranges: Vec<_> = some.map(within).collect();
        Ok((!ranges.is_empty()).then_some(Part::Each(ranges)))
    }

    /// Asks the index for the next blocks, window by window until there are enough.
    async fn name(&mut self, client: &Object, enough: usize) -> Result<()> {
        let Some(blocks) = self.take() else {
            return Ok(());
        };
        let mut asked = Parameters::of(&[]);
        let blocks = Naming { sets: self.sets, blocks, most: None }.sql(self.order, &mut asked);
        let sql = format!("{blocks} LIMIT {}", asked.number(enough as u64));
        let found = asked.ask(client, &sql).await?;
        for row in &found {
            self.named.push_back(whole(row, 1)?);
        }
        if found.len() == enough {
            self.end_with(self.named.back().copied());
        }
        Ok(())
    }

    /// Those behind the last block that was named were not asked for.
    fn end_with(&mut self, last: Option<u64>) {
        match (last, self.order) {
            (Some(last), Order::Desc) => self.left.end = last,
            (Some(last), Order::Asc) => self.left.start = last + 1,
            (None, _) => {}
        }
    }

    /// Takes the blocks of the next windows from those that are left.
    fn take(&mut self) -> Option<Range<u64>> {
        if self.left.is_empty() {
            return None;
        }
        let windows = match self.asked {
            SearchPurpose::All if self.question.words.is_empty() => ALL_OF,
            SearchPurpose::All | SearchPurpose::Page => WINDOWS,
        };
        let Range { start, end } = self.left;
        Some(match self.order {
            Order::Desc => {
                let first = ((end - 1) / WINDOW + 1).saturating_sub(windows) * WINDOW;
                self.left.end = start.max(first);
                self.left.end..end
            }
            Order::Asc => {
                self.left.start = end.min((start / WINDOW + windows) * WINDOW);
                start..self.left.start
            }
        })
    }

    /// Takes the next of the positions whose rows are asked without the index.
    fn piece(&mut self) -> Range<u64> {
        let width = ALL_OF * WINDOW * BLOCK;
        let Range { start, end } = self.rest;
        match self.order {
            Order::Desc => {
                self.rest.end = start.max(end.saturating_sub(width));
                self.rest.end..end
            }
            Order::Asc => {
                self.rest.start = end.min(start + width);
                start..self.rest.start
            }
        }
    }
}

/// At most `limit` positions of a range that match, in order.
pub(super) async fn positions(
    client: &Object,
    question: &Question,
    range: &Range<u64>,
    order: Order,
    limit: usize,
) -> Result<Vec<u64>> {
    let found = rows(client, question, range, order, limit, "seq").await?;
    found.iter().map(|row| whole(row, 0)).collect()
}

/// At most `limit` rows of a range that match, in order: these columns of them.
pub(super) async fn rows(
    client: &Object,
    question: &Question,
    range: &Range<u64>,
    order: Order,
    limit: usize,
    columns: &str,
) -> Result<Vec<Row>> {
    let (near, range) = near(range, order);
    let near = Part::All(near);
    // Neither waits for the other: they are sent together.
    let (found, sets) = tokio::try_join!(
        matching(client, question, &near, order, limit, columns),
        question.all_sets(client)
    )?;
    let mut all = found.rows;
    let Some(sets) = sets else {
        return Ok(all);
    };
    let mut parts = Parts::new(question, &sets, &range, order, SearchPurpose::Page);
    // Most blocks that are named have one at least.
    let mut most = limit.saturating_sub(all.len()).max(MIN_ROWS);
    while all.len() < limit
        && let Some(part) = parts.next(client, most).await?
    {
        let left = limit - all.len();
        let Found { rows, last } = matching(client, question, &part, order, left, columns).await?;
        parts.end_with(last);
        if let Part::Each(blocks) = &part {
            // As many as the yield so far makes likely to be enough, and some more.
            let missing = left.saturating_sub(rows.len());
            let each = blocks.len().div_ceil(rows.len().max(1));
            most = (missing.saturating_mul(each).saturating_mul(5) / 4).max(MIN_ROWS);
        }
        all.extend(rows);
    }
    Ok(all)
}
