//! Sums of tiles and spans: the earliest and latest time of their events, and the number of each
//! kind. So a long period is counted without its rows, apart from those at its edges.
//!
//! ```text
//! range ── full spans ───┬─ within the period ──► their sums
//!                        └─ across its bounds ──┐
//!       ── edges ──────────────── full tiles ───┼─ within ──► their sums
//!                                               └─ across, or open ──► rows
//! ```
//!
//! If a query has conditions beyond kinds, sums are used only where all events fulfil them.

use std::ops::Range;

use annals_event::Time;
use annals_event::digest::TILE;
use deadpool_postgres::{Object, Transaction};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::error::failed;
use super::numbers::{bound, whole};
use super::parameters::{Parameters, typed};
use super::search::array;
use super::statement::run;
use annals_store::Result;
use annals_store::filter::Filter;
use annals_store::predicate::Predicate;
use annals_store::seal::first_of;

/// Positions in a span.
pub(super) const SPAN: u64 = 64 * TILE;

/// Counts tiles again, while the head is locked, after events in them were changed or deleted.
pub(super) async fn recount(transaction: &Transaction<'_>, tiles: &[u64]) -> Result<()> {
    if tiles.is_empty() {
        return Ok(());
    }
    let tiles: Vec<i64> = tiles.iter().copied().map(bound).collect();
    run(transaction, "SELECT annals_recount($1)", &[&tiles]).await.map(drop)
}

/// The tiles in a range, and the spans they are in, whose saved sums are wrong: their positions and
/// the fault.
pub(super) async fn miscounted(
    client: &Object,
    tiles: Range<u64>,
) -> Result<Vec<(Range<u64>, String)>> {
    let numbers: Vec<i64> = tiles.clone().map(bound).collect();
    let spans: Vec<i64> = (tiles.start / 64..tiles.end.div_ceil(64)).map(bound).collect();
    // One statement each for the saved and the actual sums, since appends go on meanwhile.
    let of_tiles = "SELECT t.tile FROM annals_tiles t JOIN annals_kinds_of($1) AS held USING (tile)
                    WHERE (t.kinds, t.counts) IS DISTINCT FROM (held.kinds, held.counts)
                    ORDER BY 1";
    let of_spans =
        "SELECT span FROM unnest($1) AS asked (span) LEFT JOIN annals_spans s USING (span)
                    WHERE s IS DISTINCT FROM (SELECT sums FROM annals_sums(ARRAY[span]) AS sums)
                    ORDER BY 1";
    let mut wrong = Vec::new();
    for (name, sql, asked, width) in
        [("tile", of_tiles, numbers, TILE), ("span", of_spans, spans, SPAN)]
    {
        let found = client.query_typed(sql, &[(&asked, Type::INT8_ARRAY)]).await.map_err(failed)?;
        for row in &found {
            let number = whole(row, 0)?;
            let what = format!("{name} {number}: counts are made of other sums than it comes to");
            wrong.push((number * width + 1..(number + 1) * width + 1, what));
        }
    }
    Ok(wrong)
}

/// A table of sums, by tile or span.
struct Level {
    table: &'static str,
    number: &'static str,
    width: u64,
    /// The condition for full rows.
    whole: &'static str,
}

const SPANS: Level = Level { table: "annals_spans", number: "span", width: SPAN, whole: "TRUE" };
const TILES: Level =
    Level { table: "annals_tiles", number: "tile", width: TILE, whole: "t.size = 256" };

/// A range without the positions outside a period, split by the way to count each part.
pub(super) struct Cover {
    spans: Vec<u64>,
    tiles: Vec<u64>,
    /// Positions whose rows must be read, in order.
    pub(super) rows: Vec<Range<u64>>,
}

impl Cover {
    /// Splits a range. In parts counted by sums, all events have a key of each of the `sets`.
    pub(super) async fn of(
        client: &Object,
        filter: &Filter,
        sets: &[Vec<i64>],
        range: &Range<u64>,
    ) -> Result<Cover> {
        let (spans, left) = SPANS.of(client, filter, sets, vec![range.clone()]).await?;
        if spans.is_empty() && !sets.is_empty() {
            return Ok(Cover { spans, tiles: Vec::new(), rows: vec![range.clone()] });
        }
        let (tiles, rows) = TILES.of(client, filter, sets, left).await?;
        Ok(Cover { spans, tiles, rows })
    }

    /// The sums of full spans and tiles for the kinds that match a condition, grouped by columns of
    /// kinds.
    pub(super) async fn sums(
        &self,
        client: &Object,
        condition: &Predicate,
        columns: &str,
    ) -> Result<Vec<Row>> {
        if self.spans.is_empty() && self.tiles.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {columns}, sum(each.count)::bigint
             FROM (SELECT kinds, counts FROM annals_spans WHERE span = ANY ({}::bigint[])
                   UNION ALL
                   SELECT kinds, counts FROM annals_tiles WHERE tile = ANY ({}::bigint[])) AS held
             CROSS JOIN LATERAL unnest(held.kinds, held.counts) AS each (kind, count)
             JOIN annals_kinds ON key = each.kind WHERE {} GROUP BY {columns}",
            array(&self.spans),
            array(&self.tiles),
            condition.sql
        );
        client.query_typed(&sql, &typed(&condition.parameters)).await.map_err(failed)
    }
}

