//! Tests that pages of any size equal a plain `Vec`, even while others append.

use annals_event::{Event, Uuid};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::store::Identity;
use crate::store::Journal as _;
use crate::store::Scope;
use crate::store::conformance::world::{entries, filter, plain_ones};
use crate::store::conformance::{START, accepted};
use crate::store::sqlite::{SqliteStore, Tenancy};

const COUNT: usize = 150;

#[test]
fn pages_of_any_limit_are_the_model_s_list() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let seed = Identity { id: Uuid::from_u128(7), epoch: 1, cursor_key: [7; 32] };
    let store =
        SqliteStore::open(&directory.path().join("journal.db"), Tenancy::Owner, seed, [8; 32])
            .unwrap();
    let cursors = Cursors::new(&store.identity());
    let drawn = entries(COUNT).new_tree(&mut TestRunner::deterministic()).unwrap().current();
    let model = runtime.block_on(accepted(&store, drawn, START));
    let model = std::cell::RefCell::new(model);
    let next = std::cell::Cell::new(10_000);

    let keys = prop_oneof![Just(SortKey::Recorded), Just(SortKey::Occurred)];
    let orders = prop_oneof![Just(Order::Asc), Just(Order::Desc)];
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    let tried = TestRunner::new(config).run(
        &(filter(), keys, orders, 1_usize..COUNT + 10),
        |(filter, by, order, limit)| {
            let mut wanted: Vec<Event> =
                model.borrow().iter().filter(|event| filter.matches(event)).cloned().collect();
            if by == SortKey::Occurred {
                wanted.sort_by_key(|event| (event.occurred_at, event.seq));
            }
            if order == Order::Desc {
                wanted.reverse();
            }
            let mut all: Vec<Event> = Vec::new();
            let mut cursor = None;
            loop {
                let request = ListRequest {
                    filter: Scope::everything().over(filter.clone()),
                    by,
                    order,
                    limit,
                    cursor,
                };
                let page = runtime.block_on(list(&store, &cursors, request)).unwrap();
                let page: serde_json::Value = serde_json::from_slice(&page.into_json()).unwrap();
                let events: Vec<Event> = serde_json::from_value(page["events"].clone()).unwrap();
                let has_more = page["has_more"].as_bool().unwrap();
                prop_assert!(events.len() == limit || !has_more);
                prop_assert_eq!(has_more, page["next_cursor"].is_string());
                all.extend(events);
                // Events appended meanwhile are not part of this list.
                let number = next.get();
                if number < 10_030 {
                    let mut late = plain_ones(number..number + 1);
                    late[0].event.occurred_at =
                        START.plus_micros(-(number as i64 % 29) * 24 * 3_600_000_000);
                    let more = accepted(&store, late, START);
                    model.borrow_mut().extend(runtime.block_on(more));
                    next.set(number + 1);
                }
                cursor = page["next_cursor"].as_str().map(str::to_owned);
                if cursor.is_none() {
                    break;
                }
            }
            for event in &mut all {
                event.seq = cursors.open_event(&event.cursor).unwrap();
                event.cursor.clear();
            }
            prop_assert_eq!(all, wanted);
            Ok(())
        },
    );
    tried.unwrap_or_else(|failure| panic!("{failure}"));
}
