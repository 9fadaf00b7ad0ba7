//! The conformance suite, which keeps engines equal: every case runs against every engine, through
//! [`Store`] alone.
//!
//! ```text
//! world.rs ── a small world, where filters find something ──┐
//! annals_event::testing ── events of every shape ───────────┴─► cases ─► dyn Store
//! ```
//!
//! An engine runs the full suite with one line, [`conformance!`]; there is no way to run or omit a
//! part of it: `coverage.rs` fails if a case is not in the list, or a trait's method is in no case.

#![expect(missing_docs, reason = "the name of a case says what must hold")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a case is a test")]

use std::ops::Range;
use std::sync::Arc;

use annals_event::digest::TILE;
use annals_event::{Event, Time, Uuid};

use super::seal::{Verdict, check_tile, first_of, tile_of};
use super::{
    Appended, By, Entry, Item, Order, Outcome, Result, RetentionStep, Scope, Scoped, Selection,
    Store,
};
use crate::filter::Filter;

pub mod accounts;
pub mod age;
pub mod append;
pub mod cluster;
#[cfg(test)]
mod coverage;
pub mod credentials;
pub mod delete;
pub mod derived;
pub mod erase;
pub mod frozen;
pub mod journal;
pub mod people;
pub mod seals;
pub mod segment;
pub mod select;
pub mod world;

/// Generates a test for every case. `$make` is an async function that returns an empty store and a
/// value to keep until the test ends, such as its temporary directory.
#[macro_export]
macro_rules! conformance {
    ($make:path) => {
        $crate::conformance! { $make =>
            append: positions_are_dense_and_in_the_order_given;
            append: concurrent_batches_share_no_position;
            append: created_at_never_runs_backwards;
            append: an_absent_occurred_at_is_the_moment_of_intake;
            append: one_id_is_one_event_within_a_batch;
            append: one_id_is_one_event_across_batches;
            append: what_the_server_added_does_not_make_another_event;
            append: of_many_who_send_one_event_one_is_accepted;
            append: nothing_new_leaves_the_head_where_it_was;
            append: every_shape_of_event_comes_back_as_it_was;
            append: extremes_come_back_as_they_were;
            select: filters_find_what_the_model_finds;
            select: lines_are_what_serde_makes_of_the_events;
            select: counts_are_the_model_s;
            select: actions_are_counted_as_the_model_counts_them;
            select: a_longer_journal_is_searched_and_counted_like_the_model;
            select: one_event_is_found_within_its_scope_alone;
            select: pages_hold_every_event_once;
            select: pages_by_occurrence_stay_while_late_events_come;
            select: an_empty_journal_and_an_empty_range_have_nothing;
            select: a_filter_may_ask_for_anything;
            delete: what_is_deleted_is_gone_and_leaves_a_tombstone;
            delete: tombstones_keep_their_reasons;
            delete: whole_tiles_can_go;
            delete: the_head_stays_where_it_was;
            delete: ids_stay_used;
            delete: a_page_is_full_until_the_end_while_others_are_deleted;
            select: a_longer_journal_takes_more_bytes;
            seals: everything_written_is_verified;
            seals: pages_of_seals_and_tiles_are_in_order;
            segment: a_part_replaces_what_follows_and_appending_goes_on;
            segment: a_broken_event_is_not_taken_over;
            segment: points_are_taken_over_with_their_events;
            segment: used_ids_and_settings_are_listed_in_full;
            journal: a_journal_knows_which_one_it_is;
            journal: used_ids_are_hashed_under_the_journal_s_key;
            journal: recent_events_are_those_a_list_has;
            journal: sound_counts_have_no_fault;
            journal: vacuuming_leaves_every_event_where_it_was;
            cluster: who_holds_a_lease_may_ask_again;
            cluster: events_leave_the_configuration_s_version_as_it_is;
            cluster: events_that_lose_people_are_counted_for_others;
            cluster: waiting_for_others_keeps_nobody_from_writing;
            credentials: keys_are_kept;
            credentials: sign_ins_are_kept_until_they_expire;
            credentials: of_many_who_take_a_sign_in_one_gets_it;
            people: people_are_kept_with_their_guardians;
            people: people_are_listed_by_id_kind_and_words;
            accounts: a_command_moves_the_balance_with_its_event;
            accounts: a_refusal_leaves_nothing_and_its_neighbours_go_on;
            accounts: of_many_commands_on_one_account_none_is_lost;
            accounts: imported_points_move_the_balance_too;
            accounts: requests_are_pending_until_they_are_met;
            accounts: answers_are_kept_for_their_time;
            accounts: tracking_finds_what_the_model_finds;
            accounts: what_is_deleted_is_tracked_no_longer;
            accounts: definitions_are_kept;
            erase: what_tells_of_a_person_is_found_and_replaced;
            erase: what_is_not_about_people_cannot_be_replaced;
            erase: a_forgotten_guardian_leaves_their_children;
            age: what_is_due_is_what_the_model_finds;
            age: a_slice_is_carried_out_whole_and_can_be_verified;
            age: a_slice_that_does_not_fit_changes_nothing;
            frozen: frozen_days_are_raised_and_never_lowered;
            frozen: of_many_who_close_a_day_none_is_lost;
            frozen: frozen_days_are_listed_in_order;
            credentials: settings_are_kept;
            credentials: checkpoints_are_kept_apart_from_settings;
            credentials: a_probe_leaves_no_trace;
            credentials: a_backup_overwrites_nothing;
        }
    };
    ($make:path => $($area:ident : $case:ident;)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let (store, _kept) = $make().await;
                let handle: std::sync::Arc<dyn $crate::Store> = store;
                $crate::conformance::$area::$case(std::sync::Arc::clone(&handle)).await;
                handle.close().await;
            }
        )+
    };
}

