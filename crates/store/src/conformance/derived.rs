//! Derived output: rows and checkpoints are written together.

use std::ops::Range;
use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::super::{
    ActiveSpan, Activity, ActivitySummary, Checkpoint, DayActivity, DerivedStore, Output,
    PersonActivity, RollupChange, Session, SessionEntry, Step, StoreError,
};
use super::START;
use crate::catalog::Role;

mod errors;
mod frozen;
mod scores;
mod uses;
pub use errors::*;
pub use frozen::*;
pub use scores::*;
pub use uses::*;

/// Generates a test for every case. `$make` is an async function that returns an empty store and a
/// value to keep until the test ends.
#[macro_export]
macro_rules! derived_conformance {
    ($make:path) => {
        $crate::derived_conformance! { $make =>
            rows_and_place_move_together;
            a_step_from_elsewhere_changes_nothing;
            another_stamp_begins_anew;
            what_is_cleared_begins_anew;
            people_are_counted_once_in_a_span;
            sessions_are_kept_changed_and_removed;
            a_span_without_days_has_nothing;
            doings_are_each_person_s_in_the_span;
            who_was_away_and_came_back_is_known_for_any_span;
            days_that_are_about_nobody_keep_their_counts;
            errors_are_counted_by_group_and_day;
            the_last_ten_errors_of_each_group_are_remembered;
            scores_are_kept_by_day_and_replaced;
            scores_are_stale_once_what_they_rest_on_is_counted;
            whom_an_error_hit_goes_with_the_day;
            scores_go_with_the_day_and_are_not_made_again;
            scores_that_rest_on_frozen_days_stay;
            things_are_those_of_a_type_or_of_types_that_people_learn_by;
            a_thing_is_called_what_it_was_called_last;
            pages_have_their_views_and_times_by_day;
            who_looked_counts_once_over_a_span;
            looks_of_days_about_nobody_keep_their_counts;
            days_are_to_be_closed_as_long_as_more_is_counted;
            pages_are_counted_under_other_paths;
        }
    };
    ($make:path => $($case:ident;)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let (store, _kept) = $make().await;
                let handle: std::sync::Arc<dyn $crate::DerivedStore> = store;
                $crate::conformance::derived::$case(std::sync::Arc::clone(&handle)).await;
                handle.close().await;
            }
        )+
    };
}

const FIRST: Date = date(2026, 11, 20);
const SECOND: Date = date(2026, 11, 21);
const THIRD: Date = date(2026, 11, 22);

fn step(from: u64, to: u64) -> Step {
    Step { from, to: Checkpoint { position: to, as_of: Some(START) } }
}

/// A change with one event for each of these people, of a role on a day.
fn change(day: Date, what: &'static str, people: &[&str]) -> RollupChange {
    let mut change = RollupChange::default();
    let roles = [Role::Login, Role::Start, Role::Complete];
    let role = roles.into_iter().find(|role| role.as_str() == what);
    for what in [RollupChange::ALL, what] {
        *change.days.entry((day, what)).or_default() += people.len() as u64;
    }
    for person in people {
        change.people.entry((day, (*person).to_owned())).or_default().count(role);
        let active_span = ActiveSpan { first: day, last: day, learned: None };
        let active_span = change.active_spans.entry((*person).to_owned()).or_insert(active_span);
        active_span.lived(day, what == "complete");
    }
    change
}

async fn both_days(store: &dyn DerivedStore) -> (Checkpoint, Activity) {
    let (checkpoint, mut spans) = store.activity(vec![FIRST..THIRD]).await.unwrap();
    (checkpoint, spans.remove(0))
}

pub async fn rows_and_place_move_together(store: Arc<dyn DerivedStore>) {
    assert_eq!(store.resume(Output::Rollups, "1").await, Ok(Checkpoint::default()));
    let bytes = store.bytes().await.unwrap();
    assert!(bytes > 0);
    store.add_rollups(step(0, 5), change(FIRST, "complete", &["ada", "ben"])).await.unwrap();
    store.add_rollups(step(5, 9), change(FIRST, "error", &["ada"])).await.unwrap();
    let checkpoint = Checkpoint { position: 9, as_of: Some(START) };
    assert_eq!(store.resume(Output::Rollups, "1").await, Ok(checkpoint));
    let (as_of, activity) = both_days(&*store).await;
    assert_eq!(as_of, checkpoint);
    let day = DayActivity { active_users: 2, events: 3, completions: 2, errors: 1, sessions: 0 };
    assert_eq!(activity, Activity { active_users: 2, days: [(FIRST, day)].into() });
}