impl Level {
    /// The tiles or spans that are inside the ranges and fully in the period, and what is left of
    /// the ranges.
    async fn of(
        &self,
        client: &Object,
        filter: &Filter,
        sets: &[Vec<i64>],
        ranges: Vec<Range<u64>>,
    ) -> Result<(Vec<u64>, Vec<Range<u64>>)> {
        let Level { table, number, width, whole: is_whole } = self;
        let whole_of = |range: &Range<u64>| {
            let numbers = (range.start - 1).div_ceil(*width)..(range.end - 1) / width;
            (!numbers.is_empty()).then_some(numbers)
        };
        let asked: Vec<Range<u64>> = ranges.iter().filter_map(whole_of).collect();
        let have = sets.iter().map(|keys| format!(" AND t.common && {}::bigint[]", array(keys)));
        let bounds = |of: fn(&Range<u64>) -> u64| array(&asked.iter().map(of).collect::<Vec<_>>());
        let sql = format!(
            "SELECT t.{number}, t.min_occurred_at, t.max_occurred_at, TRUE{}
             FROM unnest({}::bigint[], {}::bigint[]) AS asked (first, beyond)
             JOIN {table} t ON t.{number} >= asked.first AND t.{number} < asked.beyond
             WHERE {is_whole} ORDER BY 1",
            have.collect::<String>(),
            bounds(|numbers| numbers.start),
            bounds(|numbers| numbers.end)
        );
        let found = match asked.is_empty() {
            true => Vec::new(),
            false => client.query_typed(&sql, &[]).await.map_err(failed)?,
        };
        let mut found = found.iter().peekable();
        let (mut within, mut left) = (Vec::new(), Vec::new());
        let mut leave = |range: Range<u64>| match left.last_mut() {
            _ if range.is_empty() => {}
            Some(Range { end, .. }) if *end == range.start => *end = range.end,
            _ => left.push(range),
        };
        for range in ranges {
            // Positions without sums are left as well.
            let mut next = range.start;
            let numbers = whole_of(&range).unwrap_or(0..0);
            while let Some(row) = found.peek() {
                let at = whole(row, 0)?;
                if !numbers.contains(&at) {
                    break;
                }
                let (low, high) = (row.try_get(1), row.try_get(2));
                let known = within_period(filter, low.map_err(failed)?, high.map_err(failed)?);
                let have: bool = row.try_get(3).map_err(failed)?;
                if let Some(is_within) = known.filter(|is_within| have || !is_within) {
                    leave(next..at * width + 1);
                    next = (at + 1) * width + 1;
                    within.extend(is_within.then_some(at));
                }
                found.next();
            }
            leave(next..range.end);
        }
        Ok((within, left))
    }
}

/// `true` if all moments between two are in the filter's period, `false` if none is, `None` if some
/// may be.
fn within_period(filter: &Filter, low: i64, high: i64) -> Option<bool> {
    let (from, to) = period(filter);
    match (high < from || low >= to, low >= from && high < to) {
        (true, _) => Some(false),
        (_, true) => Some(true),
        _ => None,
    }
}

pub(super) fn period(filter: &Filter) -> (i64, i64) {
    let from = filter.from.map_or(i64::MIN, Time::as_micros);
    (from, filter.to.map_or(i64::MAX, Time::as_micros))
}

/// The part of a range from the first to the last tile with times in the filter's period; `None` if
/// no tile has any.
pub(super) async fn narrowed(
    client: &Object,
    filter: &Filter,
    range: &Range<u64>,
) -> Result<Option<Range<u64>>> {
    if range.is_empty() || (filter.from.is_none() && filter.to.is_none()) {
        return Ok((!range.is_empty()).then(|| range.clone()));
    }
    let mut asked = Parameters::of(&[]);
    let (from, to) = period(filter);
    let (from, to) = (asked.moment(from), asked.moment(to));
    // One after the other: the spans that may hold such times, and the open one.
    let outermost = |direction: &str| {
        format!(
            "(SELECT t.tile FROM (
                SELECT span FROM annals_spans
                WHERE max_occurred_at >= {from} AND min_occurred_at < {to}
                UNION ALL SELECT seq / {SPAN} FROM annals_journal_head
                ORDER BY span {direction}) AS s
              CROSS JOIN LATERAL (
                SELECT tile FROM annals_tiles
                WHERE tile >= s.span * 64 AND tile < (s.span + 1) * 64
                  AND max_occurred_at >= {from} AND min_occurred_at < {to}
                ORDER BY tile {direction} LIMIT 1) AS t
              ORDER BY s.span {direction} LIMIT 1)"
        )
    };
    let sql = format!("SELECT {}, {}", outermost("ASC"), outermost("DESC"));
    let found = asked.ask(client, &sql).await?;
    let tile = |index| -> Result<Option<u64>> {
        let Some(row) = found.first() else { return Ok(None) };
        let tile: Option<i64> = row.try_get(index).map_err(failed)?;
        Ok(tile.map(i64::unsigned_abs))
    };
    let tiles = tile(0)?.zip(tile(1)?).map(|(first, last)| first_of(first)..first_of(last + 1));
    Ok(tiles
        .map(|tiles| range.start.max(tiles.start)..range.end.min(tiles.end))
        .filter(|range| !range.is_empty()))
}
