//! Finds matching rows: the nearest first, then those of the blocks that the index names.
//!
//! ```text
//! range ─┬─ its first 1,024 positions ──────────────────────────► rows
//!        ├─ full blocks ─── some windows at a time ── keys ─────► rows, until there are enough
//!        └─ the block that may be open ──────────────────────────► rows
//! ```
//!
//! One statement reads the index and the rows. It continues with the next window only while there are
//! too few rows, up to a limit of blocks. Words are matched in this program, so that the database
//! cannot know when there are enough: for them the index names blocks, and an estimated number of
//! these is read. A query without keys reads all rows of its range, piece by piece.

use std::collections::VecDeque;
use std::ops::Range;

use deadpool_postgres::Object;
use tokio_postgres::Row;

use super::blocks::{BLOCK, WINDOW, block_of, first_of, mask};
use super::error::failed;
use super::numbers::whole;
use super::parameters::Parameters;
use super::question::Question;
use annals_store::words::all_found;
use annals_store::{Order, Result};

/// Positions whose rows are read before any index, which is enough for frequent matches. Smaller in
/// tests, so that they use the index as well.
const NEAR_POSITIONS: u64 = if cfg!(test) { BLOCK } else { 16 * BLOCK };
/// The most blocks to name at once.
const NAMED: usize = 1_024;
/// The fewest blocks to name at once, since naming costs little beside the round trip.
const SOME: usize = 128;
/// The fewest blocks to read; the yield so far decides how many more are needed.
const MIN_ROWS: usize = 8;
/// Windows whose blocks a page's statement may name, one by one.
const WINDOWS: u64 = if cfg!(test) { 2 } else { 64 };
/// The most blocks that a page's statement may name. It ends within seconds even if most blocks
/// have the keys and no row matches.
const MAX_BLOCKS: u64 = if cfg!(test) { 3 } else { 4_096 };
/// Windows in a statement that reads all matches.
const ALL_OF: u64 = if cfg!(test) { 1 } else { 4 };
/// The columns that words are searched in.
pub(super) const SEARCHED: &str = "message, entity_name, actor_name, action";

/// Rows to read, within a range of positions.
pub(super) enum Part<'a> {
    /// All rows.
    All(Range<u64>),
    /// The rows of some parts of the range.
    Each(Vec<Range<u64>>),
    /// The rows of the blocks that a statement names.
    Named(Naming<'a>, Range<u64>),
}

impl Part<'_> {
    /// `FROM` and `WHERE` of the statement for matching rows. The condition's parameters come
    /// first.
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
            // OFFSET 0 reads the ranges one by one, in order; otherwise each row is compared with
            // all of them.
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
                // If as many blocks are named as may be, the last one is returned even without a
                // match.
                let (blocks, join, wanted) = match naming.most {
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
                     {wanted}"
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

    /// The most blocks that it names.
    fn most(&self) -> Option<u64> {
        match self {
            Part::Named(naming, _) => naming.most,
            Part::All(_) | Part::Each(_) => None,
        }
    }

    /// The order of its parts, so that PostgreSQL stops reading once there is enough.
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
    /// A block has at least one key of each set.
    sets: &'a [Vec<i32>],
    blocks: Range<u64>,
    /// The most blocks to name.
    most: Option<u64>,
}

impl Naming<'_> {
    /// Names the blocks, window by window, in order.
    fn sql(&self, order: Order, asked: &mut Parameters<'_>) -> String {
        let Range { start, end } = self.blocks;
        let windows = start / WINDOW..(end - 1) / WINDOW + 1;
        let (first, last) = asked.range(&self.blocks);
        let masks = asked.keys(windows.clone().map(mask).collect());
        let firsts = asked.numbers(windows.map(|window| window * WINDOW));
        let conditions = has_keys(self.sets, asked);
        let direction = direction(order);
        // OFFSET 0: each window's blocks are found by their keys and then sorted.
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

/// The condition that a block has at least one key of each set, in a window with this `mask`.
pub(super) fn has_keys(sets: &[Vec<i32>], asked: &mut Parameters<'_>) -> String {
    let conditions = sets.iter().map(|set| {
        let set = asked.keys(set.clone());
        format!("keys && ARRAY(SELECT key # mask FROM unnest({set}) AS key)")
    });
    conditions.collect::<Vec<_>>().join(" AND ")
}

/// Numbers as an SQL array literal; they contain nothing that could end it.
pub(super) fn array<T: ToString>(numbers: &[T]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("'{{{}}}'", numbers.join(","))
}

/// The matches of a part.
pub(super) struct Found {
    pub(super) rows: Vec<Row>,
    /// The last block, if the statement named as many as it may: later ones have not been searched.
    last: Option<u64>,
}

/// The first `limit` matching rows of a part, in order: these columns, followed by those that words
/// are searched in.
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
    // The words reject rows only after they are read, so there can be no limit.
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
        let mut matches = !words || has_words(&row, 0, question)?;
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

/// `true` if a row's last columns, before some others, contain all the words.
pub(super) fn has_words(row: &Row, others: usize, question: &Question) -> Result<bool> {
    let text = |back| row.try_get::<_, Option<&str>>(row.len() - others - back).map_err(failed);
    let texts = [text(4)?, text(3)?, text(2)?, text(1)?];
    Ok(all_found(&question.words, texts.into_iter().flatten()))
}

pub(super) fn direction(order: Order) -> &'static str {
    match order {
        Order::Desc => "DESC",
        Order::Asc => "ASC",
    }
}

