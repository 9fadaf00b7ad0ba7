//! The list index: the keys of each block of positions, and the table of kinds.
//!
//! A key only names blocks worth reading; the rows decide. So keys are short, and two values that
//! share one cost reading a block in vain.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use annals_event::{Event, Severity};
use deadpool_postgres::{GenericClient, Transaction};
use parking_lot::{Mutex, MutexGuard};
use tokio_postgres::types::{ToSql, Type};

use super::error::failed;
use super::numbers::bound;
use super::parameters::Typed;
use super::rows::{self, COLUMNS};
use super::statement::run;
use annals_store::filter::{FIELDS, Index, searched};
use annals_store::keys::{Indexed, Keys};
use annals_store::words::each_word;
use annals_store::{Identity, Result};

/// Positions in a block.
pub(super) const BLOCK: u64 = 64;
/// Blocks in a window: positions with the same mask. Smaller in tests, so that longer cases span
/// several.
pub(super) const WINDOW: u64 = if cfg!(test) { 4 } else { (1 << 18) / BLOCK };
/// The most kinds to remember as written; beyond it they are written again.
const REMEMBERED: usize = 10_000;

/// The block of a position.
pub(super) fn block_of(seq: u64) -> u64 {
    seq.saturating_sub(1) / BLOCK
}

/// The first position of a block.
pub(super) fn first_of(block: u64) -> u64 {
    block * BLOCK + 1
}

/// The mask that is combined with every key in a window.
pub(super) fn mask(window: u64) -> i32 {
    ((window.wrapping_mul(2_654_435_769) & 0xffff_ffff) as i64 - (1 << 31)) as i32
}

/// `true` if events of a severity have each key a second time, combined with the severity. So a
/// query for the errors of a person reads only blocks with such an event, and not each block with
/// an error and with another event of the person.
pub(super) fn is_grave(severity: u8) -> bool {
    severity >= Severity::Warning.code()
}

/// Combines a key with a severity.
pub(super) fn with_severity(key: i32, severity: u8) -> i32 {
    (key ^ i32::from(severity)).wrapping_mul(0x1e37_79b1)
}

/// Makes keys, and remembers which kinds the database has.
pub(super) struct Blocks {
    keys: Keys,
    known: Mutex<HashSet<i64>>,
}

/// The fields with few values, together: category, action, class, severity, actor's type, entity's type.
pub(super) struct Kind<'a> {
    event: &'a Event,
    pub(super) key: i64,
}

impl Blocks {
    pub(super) fn new(identity: &Identity) -> Blocks {
        Blocks { keys: Keys::new(identity), known: Mutex::default() }
    }

    /// The short key of a value.
    pub(super) fn key(&self, field: Indexed, value: &str) -> i32 {
        short(self.whole_key(field, value))
    }

