//! Reads events by their ids and positions.

use std::ops::{ControlFlow, Range};

use annals_event::{Event, Time, Uuid};
use rusqlite::Connection;

use super::columns::{self, read};
use super::list_index::{self, ListIndex};
use crate::error::Result;
use annals_store::row::Row;
use annals_store::{By, Head, Line, Lines, Occurrence, Order, Scope, Seen, Selection, StoreError};

pub(super) fn head(connection: &Connection) -> Result<Head> {
    let sql = "SELECT head, created_at FROM annals_journal";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| {
        Ok(Head { seq: row.get(0)?, created_at: Time::from_micros(row.get(1)?) })
    })?)
}

/// Bytes of the journal's file after a checkpoint of the write-ahead log.
pub(super) fn bytes(connection: &Connection) -> Result<u64> {
    let sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

pub(super) fn find(connection: &Connection, id: Uuid, scope: &Scope) -> Result<Option<Event>> {
    let mut statement = connection.prepare_cached(&columns::select("", "e.id = ?1"))?;
    let mut rows = statement.query([id.as_bytes()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let event = Event::try_from(read(row)?)?;
    Ok(Some(event).filter(|event| scope.contains(event)).map(|mut event| {
        scope.show(&mut event);
        event
    }))
}

/// The events at these positions, in the given order.
pub(super) fn at(connection: &Connection, positions: &[u64]) -> Result<Vec<Event>> {
    let mut statement = connection.prepare_cached(&columns::select("", "e.seq = ?1"))?;
    let mut events = Vec::with_capacity(positions.len());
    for seq in positions {
        let mut rows = statement.query([seq])?;
        let row = rows.next()?;
        let row = row.ok_or_else(|| StoreError::Damaged(format!("position {seq} is missing")))?;
        events.push(Event::try_from(read(row)?)?);
    }
    Ok(events)
}

/// A page of events.
pub(super) fn select(
    connection: &Connection,
    index: Option<&ListIndex>,
    selection: &Selection,
) -> Result<Vec<Event>> {
    let mut events: Vec<Event> = Vec::new();
    each(connection, index, selection, &mut |row| {
        events.push(Event::try_from(row)?);
        Ok(ControlFlow::Continue(()))
    })?;
    events.iter_mut().for_each(|event| selection.filter.show(event));
    Ok(events)
}

/// A page of events as JSON lines.
pub(super) fn lines(
    connection: &Connection,
    index: Option<&ListIndex>,
    page: Selection,
    bytes: usize,
    line: &Line,
) -> Result<Lines> {
    let mut lines = Lines::default();
    let limit = page.limit;
    // One more row shows whether there are more.
    let page = Selection { limit: limit + 1, ..page };
    each(connection, index, &page, &mut |row| {
        let client = page.filter.shows_client(&row);
        Ok(lines.append(Seen { row: &row, client }, (limit, bytes), line)?)
    })?;
    Ok(lines)
}

/// Handles a row and decides whether to go on.
type Take<'t> = &'t mut dyn FnMut(Row<&str>) -> Result<ControlFlow<()>>;

/// Reads a page's rows: the list index names positions, and the rows decide.
fn each(
    connection: &Connection,
    index: Option<&ListIndex>,
    page: &Selection,
    take: Take<'_>,
) -> Result<()> {
    if let By::Occurred { after } = page.by {
        return each_occurred(connection, index, page, after, take);
    }
    let mut left = page.clone();
    while left.limit > 0 {
        // One snapshot for both reads when there is no index.
        let snapshot = connection.unchecked_transaction()?;
        let positions = match index {
            Some(index) => index.positions(&snapshot, &left)?,
            None => list_index::positions(&snapshot, &left)?,
        };
        let mut taken = 0;
        let enough = each_at(&snapshot, &positions, left.order, &mut |row| {
            if !page.filter.fits(&row) {
                return Ok(ControlFlow::Continue(()));
            }
            taken += 1;
            take(row)
        })?;
        // A page that is not full counts as the last one. So rows that the index named and that
        // were deleted just now are replaced by later ones.
        let full = enough.is_continue() && positions.len() == left.limit;
        let Some(last) = positions.last().filter(|_| full) else {
            break;
        };
        match left.order {
            Order::Desc => left.range.end = *last,
            Order::Asc => left.range.start = last + 1,
        }
        left.limit -= taken;
    }
    Ok(())
}

/// The same in the order in which events happened.
fn each_occurred(
    connection: &Connection,
    index: Option<&ListIndex>,
    page: &Selection,
    mut after: Option<Occurrence>,
    take: Take<'_>,
) -> Result<()> {
    let (mut left, mut asked) = (page.limit, page.limit);
    while left > 0 {
        // One snapshot for both reads when there is no index.
        let snapshot = connection.unchecked_transaction()?;
        let places = match index {
            Some(index) => index.places(&snapshot, page, after, asked)?,
            None => list_index::places(&snapshot, page, after, asked)?,
        };
        let positions: Vec<u64> = places.iter().map(|place| place.seq).collect();
        let before = left;
        let enough = each_of(&snapshot, &positions, &mut |row| {
            if !page.filter.fits(&row) {
                return Ok(ControlFlow::Continue(()));
            }
            left -= 1;
            let enough = take(row)?.is_break() || left == 0;
            Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        // Fewer places than asked for are the last ones.
        after = places.last().copied();
        if enough.is_break() || places.len() < asked || after.is_none() {
            break;
        }
        // Where rows decide, and few fit, more are read at once.
        let few = 4 * (before - left) < asked;
        asked = if few { (4 * asked).min(MANY) } else { left }.max(left);
    }
    Ok(())
}

/// The most rows to read at once where few of them fit.
const MANY: usize = 2_000;

/// Reads the rows at positions in any order; missing ones are skipped.
fn each_of(connection: &Connection, positions: &[u64], take: Take<'_>) -> Result<ControlFlow<()>> {
    if positions.is_sorted_by(|one, next| one > next) {
        return each_at(connection, positions, Order::Desc, take);
    }
    if positions.is_sorted_by(|one, next| one < next) {
        return each_at(connection, positions, Order::Asc, take);
    }
    each_single(connection, positions, take)
}

/// Reads the rows at ordered positions; missing ones are skipped.
fn each_at(
    connection: &Connection,
    positions: &[u64],
    order: Order,
    take: Take<'_>,
) -> Result<ControlFlow<()>> {
    let (Some(low), Some(high)) = (positions.iter().min(), positions.iter().max()) else {
        return Ok(ControlFlow::Continue(()));
    };
    // Dense pages, which are most, are read as one range; sparse ones position by position.
    if high - low < 2 * positions.len() as u64 {
        let (direction, precedes): (_, fn(&u64, &u64) -> bool) = match order {
            Order::Desc => ("DESC", u64::gt),
            Order::Asc => ("ASC", u64::lt),
        };
        if order == Order::Desc && positions.len() >= LONG {
            fetch(connection, *low, *high)?;
        }
        let condition = format!("e.seq BETWEEN ?1 AND ?2 ORDER BY e.seq {direction}");
        let mut statement = connection.prepare_cached(&columns::select("", &condition))?;
        let mut wanted = positions.iter().peekable();
        let mut rows = statement.query([low, high])?;
        while let Some(row) = rows.next()? {
            let seq: u64 = row.get(0)?;
            // Positions whose rows are gone are skipped.
            while wanted.next_if(|next| precedes(next, &seq)).is_some() {}
            if wanted.next_if(|next| **next == seq).is_some() && take(read(row)?)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        return Ok(ControlFlow::Continue(()));
    }
    each_single(connection, positions, take)
}

/// Reads rows one by one.
fn each_single(
    connection: &Connection,
    positions: &[u64],
    take: Take<'_>,
) -> Result<ControlFlow<()>> {
    let mut statement = connection.prepare_cached(&columns::select("", "e.seq = ?1"))?;
    for seq in positions {
        let mut rows = statement.query([seq])?;
        if let Some(row) = rows.next()?
            && take(read(row)?)?.is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// The page size from which prefetching pays when reading backwards.
const LONG: usize = 500;

/// Reads the rows in the file's order first. Kernels read ahead and never back, so that backwards
/// each page of the file would be a wait for the disk.
fn fetch(connection: &Connection, low: u64, high: u64) -> Result<()> {
    let sql = "SELECT count(*) FROM annals_events WHERE seq BETWEEN ?1 AND ?2";
    let _rows: u64 = connection.prepare_cached(sql)?.query_row([low, high], |row| row.get(0))?;
    Ok(())
}

/// Every event at the positions of a range, in order.
pub(super) fn range(connection: &Connection, range: &Range<u64>) -> Result<Vec<Event>> {
    let condition = "e.seq >= ?1 AND e.seq < ?2 ORDER BY e.seq";
    let mut statement = connection.prepare_cached(&columns::select("", condition))?;
    let mut rows = statement.query([range.start, range.end])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(Event::try_from(read(row)?)?);
    }
    Ok(events)
}
