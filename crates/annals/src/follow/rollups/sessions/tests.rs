//! Tests of sessions against a simple model that walks along the clock.

use jiff::civil::date;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const MINUTE: i64 = 60 * 1_000_000;

/// The minute, the person, and whether they signed out.
type Plain = (i64, Option<&'static str>, bool);

fn sign(&(minute, person, logout): &Plain) -> Sign<'static> {
    let (at, day) = (Time::from_micros(minute * MINUTE), date(2026, 11, 21));
    // At the same time, Ada's events come before Ben's.
    let id = Uuid::from_u128(u128::from(person == Some("ben")));
    Sign { session_id: "v", person, at, id, day, logout, did: Did::Acted }
}

/// Processes events in slices of this many, written and read again in between.
fn sessions(events: &[Plain], slice: usize) -> Vec<Session> {
    let mut stored = BTreeMap::new();
    let mut came = 0;
    for slice in events.chunks(slice) {
        let mut sessions = Sessions::new(stored.values().cloned().collect());
        for event in slice {
            sessions.apply(&sign(event));
        }
        came += slice.len();
        for around in sessions.unsure() {
            let within = |sign: &Sign<'_>| (around.first..=around.last).contains(&sign.at);
            sessions.replace(&around, events[..came].iter().map(sign).filter(within).collect());
        }
        for (key, session) in sessions.changes() {
            match session {
                Some(session) => stored.insert(key, session),
                None => stored.remove(&key),
            };
        }
    }
    let mut sessions: Vec<Session> = stored.into_values().collect();
    sessions.sort_by_key(|session| (session.started, session.ordinal));
    sessions
}

/// First and last minute, and the person.
type Span = (i64, i64, Option<String>);

fn spans(sessions: &[Session]) -> Vec<Span> {
    let minute = |time: Time| time.as_micros() / MINUTE;
    sessions.iter().map(|s| (minute(s.started), minute(s.last), s.subject.clone())).collect()
}

/// Computes sessions by the definition, for events that come in the order they happened.
fn model(events: &[Plain]) -> Vec<Span> {
    let mut sessions: Vec<Span> = Vec::new();
    let mut ended = false;
    for &(at, person, logout) in events {
        match sessions.last_mut() {
            Some((_, last, whose))
                if at - *last <= if ended { 0 } else { 30 }
                    && (person.is_none() || whose.is_none() || whose.as_deref() == person) =>
            {
                *last = at;
                *whose = whose.take().or(person.map(str::to_owned));
                ended |= logout;
            }
            _ => {
                sessions.push((at, at, person.map(str::to_owned)));
                ended = logout;
            }
        }
    }
    sessions
}

proptest! {
    #[test]
    fn in_order_they_are_what_the_definition_says(
        mut events in vec(
            (0_i64..600, select(vec![None, Some("ada"), Some("ben")]), prop::bool::weighted(0.1)),
            0..40,
        ),
        slice in 1_usize..10,
    ) {
        events.sort_by_key(|&(at, person, logout)| (at, logout, person.is_none(), person));
        prop_assert_eq!(spans(&sessions(&events, slice)), model(&events));
    }

    #[test]
    fn the_order_they_come_in_does_not_matter(
        (events, came) in vec(
            (0_i64..200, select(vec![None, Some("ada"), Some("ben")]), prop::bool::weighted(0.2)),
            0..25,
        ).prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
        slice in 1_usize..10,
    ) {
        let mut events = events;
        events.sort_by_key(|&(at, person, logout)| (at, logout, person.is_none(), person));
        prop_assert_eq!(spans(&sessions(&came, slice)), model(&events));
    }
}

#[test]
fn a_session_s_day_is_that_of_its_first_event() {
    let mut sessions = Sessions::default();
    let late = Sign { day: date(2026, 11, 20), ..sign(&(-5, None, false)) };
    for sign in [sign(&(5, Some("ada"), false)), late] {
        sessions.apply(&sign);
    }
    let changes = sessions.changes();
    let session = changes[&("v".to_owned(), 1)].as_ref().unwrap();
    assert_eq!((session.day, session.subject.as_deref()), (date(2026, 11, 20), Some("ada")));
}

#[test]
fn two_that_a_late_event_joins_keep_the_first_one_s_ordinal() {
    let apart = [(0, Some("ada"), false), (50, Some("ada"), false)];
    assert_eq!(spans(&sessions(&apart, 1)).len(), 2);
    let joined = sessions(&[apart[0], apart[1], (25, None, false)], 1);
    let [session] = &joined[..] else { panic!("{joined:?}") };
    assert_eq!((session.ordinal, spans(&joined)[0].1), (1, 50));
}