    pub(super) fn kind<'a>(&self, event: &'a Event) -> Kind<'a> {
        let entity = event.entity.as_ref().map(|entity| &entity.kind);
        let Event { category, action, class, severity, actor, .. } = event;
        let mut all = String::with_capacity(64);
        let codes = [class.code(), severity.code(), actor.kind.code(), entity.is_some().into()];
        all.extend(codes.map(char::from));
        for text in [&**category, "\0", action, "\0", entity.map_or("", String::as_str)] {
            all.push_str(text);
        }
        Kind { event, key: self.keys.of(Indexed::KIND, &all).cast_signed() }
    }

    /// The full key of a value.
    pub(super) fn whole_key(&self, field: Indexed, value: &str) -> i64 {
        self.keys.of(field, value).cast_signed()
    }

    /// The full keys of an event without its kind's; one may come twice.
    pub(super) fn each(&self, event: &Event, mut take: impl FnMut(i64)) {
        for field in FIELDS.iter().filter(|field| matches!(field.index(), Index::Many(_))) {
            if let (Some(indexed), Some(value)) = (Indexed::of(field), field.text(event)) {
                take(self.whole_key(indexed, value));
            }
        }
        if let Some(account) = &event.account {
            take(self.whole_key(Indexed::ACCOUNT, &account.id));
        }
        for text in searched(event) {
            each_word(text, |word| take(self.whole_key(Indexed::WORD, word)));
        }
    }

    /// The keys of an event as its block holds them; one may come twice.
    pub(super) fn each_placed(&self, event: &Event, take: impl FnMut(i32)) {
        let mut keys = Vec::new();
        self.each(event, |key| keys.push(key));
        place(event, self.kind(event).key, &keys, take);
    }

    /// The fault of an event, if the keys of its block lack one of its own, or its tile's common
    /// keys do not fit it.
    pub(super) fn fault(
        &self,
        event: &Event,
        block: &HashSet<i32>,
        common: &[i64],
    ) -> Option<&'static str> {
        let (mut keys, mut found) = (Vec::new(), true);
        self.each(event, |key| keys.push(key));
        place(event, self.kind(event).key, &keys, |key| found &= block.contains(&key));
        match (found, common.iter().all(|key| keys.contains(key))) {
            (false, _) => Some("it cannot be found as it was written"),
            (_, false) => Some("it is counted as what it is not"),
            _ => None,
        }
    }

    /// Writes the kinds of events that the database may not have.
    pub(super) async fn put_kinds<'e>(
        &self,
        client: &impl GenericClient,
        events: impl IntoIterator<Item = &'e Event>,
    ) -> std::result::Result<(), tokio_postgres::Error> {
        let kinds = events.into_iter().map(|event| self.kind(event));
        let mut fresh: Vec<Kind<'_>> = {
            let known = self.known();
            kinds.filter(|kind| !known.contains(&kind.key)).collect()
        };
        fresh.sort_unstable_by_key(|kind| kind.key);
        fresh.dedup_by_key(|kind| kind.key);
        if fresh.is_empty() {
            return Ok(());
        }
        let keys: Vec<i64> = fresh.iter().map(|kind| kind.key).collect();
        let text = |of: fn(&Event) -> &str| -> Vec<&str> {
            fresh.iter().map(|kind| of(kind.event)).collect()
        };
        let number = |of: fn(&Event) -> u8| -> Vec<i16> {
            fresh.iter().map(|kind| of(kind.event).into()).collect()
        };
        let (categories, actions) = (text(|event| &event.category), text(|event| &event.action));
        let classes = number(|event| event.class.code());
        let severities = number(|event| event.severity.code());
        let actors = number(|event| event.actor.kind.code());
        let entities: Vec<Option<&str>> = fresh
            .iter()
            .map(|kind| kind.event.entity.as_ref().map(|entity| entity.kind.as_str()))
            .collect();
        let sql = "INSERT INTO annals_kinds
                     (key, category, action, class, severity, actor_type, entity_type)
                   SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::smallint[],
                                        $5::smallint[], $6::smallint[], $7::text[])
                   ON CONFLICT DO NOTHING";
        let parameters: [&(dyn ToSql + Sync); 7] =
            [&keys, &categories, &actions, &classes, &severities, &actors, &entities];
        let statement = client.prepare_cached(sql).await?;
        client.execute(&statement, &parameters).await.map(drop)
    }

    /// Remembers that the kinds of these events are written, once that is committed.
    pub(super) fn remember<'e>(&self, events: impl IntoIterator<Item = &'e Event>) {
        let mut known = self.known();
        if known.len() > REMEMBERED {
            known.clear();
        }
        known.extend(events.into_iter().map(|event| self.kind(event).key));
    }

    fn known(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.known.lock()
    }

    /// Rebuilds the blocks of a range from their rows, while the head is locked.
    pub(super) async fn renew(
        &self,
        transaction: &Transaction<'_>,
        range: &Range<u64>,
    ) -> Result<()> {
        let end = rows::head(&**transaction, false).await?.seq + 1;
        let blocks = block_of(range.start)..block_of(range.end.min(end) - 1) + 1;
        for block in blocks {
            let (first, beyond) = (bound(first_of(block)), bound(first_of(block + 1)));
            let sql =
                format!("SELECT {COLUMNS} FROM annals_events e WHERE e.seq >= $1 AND e.seq < $2");
            let bounds: [Typed<'_>; 2] = [(&first, Type::INT8), (&beyond, Type::INT8)];
            let found = transaction.query_typed(&sql, &bounds).await.map_err(failed)?;
            // An unreadable event cannot be found either; `verify` reports it.
            let events: Vec<Event> = found.iter().filter_map(|row| rows::event(row).ok()).collect();
            let events: Vec<&Event> = events.iter().collect();
            self.put_kinds(transaction, events.iter().copied()).await.map_err(failed)?;
            self.put(transaction, block, first_of(block + 1) <= end, &events).await?;
        }
        Ok(())
    }

    /// Writes the keys of a block with these events, full or still open.
    pub(super) async fn put(
        &self,
        transaction: &Transaction<'_>,
        block: u64,
        whole: bool,
        events: &[&Event],
    ) -> Result<()> {
        let mut keys = BTreeSet::new();
        for event in events {
            self.each_placed(event, |key| {
                keys.insert(key);
            });
        }
        let keys: Vec<i32> = keys.into_iter().collect();
        if whole {
            let sql = "INSERT INTO annals_list_index (block, keys) VALUES ($1, $2)
                       ON CONFLICT (block) DO UPDATE SET keys = excluded.keys";
            run(transaction, sql, &[&bound(block), &keys]).await?;
        } else {
            let sql = "UPDATE annals_journal_head SET keys = $1, turn = turn + 1";
            run(transaction, sql, &[&keys]).await?;
        }
        Ok(())
    }
}

/// The keys of an event as its block holds them, made of its full keys.
pub(super) fn place(event: &Event, kind: i64, keys: &[i64], mut take: impl FnMut(i32)) {
    let mask = mask(block_of(event.seq) / WINDOW);
    let severity = event.severity.code();
    take(short(kind) ^ mask);
    for key in keys {
        take(short(*key) ^ mask);
        if is_grave(severity) {
            take(with_severity(short(*key), severity) ^ mask);
        }
    }
}

/// The short form of a key.
pub(super) fn short(key: i64) -> i32 {
    key as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The index of a database is not rebuilt by itself. Another indexed field needs a migration
    /// that rebuilds `annals_list_index`, or adds a column to `annals_kinds`; then it goes here.
    #[test]
    fn the_indexed_fields_are_those_of_the_migrations() {
        for field in FIELDS {
            match field.index() {
                Index::No => {}
                Index::Few(_) => assert!(
                    ["category", "action", "class", "severity", "actor_type", "entity_type"]
                        .contains(&field.column()),
                    "annals_kinds has no column {}",
                    field.column()
                ),
                Index::Many(number) => assert!(
                    [3, 5, 7, 8, 10].contains(&number),
                    "annals_list_index has no keys of {}",
                    field.column()
                ),
            }
        }
    }
}
