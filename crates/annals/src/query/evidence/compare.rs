//! Compares a bundle with the journal it is from.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use annals_event::digest::{TILE, tree_root};
use serde::Serialize;
use serde_json::Value;
use zip::ZipArchive;

use super::check::{Checked, lines};
use super::write::read_tile;
use crate::id::hex;
use crate::store::seal::{Sealed, Tombstone, first_of, leaf_of, tile_of};
use crate::store::{Scope, Store, StoreError};

/// Number of tiles whose roots are read at once.
const TILES: u64 = 1_024;
/// Maximum time between an export and its record, in microseconds: a minute.
const NEAR_MICROS: u64 = 60_000_000;

/// Number of tiles after the head among which the record of an export was: more than a journal
/// writes while an export begins.
const RECORDED_WITHIN: u64 = 4_096;

/// What the journal says of a bundle's events now. What it contradicts is a problem of the bundle.
#[derive(Debug, Default, Serialize)]
pub struct Compared {
    /// Events that are in the journal with the same digest.
    pub present: u64,
    /// Of these, events whose people were removed since.
    pub anonymised_since: u64,
    /// Events that were deleted since and have a tombstone, by reason.
    pub deleted_since: BTreeMap<String, u64>,
    /// What could not be compared, and why.
    pub notes: Vec<String>,
}

/// Compares a bundle that was checked with this journal. Adds what differs to its problems.
///
/// # Errors
/// The journal or the zip cannot be read.
pub async fn compare<R: Read + Seek>(
    store: &dyn Store,
    zip: &mut ZipArchive<R>,
    checked: &mut Checked,
) -> Result<Compared, String> {
    let mut compared = Compared::default();
    let (identity, manifest) = (store.identity(), checked.manifest.clone());
    if identity.id != manifest.journal {
        let what = format!(
            "the bundle is from the journal {}, and this is {}",
            manifest.journal, identity.id
        );
        checked.problem(what);
        return Ok(compared);
    }
    if identity.epoch != manifest.epoch {
        compared.notes.push("the journal was restored from a backup since, or before".to_owned());
    }
    let head = store.head().await.map_err(text)?.seq;
    if head < manifest.head {
        let what = format!("the journal ends at position {head}, the bundle at {}", manifest.head);
        checked.problem(what);
    }
    tiles(store, checked, head, &mut compared).await.map_err(text)?;
    record(store, checked, &mut compared).await.map_err(text)?;
    let mut lines = lines(zip, &manifest)?;
    let mut read: Option<(u64, Vec<Sealed>, Vec<Tombstone>)> = None;
    while let Some(line) = lines.next()? {
        // What cannot be read is a problem already.
        let Some(line) = line.ok().filter(|line| (1..=head).contains(&line.seq)) else {
            continue;
        };
        let number = tile_of(line.seq);
        if read.as_ref().is_none_or(|(of, ..)| *of != number) {
            let range = first_of(number)..first_of(number + 1);
            let events = store.sealed(range.clone(), usize::MAX >> 1).await.map_err(text)?;
            read = Some((number, events, store.tombstones(range).await.map_err(text)?));
        }
        let Some((_, events, tombstones)) = &read else { continue };
        let found = events.binary_search_by_key(&line.seq, |sealed| sealed.seq).ok();
        let tombstone = tombstones.iter().find(|t| (t.first..=t.last).contains(&line.seq));
        match (found.and_then(|at| events.get(at)), tombstone) {
            (Some(sealed), None) => {
                if leaf_of(sealed).map(|leaf| hex(&leaf)).as_ref() == Some(&line.digest) {
                    compared.present += 1;
                    let now = sealed.event.as_ref().is_ok_and(|now| now.anonymised_at.is_some());
                    if now && line.event.anonymised_at.is_none() {
                        compared.anonymised_since += 1;
                    }
                } else {
                    let id = line.event.id;
                    checked.problem(format!("event {id}: the journal has another event there"));
                }
            }
            (None, Some(tombstone)) => {
                let leaf = usize::try_from(line.seq - tombstone.first).ok();
                let leaf = leaf.and_then(|at| tombstone.leaves.get(at)).map(|leaf| hex(leaf));
                if leaf.is_some_and(|leaf| leaf != line.digest) {
                    let id = line.event.id;
                    checked.problem(format!("event {id}: the journal deleted another event there"));
                } else {
                    *compared.deleted_since.entry(tombstone.reason.clone()).or_default() += 1;
                }
            }
            _ => {
                let id = line.event.id;
                checked.problem(format!("event {id}: the journal has neither it nor a tombstone"));
            }
        }
    }
    Ok(compared)
}

