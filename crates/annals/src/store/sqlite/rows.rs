//! Events by their ids and positions.

use std::collections::HashSet;
use std::ops::Range;

use annals_event::{Event, Time, Uuid};
use rusqlite::Connection;

use super::super::{Head, Order, Result, Scope, Selection, StoreError};
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
    read_at(snapshot, &positions, selection.order, &mut events)?;
    Ok(events)
}

/// A page of events: the list index names positions, the rows have the last word.
pub(super) fn select(
    connection: &Connection,
    index: Option<&ListIndex>,
    selection: Selection,
) -> Result<Vec<Event>> {
    let mut left = selection;
    let mut events: Vec<Event> = Vec::new();
    while left.limit > 0 {
        // One moment for both questions, where there is no index.
        let snapshot = connection.unchecked_transaction()?;
        let positions = match index {
            Some(index) => index.positions(&snapshot, &left)?,
            None => list_index::positions(&snapshot, &left)?,
        };
        let before = events.len();
        read_at(&snapshot, &positions, left.order, &mut events)?;
        let found = events.split_off(before).into_iter();
        events.extend(found.filter(|event| left.filter.matches(event)));
        // A page that is not full is taken for the last one. So whatever the index named and is
        // not there, because it was removed just now, is made up for.
        let Some(last) = positions.last().filter(|_| positions.len() == left.limit) else {
            break;
        };
        match left.order {
            Order::Desc => left.range.end = *last,
            Order::Asc => left.range.start = last + 1,
        }
        left.limit -= events.len() - before;
    }
    events.iter_mut().for_each(|event| left.filter.show(event));
    Ok(events)
}

/// Reads the events at positions that are in order, as far as they are there.
fn read_at(
    connection: &Connection,
    positions: &[u64],
    order: Order,
    events: &mut Vec<Event>,
) -> Result<()> {
    let (Some(low), Some(high)) = (positions.iter().min(), positions.iter().max()) else {
        return Ok(());
    };
    // Dense pages, which are most, are read as one range; sparse ones position by position.
    if high - low < 2 * positions.len() as u64 {
        let order = match order {
            Order::Desc => "DESC",
            Order::Asc => "ASC",
        };
        let condition = format!("e.seq BETWEEN ?1 AND ?2 ORDER BY e.seq {order}");
        let mut statement = connection.prepare_cached(&columns::select("", &condition))?;
        let mut wanted: HashSet<&u64> = positions.iter().collect();
        let mut rows = statement.query([low, high])?;
        while let Some(row) = rows.next()? {
            let seq: u64 = row.get(0)?;
            if wanted.remove(&seq) {
                events.push(Event::try_from(read(row)?)?);
            }
        }
        return Ok(());
    }
    let mut statement = connection.prepare_cached(&columns::select("", "e.seq = ?1"))?;
    for seq in positions {
        let mut rows = statement.query([seq])?;
        if let Some(row) = rows.next()? {
            events.push(Event::try_from(read(row)?)?);
        }
    }
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