/// The time at which the cases begin.
pub const START: Time = Time::from_micros(1_790_000_000_000_000);

/// The setting in which [`delete`] saves its checkpoint.
const CHECKPOINT: &str = "conformance";

/// Appends entries and expects each to be accepted. Returns the events as they must be read back.
pub async fn accepted(store: &dyn Store, entries: Vec<Entry>, now: Time) -> Vec<Event> {
    let outcomes = append(store, entries.clone(), now).await.unwrap();
    assert_eq!(outcomes.len(), entries.len());
    entries
        .into_iter()
        .zip(outcomes)
        .map(|(entry, outcome)| {
            let Appended::Accepted { seq, created_at } = outcome else {
                panic!("{:?}: {outcome:?}", entry.event);
            };
            let occurred_at =
                if entry.derived.occurred_at { created_at } else { entry.event.occurred_at };
            Event { seq, created_at, occurred_at, ..entry.event }
        })
        .collect()
}

/// Appends finished events, and returns their outcomes.
pub async fn append(store: &dyn Store, entries: Vec<Entry>, now: Time) -> Result<Vec<Appended>> {
    let items = entries.into_iter().map(Item::Append).collect();
    let appended = |outcome| match outcome {
        Outcome::Appended(appended) => Some(appended),
        Outcome::Decided(_) => None,
    };
    Ok(store.commit(items, now).await?.into_iter().filter_map(appended).collect())
}

/// Deletes the events in a range like a retention run. Returns their number.
pub async fn delete(store: &dyn Store, range: Range<u64>, reason: &str, now: Time) -> Result<u64> {
    let head = store.head().await?.seq;
    let range = range.start.max(1)..range.end.min(head + 1);
    let mut gone = 0;
    for tile in tile_of(range.start)..=tile_of(range.end.max(range.start + 1) - 1) {
        let part = range.start.max(first_of(tile))..range.end.min(first_of(tile + 1));
        let there = store.sealed(part, TILE as usize).await?;
        let step = RetentionStep {
            remains: Vec::new(),
            gone: there.iter().map(|sealed| sealed.seq).collect(),
            reason: reason.to_owned(),
            at: now,
            checkpoint: (CHECKPOINT, String::new()),
        };
        store.retention_step(step).await?;
        gone += there.len() as u64;
    }
    Ok(gone)
}

/// Anonymises events, as an erasure does.
pub async fn anonymised(store: &dyn Store, events: &[Event]) {
    let remains = events.iter().map(|event| age::anonymous(event, START)).collect();
    store.anonymise(remains, (CHECKPOINT, String::new())).await.unwrap();
}

/// Every event in the store, oldest first.
pub async fn everything(store: &dyn Store) -> Vec<Event> {
    let selection = Selection {
        filter: unfiltered(),
        range: 1..i64::MAX as u64,
        by: By::Recorded,
        order: Order::Asc,
        limit: 100_000,
    };
    store.select(selection).await.unwrap()
}

/// The verdict on every position, tile by tile; a tile with a fault fails the test.
pub async fn verdicts(store: &dyn Store) -> Vec<Verdict> {
    let head = store.head().await.unwrap().seq;
    let mut all = Vec::new();
    if head == 0 {
        return all;
    }
    for tile in 0..=tile_of(head) {
        let range = first_of(tile)..first_of(tile + 1).min(head + 1);
        let tiles = store.tiles(range.clone()).await.unwrap();
        let events = store.sealed(range.clone(), TILE as usize).await.unwrap();
        let tombstones = store.tombstones(range.clone()).await.unwrap();
        let size = range.end - range.start;
        let (verdicts, fault) = check_tile(tile, size, tiles.first(), &events, &tombstones);
        assert_eq!(fault, None, "tile {tile}");
        all.extend(verdicts.into_iter().map(|(_, verdict)| verdict));
    }
    all
}

/// A filter that matches every event, for a viewer who sees everything.
pub fn unfiltered() -> Scoped {
    Scope::everything().over(Filter::default())
}

/// A different id for every number.
pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | number)
}

/// A handle for another task.
pub fn share(store: &Arc<dyn Store>) -> Arc<dyn Store> {
    Arc::clone(store)
}
