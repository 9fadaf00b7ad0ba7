//! `annals copy`: copies a full journal from one engine to another, the same in every byte that is
//! hashed.
//!
//! ```text
//! source ── segments of tiles: events, seals, tombstones ──► target   (continues after a break)
//!        ── used ids, people, points, keys, frozen days, settings ───►
//! verify(target); every tile's root is the source's
//! ```

use crate::store::seal::{first_of, tile_of};
use crate::store::{PeopleQuery, Result, Segment, Store, StoreError};

/// Number of tiles in one segment: 4,096 events.
const TILES: u64 = 16;
/// Number of other rows in one read.
const PAGE: usize = 1_000;
/// Number of frozen days in one read.
const DAYS: usize = 32;

/// Copies everything that the target lacks. Nobody may write to either journal meanwhile. Calls
/// `progress` with the positions done and all of them, and returns their number.
pub async fn copy(
    source: &dyn Store,
    target: &dyn Store,
    mut progress: impl FnMut(u64, u64) + Send,
) -> Result<u64> {
    let head = source.head().await?;
    let done = target.head().await?.seq;
    if done > head.seq {
        return Err(StoreError::Unavailable(format!(
            "the target goes to position {done} and the source to {} only: something was appended \
             to the target",
            head.seq
        )));
    }
    // The tile that was open is copied again: it may have been copied in part.
    let mut tile = tile_of(done + 1);
    while first_of(tile) <= head.seq {
        let range = first_of(tile)..first_of(tile + TILES).min(head.seq + 1);
        let end = range.end - 1;
        target.import_segment(segment(source, range).await?).await?;
        progress(end, head.seq);
        tile += TILES;
    }
    if source.head().await? != head {
        return Err(StoreError::Unavailable(
            "events were appended to the source meanwhile; stop its server and copy again: what \
             is there already is not copied twice"
                .to_owned(),
        ));
    }
    copy_the_rest(source, target).await?;
    Ok(head.seq)
}

async fn segment(source: &dyn Store, range: std::ops::Range<u64>) -> Result<Segment> {
    let events = source.sealed(range.clone(), usize::MAX >> 1).await?;
    let tiles = source.tiles(range.clone()).await?;
    let tombstones = source.tombstones(range.clone()).await?;
    let head = source.head().await?;
    // Within the journal only the last event has the time; the head's is set at the end.
    let last = events.last().and_then(|sealed| sealed.event.as_ref().ok());
    let created_at = match last {
        Some(event) if range.end <= head.seq => event.created_at,
        _ => head.created_at,
    };
    Ok(Segment { range, events, tiles, tombstones, created_at })
}

async fn copy_the_rest(source: &dyn Store, target: &dyn Store) -> Result<()> {
    let mut after = None;
    loop {
        let ids = source.used_ids(after, PAGE).await?;
        after = ids.last().filter(|_| ids.len() == PAGE).map(|last| last.hash);
        target.import_used_ids(ids).await?;
        if after.is_none() {
            break;
        }
    }
    let mut after = None;
    loop {
        let query = PeopleQuery { archived: true, after, limit: PAGE, ..PeopleQuery::default() };
        let people = source.people(query).await?;
        after = people.last().filter(|_| people.len() == PAGE).map(|last| last.id.clone());
        for person in people {
            target.put_person(person).await?;
        }
        if after.is_none() {
            break;
        }
    }
    copy_points(source, target).await?;
    // Sign-in links and sessions are not copied: people sign in again.
    for key in source.keys().await? {
        target.put_key(key).await?;
    }
    copy_frozen_days(source, target).await?;
    for (name, value) in source.settings().await? {
        target.put_setting(&name, &value).await?;
    }
    for (name, value) in source.checkpoints().await? {
        target.put_checkpoint(&name, &value).await?;
    }
    Ok(())
}

async fn copy_frozen_days(source: &dyn Store, target: &dyn Store) -> Result<()> {
    let mut after = None;
    loop {
        let days = source.frozen_days(after, DAYS).await?;
        after = days.last().filter(|_| days.len() == DAYS).map(|last| last.day);
        for day in days {
            target.freeze_day(day).await?;
        }
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Copies balances, which deletions may have made more than the sum of their events, answers to
/// commands that may be sent again, and the definitions of tasks and rewards.
async fn copy_points(source: &dyn Store, target: &dyn Store) -> Result<()> {
    let mut after = None;
    loop {
        let accounts = source.accounts(after, PAGE).await?;
        after = accounts.last().filter(|_| accounts.len() == PAGE).map(|(child, _)| child.clone());
        target.import_accounts(accounts).await?;
        if after.is_none() {
            break;
        }
    }
    let mut after = None;
    loop {
        let answers = source.answers(after, PAGE).await?;
        after = answers.last().filter(|_| answers.len() == PAGE).map(|last| last.slot);
        target.import_answers(answers).await?;
        if after.is_none() {
            break;
        }
    }
    for task in source.tasks().await? {
        target.put_task(task).await?;
    }
    for reward in source.rewards().await? {
        target.put_reward(reward).await?;
    }
    Ok(())
}

/// Compares the roots of all tiles of two journals. Returns the first tile that differs.
pub async fn differing_tile(one: &dyn Store, other: &dyn Store) -> Result<Option<u64>> {
    let head = one.head().await?.seq;
    let mut first = 1;
    while first <= head {
        let range = first..(first_of(tile_of(first) + 4_096)).min(head + 1);
        first = range.end;
        let (ours, theirs) = (one.tiles(range.clone()).await?, other.tiles(range.clone()).await?);
        if ours != theirs {
            let equal = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
            return Ok(Some(tile_of(range.start) + equal as u64));
        }
    }
    Ok(None)
}