/// Compares the roots of all tiles up to the bundle's head.
async fn tiles(
    store: &dyn Store,
    checked: &mut Checked,
    head: u64,
    compared: &mut Compared,
) -> Result<(), StoreError> {
    let full = (checked.manifest.head.min(head) / TILE).min(checked.tiles.len() as u64);
    for first in (0..full).step_by(TILES as usize) {
        let end = full.min(first + TILES);
        let now: BTreeMap<u64, _> = store
            .tiles(first_of(first)..first_of(end))
            .await?
            .into_iter()
            .map(|tile| (tile.tile, tile.root))
            .collect();
        for number in first..end {
            let then = usize::try_from(number).ok().and_then(|at| checked.tiles.get(at)).copied();
            if now.get(&number).copied() != then {
                let (first, last) = (first_of(number), first_of(number + 1) - 1);
                checked.problem(format!("positions {first}–{last}: the journal has another root"));
            }
        }
    }
    let manifest = &checked.manifest;
    if manifest.head.is_multiple_of(TILE) || head < manifest.head {
        return Ok(());
    }
    let range = first_of(manifest.head / TILE)..manifest.head + 1;
    let same = match read_tile(store, range).await {
        Ok((_, leaves)) => checked.tiles.last() == Some(&tree_root(&leaves)),
        Err(StoreError::Damaged(what)) => {
            compared.notes.push(format!("the last positions cannot be compared: {what}"));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    if !same {
        checked.problem("the last positions: the journal has another root".to_owned());
    }
    Ok(())
}

/// Compares filter, person and time with the event by which the journal recorded the export.
async fn record(
    store: &dyn Store,
    checked: &mut Checked,
    compared: &mut Compared,
) -> Result<(), StoreError> {
    let manifest = checked.manifest.clone();
    let found = store.find(manifest.exported_as, Scope::everything()).await?;
    let Some(act) = found.filter(|act| act.category == "system" && act.action == "exported") else {
        let after = manifest.head.saturating_add(1);
        let nearby = after..after.saturating_add(RECORDED_WITHIN * TILE);
        let same_epoch = store.identity().epoch == manifest.epoch;
        // What was recorded and is no longer there leaves a tombstone, unless a backup lacks it.
        if same_epoch && store.tombstones(nearby).await?.is_empty() {
            checked.problem("the journal never recorded this export".to_owned());
            return Ok(());
        }
        compared.notes.push(
            "the journal has no record of this export any more, so who exported what and when is \
             not confirmed"
                .to_owned(),
        );
        return Ok(());
    };
    // The record is written right after the manifest is begun.
    if act.occurred_at.micros_since(manifest.exported_at).unsigned_abs() > NEAR_MICROS {
        checked.problem("the journal records another time of the export".to_owned());
    }
    if act.anonymised_at.is_some() {
        compared.notes.push("the record of this export was anonymised".to_owned());
        return Ok(());
    }
    if act.metadata.get("filter") != Some(&Value::Object(manifest.filter)) {
        checked.problem("the journal records another filter of the export".to_owned());
    }
    let by = &manifest.exported_by;
    if (act.actor.kind, &act.actor.id) != (by.kind, &by.id) {
        checked.problem("the journal records somebody else as the one who exported".to_owned());
    }
    Ok(())
}

fn text(error: StoreError) -> String {
    error.to_string()
}