pub async fn a_step_from_elsewhere_changes_nothing(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    store.add_rollups(step(0, 5), change(FIRST, "complete", &["ada"])).await.unwrap();
    let before = both_days(&*store).await;
    for wrong in [step(0, 5), step(4, 6), step(6, 7)] {
        let refused = store.add_rollups(wrong, change(SECOND, "error", &["ben"])).await;
        assert!(matches!(refused, Err(StoreError::Derived(_))), "{refused:?}");
    }
    assert_eq!(both_days(&*store).await, before);
}

pub async fn another_stamp_begins_anew(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    store.add_rollups(step(0, 5), change(FIRST, "complete", &["ada"])).await.unwrap();
    assert_eq!(store.resume(Output::Rollups, "2").await, Ok(Checkpoint::default()));
    assert_eq!(both_days(&*store).await, (Checkpoint::default(), Activity::default()));
    store.add_rollups(step(0, 1), change(FIRST, "complete", &["ada"])).await.unwrap();
    assert_eq!(store.resume(Output::Rollups, "2").await.unwrap().position, 1);
}

pub async fn what_is_cleared_begins_anew(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    store.add_rollups(step(0, 5), change(FIRST, "complete", &["ada"])).await.unwrap();
    store.clear(Output::Rollups).await.unwrap();
    assert_eq!(both_days(&*store).await, (Checkpoint::default(), Activity::default()));
    assert_eq!(store.resume(Output::Rollups, "1").await, Ok(Checkpoint::default()));
}

pub async fn people_are_counted_once_in_a_span(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    store.add_rollups(step(0, 5), change(FIRST, "view", &["ada", "ben", "ada"])).await.unwrap();
    store.add_rollups(step(5, 7), change(SECOND, "view", &["ada", "Ada"])).await.unwrap();
    store.add_rollups(step(7, 8), change(THIRD, "view", &["zed"])).await.unwrap();
    let spans = vec![FIRST..SECOND, SECOND..THIRD, FIRST..THIRD];
    let (_, spans) = store.activity(spans).await.unwrap();
    let active: Vec<u64> = spans.iter().map(|span| span.active_users).collect();
    assert_eq!(active, [2, 2, 3]);
    let by_day: Vec<_> = spans[2].days.iter().map(|(day, d)| (*day, d.active_users)).collect();
    assert_eq!(by_day, [(FIRST, 2), (SECOND, 2)]);
}

pub async fn sessions_are_kept_changed_and_removed(store: Arc<dyn DerivedStore>) {
    let session = |id: &str, ordinal, day| Session {
        session_id: id.to_owned(),
        ordinal,
        subject: Some("ada".to_owned()),
        started: START,
        day,
        last: START.plus_micros(5),
        ended: ordinal == 2,
        entry: (id == "v").then(|| SessionEntry { path: "/".to_owned(), at: START }),
        page_views: 3,
        actions: ordinal.into(),
        engaged_ms: 12_345,
    };
    let write = async |from, sessions: Vec<(&str, u32, Option<Session>)>| {
        let sessions = sessions.into_iter().map(|(id, ordinal, s)| ((id.to_owned(), ordinal), s));
        let change = RollupChange { sessions: sessions.collect(), ..RollupChange::default() };
        store.add_rollups(step(from, from + 1), change).await.unwrap();
    };
    store.resume(Output::Rollups, "1").await.unwrap();
    let (a, b, other) = (session("v", 1, FIRST), session("v", 2, SECOND), session("w", 1, FIRST));
    let all = [("v", 1, Some(a.clone())), ("v", 2, Some(b.clone())), ("w", 1, Some(other.clone()))];
    write(0, all.to_vec()).await;
    let read = async |ids: &[&str]| {
        store.sessions(ids.iter().map(|v| (*v).to_owned()).collect()).await.unwrap()
    };
    assert_eq!(read(&["v", "x"]).await, [a.clone(), b]);
    assert_eq!(read(&["w"]).await, std::slice::from_ref(&other));
    let by_day = |activity: Activity| -> Vec<u64> {
        [FIRST, SECOND].map(|day| activity.days.get(&day).map_or(0, |day| day.sessions)).to_vec()
    };
    assert_eq!(by_day(both_days(&*store).await.1), [2, 1]);

    let earlier = Session { day: FIRST, subject: None, ..a };
    write(1, vec![("v", 1, Some(earlier.clone())), ("v", 2, None)]).await;
    assert_eq!(read(&["v"]).await, [earlier]);
    assert_eq!(by_day(both_days(&*store).await.1), [2, 0]);
    store.clear(Output::Rollups).await.unwrap();
    assert_eq!(read(&["v", "w"]).await, []);
}

pub async fn a_span_without_days_has_nothing(store: Arc<dyn DerivedStore>) {
    // Before the first write, too.
    let nothing = (Checkpoint::default(), vec![Activity::default(); 2]);
    assert_eq!(store.activity(vec![FIRST..FIRST, FIRST..THIRD]).await, Ok(nothing));
}