/// Splits a range at a block's bound: the part to read before any index, and the rest.
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

/// The number of matches wanted.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum SearchPurpose {
    /// Some, in order.
    Page,
    /// All.
    All,
}

/// The parts of a range that may hold a match, in order. Each is small enough that its statement
/// takes less than a minute.
pub(super) struct Parts<'a> {
    question: &'a Question,
    sets: &'a [Vec<i32>],
    range: Range<u64>,
    order: Order,
    asked: SearchPurpose,
    /// Blocks for which the index has not been read yet.
    left: Range<u64>,
    /// Blocks that were named but not returned yet.
    named: VecDeque<u64>,
    /// Positions whose rows are read last, without the index.
    rest: Range<u64>,
}

impl<'a> Parts<'a> {
    /// Splits a range for a query and its sets of keys.
    pub(super) fn new(
        question: &'a Question,
        sets: &'a [Vec<i32>],
        range: &Range<u64>,
        order: Order,
        asked: SearchPurpose,
    ) -> Parts<'a> {
        let (left, rest) = match range {
            // Reading few rows is faster than looking them up.
            Range { start, end }
                if sets.is_empty() || end.saturating_sub(*start) <= NEAR_POSITIONS =>
            {
                (0..0, range.clone())
            }
            Range { start, end } => {
                // In descending order the range follows the near part, and so ends with a block.
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

    /// The next part; if blocks are named first, at most `most` of them.
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
        // The bounds of all these blocks once more, so that PostgreSQL skips partitions without
        // any.
        let Range { start, end } = self.range;
        let within = first_of(blocks.start).max(start)..first_of(blocks.end).min(end);
        let most = (self.asked == SearchPurpose::Page).then_some(MAX_BLOCKS);
        Some(Part::Named(Naming { sets: self.sets, blocks, most }, within))
    }

    /// The next blocks, at most `most`.
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

    /// Names the next blocks, window by window, until there are enough.
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

    /// Puts back the blocks after the last named one, which were not searched.
    fn end_with(&mut self, last: Option<u64>) {
        match (last, self.order) {
            (Some(last), Order::Desc) => self.left.end = last,
            (Some(last), Order::Asc) => self.left.start = last + 1,
            (None, _) => {}
        }
    }

    /// Removes the next windows' blocks from those that are left.
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

    /// Removes the next positions that are read without the index.
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

/// The first `limit` positions of a range that match, in order.
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

/// The first `limit` matching rows of a range, in order, with these columns.
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
    // Sent together, since neither needs the other.
    let (found, sets) = tokio::try_join!(
        matching(client, question, &near, order, limit, columns),
        question.all_sets(client)
    )?;
    let mut all = found.rows;
    let Some(sets) = sets else {
        return Ok(all);
    };
    let mut parts = Parts::new(question, &sets, &range, order, SearchPurpose::Page);
    // Most named blocks have at least one match.
    let mut most = limit.saturating_sub(all.len()).max(MIN_ROWS);
    while all.len() < limit
        && let Some(part) = parts.next(client, most).await?
    {
        let left = limit - all.len();
        let Found { rows, last } = matching(client, question, &part, order, left, columns).await?;
        parts.end_with(last);
        if let Part::Each(blocks) = &part {
            // As many blocks as will probably be enough at the yield so far, and a quarter more.
            let missing = left.saturating_sub(rows.len());
            let each = blocks.len().div_ceil(rows.len().max(1));
            most = (missing.saturating_mul(each).saturating_mul(5) / 4).max(MIN_ROWS);
        }
        all.extend(rows);
    }
    Ok(all)
}
