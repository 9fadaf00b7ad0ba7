//! Which positions match: the nearest rows first, then the rows of the blocks that the index names.
//!
//! ```text
//! range ─┬─ its first 1,024 positions ──────────────────────────► rows
//!        ├─ whole blocks ── window by window ── keys ── blocks ──► rows, as many as it takes
//!        └─ the block that may not be whole yet ─────────────────► rows
//! ```
//!
//! A question that no key can narrow is asked of all rows of its range.

use std::collections::VecDeque;
use std::ops::Range;

use deadpool_postgres::Object;
use tokio_postgres::Row;

use super::super::{Order, Result};
use super::blocks::{BLOCK, WINDOW, block_of, first_of, mask};
use super::error::failed;
use super::list_index::typed;
use super::question::Question;
use super::rows::whole;
use crate::words::all_found;

/// Positions whose rows are read before any index: what is frequent is found there.
const NEAR: u64 = 16 * BLOCK;
/// Blocks that are named at once, at most.
const NAMED: usize = 1_024;
/// Blocks that are named at least, if there are so many: it costs little beside asking.
const SOME: usize = 128;
/// Blocks whose rows are read at least; how many more it takes is told by what they yield.
const FEW: usize = 8;
/// Windows that a statement may ask, one by one.
const WINDOWS: u64 = 64;
/// Columns that words are looked for in.
const SEARCHED: &str = "message, entity_name, actor_name, action";

/// Rows to be asked, within a range of positions.
pub(super) enum Part {
    /// All of them.
    All(Range<u64>),
    /// Those of some parts of it.
    Each(Vec<Range<u64>>),
}

impl Part {
    /// `FROM` and `WHERE`, for what fulfils the question's condition.
    pub(super) fn source(&self, question: &Question, order: Order) -> String {
        let direction = direction(order);
        let condition = &question.condition.sql;
        match self {
            Part::All(Range { start, end }) => {
                format!("FROM annals_events e WHERE seq >= {start} AND seq < {end} AND {condition}")
            }
            // OFFSET 0: one by one, in order. Else each row would be compared with all of them.
            Part::Each(ranges) => {
                let bounds =
                    |of: fn(&Range<u64>) -> u64| array(&ranges.iter().map(of).collect::<Vec<_>>());
                format!(
                    "FROM (SELECT * FROM unnest({}::bigint[], {}::bigint[]) AS n (first, beyond)
                       ORDER BY first {direction}) AS named
                     CROSS JOIN LATERAL (SELECT * FROM annals_events i
                       WHERE i.seq >= named.first AND i.seq < named.beyond
                         AND {condition} OFFSET 0) AS e",
                    bounds(|range| range.start),
                    bounds(|range| range.end)
                )
            }
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Part::All(range) => range.is_empty(),
            Part::Each(ranges) => ranges.is_empty(),
        }
    }
}

/// Numbers as a literal: nothing in them could end it.
pub(super) fn array<T: ToString>(numbers: &[T]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("'{{{}}}'", numbers.join(","))
}

/// The rows of a part that match, in order, at most `limit`: these columns, and behind them those
/// that words are looked for in.
pub(super) async fn matching(
    client: &Object,
    question: &Question,
    part: &Part,
    order: Order,
    limit: usize,
    columns: &str,
) -> Result<Vec<Row>> {
    let words = !question.words.is_empty();
    let further = if words { format!(", {SEARCHED}") } else { String::new() };
    // What words leave is known only once they are looked for.
    let most = if words || limit == usize::MAX { String::new() } else { format!("LIMIT {limit}") };
    let direction = direction(order);
    // Part by part, so that those are not read that come after what is enough.
    let by_part = match part {
        Part::All(_) => String::new(),
        Part::Each(_) => format!("first {direction}, "),
    };
    let sql = format!(
        "SELECT {columns}{further} {} ORDER BY {by_part}seq {direction} {most}",
        part.source(question, order),
    );
    let found = client.query_typed(&sql, &typed(&question.condition.parameters)).await;
    let mut rows = Vec::new();
    for row in found.map_err(failed)? {
        if !words || has_words(&row, question)? {
            rows.push(row);
        }
        if rows.len() == limit {
            break;
        }
    }
    Ok(rows)
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

/// The parts of a range that may hold a match, in order.
pub(super) struct Parts<'a> {
    question: &'a Question,
    range: Range<u64>,
    order: Order,
    stage: Stage,
    /// Blocks that were not asked for yet.
    left: Range<u64>,
    /// Blocks that were named, and not handed out yet.
    named: VecDeque<u64>,
}

enum Stage {
    Near,
    Blocks,
    Rest,
    Done,
}