async fn activity_summary(
    store: &dyn DerivedStore,
    span: Range<Date>,
    person: Option<&str>,
) -> ActivitySummary {
    let person = person.map(str::to_owned);
    store.activity_summary(vec![span], person).await.unwrap().1.remove(0)
}

pub async fn doings_are_each_person_s_in_the_span(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    assert_eq!(activity_summary(&*store, FIRST..THIRD, None).await, ActivitySummary::default());
    let mut at = 0;
    for (day, what, people) in [
        (FIRST, "start", vec!["ada", "ben"]),
        (SECOND, "complete", vec!["ada", "ada"]),
        (SECOND, "start", vec!["ada"]),
        (THIRD, "complete", vec!["ada", "zed"]),
    ] {
        let mut change = change(day, what, &people);
        if at == 0 {
            for (ordinal, subject) in [(1, Some("ada")), (2, Some("ada")), (3, None)] {
                let session = Session {
                    session_id: "v".to_owned(),
                    ordinal,
                    subject: subject.map(str::to_owned),
                    started: START,
                    day,
                    last: START.plus_micros(i64::from(ordinal) * 10),
                    ended: false,
                    entry: None,
                    page_views: 0,
                    actions: 1,
                    engaged_ms: 0,
                };
                change.sessions.insert(("v".to_owned(), ordinal), Some(session));
            }
        }
        store.add_rollups(step(at, at + 1), change).await.unwrap();
        at += 1;
    }
    let summary = activity_summary(&*store, FIRST..THIRD, None).await;
    assert!(!summary.logins_known);
    let nothing = |active_span| PersonActivity {
        active_span,
        last: None,
        streak: 0,
        logins: 0,
        started: 0,
        completed: 0,
        sessions: 0,
        session_micros: 0,
    };
    let ada = PersonActivity {
        last: Some(SECOND),
        streak: 2,
        started: 2,
        completed: 2,
        sessions: 2,
        session_micros: 30,
        ..nothing(ActiveSpan { first: FIRST, last: THIRD, learned: Some(THIRD) })
    };
    // Being active the day before keeps a streak.
    let ben = PersonActivity {
        last: Some(FIRST),
        streak: 1,
        started: 1,
        ..nothing(ActiveSpan { first: FIRST, last: FIRST, learned: None })
    };
    // Not active yet.
    let zed = nothing(ActiveSpan { first: THIRD, last: THIRD, learned: Some(THIRD) });
    let all = [("ada", ada), ("ben", ben), ("zed", zed)]
        .map(|(id, person_activity)| (id.to_owned(), person_activity));
    assert_eq!(summary.people, all.into());
    let alone = activity_summary(&*store, FIRST..THIRD, Some("ada")).await;
    assert_eq!(alone.people, [("ada".to_owned(), ada)].into());

    store.add_rollups(step(at, 9), change(FIRST, "login", &["ben"])).await.unwrap();
    // Nobody signed in within the span, but sign-ins are known.
    let last_day = activity_summary(&*store, THIRD..THIRD.saturating_add(1.day()), None).await;
    assert!(last_day.logins_known);
    // A streak may begin before the span; an interrupted one is 0.
    let streak = |id: &str| last_day.people[id].streak;
    assert_eq!((streak("ada"), streak("ben"), streak("zed")), (3, 0, 1));
    assert_eq!(last_day.people["ben"].last, Some(FIRST));
    assert_eq!(activity_summary(&*store, FIRST..SECOND, None).await.people["ben"].logins, 1);
    store.clear(Output::Rollups).await.unwrap();
    assert_eq!(activity_summary(&*store, FIRST..THIRD, None).await, ActivitySummary::default());
}

pub async fn who_was_away_and_came_back_is_known_for_any_span(store: Arc<dyn DerivedStore>) {
    store.resume(Output::Rollups, "1").await.unwrap();
    let day = |n: i64| FIRST.saturating_add(n.days());
    // Events come late, too.
    for (at, n) in (0..).zip([40, 0, 1, 3]) {
        let change = change(day(n), "view", &["ada"]);
        store.add_rollups(step(at, at + 1), change).await.unwrap();
    }
    for (from, to, last, streak) in [
        (-5, -1, None, 0),
        (2, 3, Some(1), 2),
        (3, 4, Some(3), 1),
        (5, 6, Some(3), 0),
        (10, 40, Some(3), 0),
        (10, 42, Some(40), 1),
        (50, 60, Some(40), 0),
    ] {
        let ada = activity_summary(&*store, day(from)..day(to), None).await.people["ada"];
        assert_eq!((ada.last, ada.streak), (last.map(day), streak), "{from}..{to}");
        assert_eq!(ada.active_span, ActiveSpan { first: day(0), last: day(40), learned: None });
    }
}
