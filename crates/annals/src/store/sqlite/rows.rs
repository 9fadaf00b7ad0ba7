//! Events by their ids and positions.

use std::ops::{ControlFlow, Range};

use annals_event::{Event, Time, Uuid};
use rusqlite::Connection;

use super::super::row::Row;
use super::super::{Head, Line, Lines, Order, Result, Scope, Seen, Selection, StoreError};
use super::columns::{self, read};
use super::list_index::{self, ListIndex};

pub(super) fn head(connection: &Connection) -> Result<Head> {
    let sql = "SELECT head, created_at FROM annals_journal";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| {
        Ok(Head { seq: row.get(0)?, created_at: Time::from_micros(row.get(1)?) })
    })?)
}

/// Bytes of the journal's file, once what is written ahead has gone into it.
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

/// The events at positions that something else points to, in its order.
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

/// The events whose rows match, without the list index: for a transaction of the writer's.
pub(super) fn select_in(snapshot: &Connection, selection: &Selection) -> Result<Vec<Event>> {
    let positions = list_index::positions(snapshot, selection)?;
    let mut events = Vec::with_capacity(positions.len());
    let _all = each_at(snapshot, &positions, selection.order, &mut |row| {
        events.push(Event::try_from(row)?);
        Ok(ControlFlow::Continue(()))
    })?;
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

/// A page of events, written down.
pub(super) fn lines(
    connection: &Connection,
    index: Option<&ListIndex>,
    page: Selection,
    bytes: usize,
    line: &Line,
) -> Result<Lines> {
    let mut lines = Lines::default();
    let limit = page.limit;
    // One more than is written tells whether there are more.
    let page = Selection { limit: limit + 1, ..page };
    each(connection, index, &page, &mut |row| {
        let client = page.filter.shows_client(&row);
        lines.append(Seen { row: &row, client }, (limit, bytes), line)
    })?;
    Ok(lines)
}

/// What is done with each row, and whether that is enough.
type Take<'t> = &'t mut dyn FnMut(Row<&str>) -> Result<ControlFlow<()>>;

/// The rows of a page: the list index names positions, the rows have the last word.
fn each(
    connection: &Connection,
    index: Option<&ListIndex>,
    page: &Selection,
    take: Take<'_>,
) -> Result<()> {
    let mut left = page.clone();
    while left.limit > 0 {
        // One moment for both questions, where there is no index.
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
        // A page that is not full is taken for the last one. So whatever the index named and is
        // not there, because it was removed just now, is made up for.
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

/// Reads the rows at positions that are in order, as far as they are there.
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
            // Positions whose rows are gone are passed over.
            while wanted.next_if(|next| precedes(next, &seq)).is_some() {}
            if wanted.next_if(|next| **next == seq).is_some() && take(read(row)?)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        return Ok(ControlFlow::Continue(()));
    }
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

/// Rows of a page that is worth fetching before it is read backwards.
const LONG: usize = 500;

/// Passes over the rows in the order of the file: kernels read ahead and never behind, and from a
/// disk each page of the file would be waited for by itself.
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