impl<'a> Parts<'a> {
    pub(super) fn new(question: &'a Question, range: &Range<u64>, order: Order) -> Parts<'a> {
        Parts {
            question,
            range: range.clone(),
            order,
            stage: Stage::Near,
            left: 0..0,
            named: VecDeque::new(),
        }
    }

    /// The next part; of blocks, at most so many.
    pub(super) async fn next(&mut self, client: &Object, most: usize) -> Result<Option<Part>> {
        loop {
            let part = match self.stage {
                Stage::Near => self.near(),
                Stage::Blocks => self.blocks(client, most).await?,
                Stage::Rest => self.rest(),
                Stage::Done => return Ok(None),
            };
            if !part.is_empty() {
                return Ok(Some(part));
            }
        }
    }

    fn near(&mut self) -> Part {
        let Range { start, end } = self.range;
        if self.question.sets.is_empty() || end - start <= NEAR {
            self.stage = Stage::Done;
            return Part::All(start..end);
        }
        self.stage = Stage::Blocks;
        // The last block of the range may be open; those before it are whole.
        match self.order {
            Order::Desc => {
                let edge = block_of(end - NEAR);
                self.left = block_of(start)..edge;
                Part::All(first_of(edge).max(start)..end)
            }
            Order::Asc => {
                let edge = block_of(start + NEAR);
                self.left = edge..block_of(end - 1);
                Part::All(start..first_of(edge))
            }
        }
    }

    fn rest(&mut self) -> Part {
        self.stage = Stage::Done;
        match self.order {
            Order::Desc => Part::All(0..0),
            Order::Asc => Part::All(first_of(block_of(self.range.end - 1))..self.range.end),
        }
    }

    async fn blocks(&mut self, client: &Object, most: usize) -> Result<Part> {
        while self.named.is_empty() && !self.left.is_empty() {
            self.name(client, most.clamp(SOME, NAMED)).await?;
        }
        if self.named.is_empty() {
            self.stage = Stage::Rest;
        }
        let some = self.named.drain(..most.clamp(1, NAMED).min(self.named.len()));
        let Range { start, end } = self.range;
        let within = |block| first_of(block).max(start)..first_of(block + 1).min(end);
        Ok(Part::Each(some.map(within).collect()))
    }

    /// Asks the index for the next blocks, window by window until there are enough.
    async fn name(&mut self, client: &Object, enough: usize) -> Result<()> {
        let Range { start, end } = self.left;
        let blocks = match self.order {
            Order::Desc => {
                start.max(((end - 1) / WINDOW + 1).saturating_sub(WINDOWS) * WINDOW)..end
            }
            Order::Asc => start..end.min((start / WINDOW + WINDOWS) * WINDOW),
        };
        let windows = blocks.start / WINDOW..(blocks.end - 1) / WINDOW + 1;
        let masks: Vec<i32> = windows.clone().map(mask).collect();
        let firsts: Vec<u64> = windows.map(|window| window * WINDOW).collect();
        let conditions = self.question.sets.iter().map(|set| {
            format!(
                "keys && ARRAY(SELECT key # mask FROM unnest({}::integer[]) AS key)",
                array(set)
            )
        });
        let direction = direction(self.order);
        // OFFSET 0: each window's are found by their keys, and put in order then.
        let sql = format!(
            "SELECT block
             FROM (SELECT * FROM unnest({}::integer[], {}::bigint[]) AS w (mask, first)
               ORDER BY first {direction}) AS windows
             CROSS JOIN LATERAL (SELECT * FROM (SELECT block FROM annals_list_index
                 WHERE {} OFFSET 0) AS found
               WHERE block >= greatest(first, {}) AND block < least(first + {WINDOW}, {})
               ORDER BY block {direction} OFFSET 0) AS named
             ORDER BY first {direction}, block {direction} LIMIT {enough}",
            array(&masks),
            array(&firsts),
            conditions.collect::<Vec<_>>().join(" AND "),
            blocks.start,
            blocks.end,
        );
        let found = client.query_typed(&sql, &[]).await.map_err(failed)?;
        for row in &found {
            self.named.push_back(whole(row, 0)?);
        }
        let last = self.named.back().filter(|_| found.len() == enough).copied();
        self.left = match (self.order, last) {
            (Order::Desc, Some(last)) => start..last,
            (Order::Asc, Some(last)) => last + 1..end,
            (Order::Desc, None) => start..blocks.start,
            (Order::Asc, None) => blocks.end..end,
        };
        Ok(())
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
    let mut found = Vec::new();
    let mut parts = Parts::new(question, range, order);
    let mut most = NAMED;
    while found.len() < limit
        && let Some(part) = parts.next(client, most).await?
    {
        let left = limit - found.len();
        let some = matching(client, question, &part, order, left, columns).await?;
        let missing = left.saturating_sub(some.len());
        match &part {
            // Most blocks that are named have one at least.
            Part::All(_) => most = missing,
            // As many as the yield so far makes likely to be enough, and some more.
            Part::Each(blocks) => {
                let each = blocks.len().div_ceil(some.len().max(1));
                most = missing.saturating_mul(each).saturating_mul(5) / 4;
            }
        }
        // The database stops by itself where it has enough, unless words are looked for here.
        most = most.max(if question.words.is_empty() { SOME } else { FEW });
        found.extend(some);
    }
    Ok(found)
}
