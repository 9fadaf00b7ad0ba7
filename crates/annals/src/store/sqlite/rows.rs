//! Events by their ids and positions.

use annals_event::{Event, Time, Uuid};
use rusqlite::Connection;

use super::super::{Head, Order, Result, Scope, Selection, StoreError};
use super::columns::{COLUMNS, read};
use super::list_index;
use super::words::Words;

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
    let sql = format!("SELECT {COLUMNS} FROM annals_events WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([id.as_bytes()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let event = Event::try_from(read(row, &mut Words::new(connection)?)?)?;
    Ok(Some(event).filter(|event| scope.contains(event)).map(|mut event| {
        scope.show(&mut event);
        event
    }))
}

/// The events at positions that something else points to, in its order.
pub(super) fn at(connection: &Connection, positions: &[u64]) -> Result<Vec<Event>> {
    let sql = format!("SELECT {COLUMNS} FROM annals_events WHERE seq = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut words = Words::new(connection)?;
    let mut events = Vec::with_capacity(positions.len());
    for seq in positions {
        let mut rows = statement.query([seq])?;
        let row = rows.next()?;
        let row = row.ok_or_else(|| StoreError::Damaged(format!("position {seq} is missing")))?;
        events.push(Event::try_from(read(row, &mut words)?)?);
    }
    Ok(events)
}

/// The events whose positions the list index names, in its order.
pub(super) fn select(connection: &Connection, selection: &Selection) -> Result<Vec<Event>> {
    // One moment for both questions: what is removed in between would make the page shorter, and
    // a page that is not full is taken for the last one.
    let snapshot = connection.unchecked_transaction()?;
    select_in(&snapshot, selection)
}

/// As [`select`], within a transaction.
pub(super) fn select_in(snapshot: &Connection, selection: &Selection) -> Result<Vec<Event>> {
    let positions = list_index::positions(snapshot, selection)?;
    let (Some(low), Some(high)) = (positions.iter().min(), positions.iter().max()) else {
        return Ok(Vec::new());
    };
    // Dense pages, which are most, are read as one range; sparse ones position by position.
    let dense = high - low < 2 * positions.len() as u64;
    let mut events = Vec::with_capacity(positions.len());
    let mut words = Words::new(snapshot)?;
    if dense {
        let order = match selection.order {
            Order::Desc => "DESC",
            Order::Asc => "ASC",
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM annals_events WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq {order}"
        );
        let mut statement = snapshot.prepare_cached(&sql)?;
        let mut wanted = positions.iter().peekable();
        let mut rows = statement.query([low, high])?;
        while let Some(row) = rows.next()? {
            let seq: u64 = row.get(0)?;
            if wanted.next_if_eq(&&seq).is_some() {
                events.push(Event::try_from(read(row, &mut words)?)?);
            }
        }
    } else {
        let sql = format!("SELECT {COLUMNS} FROM annals_events WHERE seq = ?1");
        let mut statement = snapshot.prepare_cached(&sql)?;
        for seq in positions {
            let mut rows = statement.query([seq])?;
            if let Some(row) = rows.next()? {
                events.push(Event::try_from(read(row, &mut words)?)?);
            }
        }
    }
    events.iter_mut().for_each(|event| selection.filter.show(event));
    Ok(events)
}
