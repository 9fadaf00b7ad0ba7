//! Reads SQLite's index by time: entries in the order in which events happened.

use std::ops::Range;

use annals_event::Time;
use rusqlite::{CachedStatement, Connection};

use super::scan::{SQLITE, bounds, direction, number};
use crate::error::Result;
use crate::parameters::bind;
use annals_store::predicate::{Parameter, predicate};
use annals_store::{Occurrence, Order, Scoped};

/// When an event happened, as the index by time has it.
const MOMENT: &str = "created_at + ifnull(occurred_at, 0)";
/// The most positions of a tile whose times are read one by one.
const SINGLE: usize = 16;

/// The moments that a list may hold, both included.
#[derive(Clone, Copy)]
pub(super) struct Moments {
    pub(super) low: i64,
    pub(super) high: i64,
}

impl Moments {
    /// The moments from `from` on and before `to`.
    pub(super) fn of(from: Option<Time>, to: Option<Time>) -> Moments {
        Moments {
            low: from.map_or(i64::MIN, Time::as_micros),
            high: to.map_or(i64::MAX, |to| to.as_micros().saturating_sub(1)),
        }
    }

    /// Those that come after a moment.
    fn after(self, at: Time, order: Order) -> Moments {
        let at = at.as_micros();
        match order {
            Order::Desc => Moments { high: self.high.min(at.saturating_sub(1)), ..self },
            Order::Asc => Moments { low: self.low.max(at.saturating_add(1)), ..self },
        }
    }

    fn bounds(self) -> [i64; 2] {
        [self.low, self.high]
    }
}

/// The first `limit` matches after a place, in the order in which they happened.
pub(super) fn places(
    connection: &Connection,
    filter: &Scoped,
    range: &Range<u64>,
    after: Option<Occurrence>,
    order: Order,
    limit: usize,
) -> Result<Vec<Occurrence>> {
    let (direction, beyond) = direction(order);
    let moments = Moments::of(filter.filter().from, filter.filter().to);
    let mut places = Vec::new();
    let ask = |places: &mut Vec<Occurrence>, [low, high]: [i64; 2], further: &str, seq: u64| {
        let mut parameters = bounds(range);
        parameters.extend([Parameter::Integer(low), Parameter::Integer(high), number(seq)]);
        parameters.push(number((limit - places.len()) as u64));
        let condition = predicate(filter, &SQLITE, parameters);
        // The pluses keep SQLite from reading by position and sorting: the index by time has the
        // order.
        let sql = format!(
            "SELECT occurred_at, seq FROM annals_event_words
             WHERE occurred_at BETWEEN ?3 AND ?4 AND +seq >= ?1 AND +seq < ?2 AND {further}
               AND {} ORDER BY occurred_at {direction}, seq {direction} LIMIT ?6",
            condition.sql
        );
        let mut statement = connection.prepare_cached(&sql)?;
        read_places(&mut statement, bind(&condition.parameters), places)
    };
    let mut rest = moments;
    if let Some(after) = after {
        rest = moments.after(after.at, order);
        let same = [after.at.as_micros(); 2];
        ask(&mut places, same, &format!("seq {beyond} ?5"), after.seq)?;
    }
    if places.len() < limit {
        ask(&mut places, rest.bounds(), "?5 = 0", 0)?;
    }
    Ok(places)
}

/// The next entries of the index by time after a place, whatever they are.
pub(super) fn entries(
    connection: &Connection,
    moments: Moments,
    after: Option<Occurrence>,
    order: Order,
    limit: usize,
) -> Result<Vec<Occurrence>> {
    let mut entries = Vec::new();
    let (direction, beyond) = direction(order);
    let columns = format!("SELECT {MOMENT}, seq FROM annals_events WHERE {MOMENT}");
    let mut rest = moments;
    if let Some(after) = after {
        rest = moments.after(after.at, order);
        let sql = format!("{columns} = ?1 AND seq {beyond} ?2 ORDER BY seq {direction} LIMIT ?3");
        let mut same = connection.prepare_cached(&sql)?;
        let known = (after.at.as_micros(), after.seq, limit as u64);
        read_places(&mut same, known, &mut entries)?;
    }
    let left = limit - entries.len();
    if left > 0 {
        let sql = format!(
            "{columns} BETWEEN ?1 AND ?2 ORDER BY {MOMENT} {direction}, seq {direction} LIMIT ?3"
        );
        let [low, high] = rest.bounds();
        let mut others = connection.prepare_cached(&sql)?;
        read_places(&mut others, (low, high, left as u64), &mut entries)?;
    }
    Ok(entries)
}

/// The places of ascending positions within a tile; missing ones are left out.
pub(super) fn places_of(connection: &Connection, positions: &[u64]) -> Result<Vec<Occurrence>> {
    let mut places = Vec::new();
    if let [first, .., last] = positions
        && positions.len() > SINGLE
    {
        let sql = format!(
            "SELECT {MOMENT}, seq FROM annals_events NOT INDEXED WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq"
        );
        read_places(&mut connection.prepare_cached(&sql)?, (first, last), &mut places)?;
        places.retain(|place| positions.binary_search(&place.seq).is_ok());
        return Ok(places);
    }
    let sql = format!("SELECT {MOMENT}, seq FROM annals_events NOT INDEXED WHERE seq = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    for seq in positions {
        read_places(&mut statement, [seq], &mut places)?;
    }
    Ok(places)
}

/// Reads rows of a moment and a position.
fn read_places(
    statement: &mut CachedStatement<'_>,
    parameters: impl rusqlite::Params,
    places: &mut Vec<Occurrence>,
) -> Result<()> {
    let mut rows = statement.query(parameters)?;
    while let Some(row) = rows.next()? {
        places.push(Occurrence { at: Time::from_micros(row.get(0)?), seq: row.get(1)? });
    }
    Ok(())
}
