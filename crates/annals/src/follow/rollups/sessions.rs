//! Sessions: events of one session id and one person without a long gap between them.
//!
//! A session id may be used for weeks, so a session is the id and an ordinal. The sessions of a set
//! of events are those of a walk along the clock ([`walk`]): an event without a person belongs to
//! whoever is in the session, a session without a person gets the first one who appears, and a
//! sign-out ends it.
//!
//! Events come in the journal's order, which is not that of their clocks, and the result must not
//! depend on it. A late event widens the session it belongs to, and joins two sessions if it closes
//! the gap between them. That is exact, unless the event could divide a session: a late sign-out, or
//! an event of another person. Then the sessions around it are [`unsure`](Sessions::unsure), and are
//! walked again from the journal's events.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use annals_event::{Time, Uuid};
use jiff::civil::Date;

use crate::store::{Session, SessionEntry};

/// Microseconds of the longest gap within a session: 30 minutes.
const GAP: i64 = 30 * 60 * 1_000_000;
/// Milliseconds on a page from which the visitor has not bounced: 10 seconds.
const BOUNCE_MS: u64 = 10_000;

/// The features of an event that decide its session.
pub(super) struct Sign<'a> {
    pub(super) session_id: &'a str,
    pub(super) person: Option<&'a str>,
    pub(super) at: Time,
    /// The event's id, which decides between events at the same time.
    pub(super) id: Uuid,
    /// The day on which it happened.
    pub(super) day: Date,
    /// `true` if the person signed out, which ends the session.
    pub(super) logout: bool,
    pub(super) did: Did<'a>,
}

/// The effect of an event on its session.
pub(super) enum Did<'a> {
    /// A page was viewed, with its path.
    Viewed(Option<Cow<'a, str>>),
    /// A page was left, after so many milliseconds.
    Left(u64),
    /// The visitor did something else.
    Acted,
    /// The visitor did nothing.
    Nothing,
}

/// The sessions of some session ids, as they were read and as they are now.
#[derive(Default)]
pub(super) struct Sessions {
    before: BTreeMap<(String, u32), Session>,
    /// The sessions by session id.
    now: BTreeMap<String, Vec<Session>>,
    /// The times of events that may divide a session, by session id.
    dividing: BTreeMap<String, Vec<Time>>,
}

/// The time from the first to the last event of some sessions of a session id. No other event of the
/// session id is within the longest gap of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Around {
    pub(super) session_id: String,
    pub(super) first: Time,
    pub(super) last: Time,
}

impl Sessions {
    pub(super) fn new(read: Vec<Session>) -> Sessions {
        let mut sessions = Sessions::default();
        for session in read {
            let chain = sessions.now.entry(session.session_id.clone()).or_default();
            chain.push(session.clone());
            sessions.before.insert((session.session_id.clone(), session.ordinal), session);
        }
        sessions
    }

    /// Adds an event to the session it belongs to, or starts a new session.
    pub(super) fn apply(&mut self, sign: &Sign<'_>) {
        if !self.now.contains_key(sign.session_id) {
            self.now.insert(sign.session_id.to_owned(), Vec::new());
        }
        let Some(chain) = self.now.get_mut(sign.session_id) else { return };
        chain.sort_by_key(|session| (session.started, session.ordinal));
        if may_divide(chain, sign) {
            self.dividing.entry(sign.session_id.to_owned()).or_default().push(sign.at);
        }
        let next = chain.partition_point(|session| session.started <= sign.at);
        let joined = if next > 0 && continues(&chain[next - 1], sign) {
            Some(next - 1)
        } else if chain.get(next).is_some_and(|session| is_preceded_by(session, sign)) {
            Some(next)
        } else {
            None
        };
        let Some(at) = joined else {
            let mut session = start(sign, chain.iter().map(|session| session.ordinal).max());
            count(&mut session, sign);
            chain.push(session);
            return;
        };
        widen(&mut chain[at], sign);
        count(&mut chain[at], sign);
        let touches = chain.get(at + 1).is_some_and(|later| touch(&chain[at], later));
        if touches {
            let later = chain.remove(at + 1);
            merge(&mut chain[at], later);
        }
    }

    /// Returns the times whose sessions depend on the order in which their events came. Walk the
    /// events in each again, and [`replace`](Sessions::replace) its sessions.
    pub(super) fn unsure(&self) -> Vec<Around> {
        let mut unsure: Vec<Around> = Vec::new();
        for (session_id, times) in &self.dividing {
            let Some(chain) = self.now.get(session_id) else { continue };
            for &at in times {
                let (mut first, mut last) = (at, at);
                let near = |session: &&Session, first: Time, last: Time| {
                    session.started.micros_since(last) <= GAP
                        && first.micros_since(session.last) <= GAP
                };
                loop {
                    let near = chain.iter().filter(|session| near(session, first, last));
                    let (a, b) = near.fold((first, last), |(a, b), session| {
                        (a.min(session.started), b.max(session.last))
                    });
                    if (a, b) == (first, last) {
                        break;
                    }
                    (first, last) = (a, b);
                }
                let around = Around { session_id: session_id.clone(), first, last };
                if !unsure.contains(&around) {
                    unsure.push(around);
                }
            }
        }
        unsure
    }

    /// Replaces the sessions around a time by those of its events, all of them. Nothing changes if
    /// the journal has fewer events by now: people were removed from the others.
    pub(super) fn replace(&mut self, around: &Around, signs: Vec<Sign<'_>>) {
        let Some(chain) = self.now.get_mut(&around.session_id) else { return };
        let (old, mut kept): (Vec<Session>, Vec<Session>) = std::mem::take(chain)
            .into_iter()
            .partition(|session| session.started >= around.first && session.last <= around.last);
        let mut walked = walk(signs);
        let done = |sessions: &[Session]| {
            let sums = sessions.iter().map(|one| (one.page_views, one.actions, one.engaged_ms));
            sums.fold((0, 0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2))
        };
        if done(&walked) != done(&old) {
            walked = old.clone();
        }
        // Ordinals are used again, and a new one is larger than all.
        let mut ordinals: Vec<u32> = old.iter().map(|session| session.ordinal).collect();
        ordinals.sort_unstable();
        let largest = old.iter().chain(&kept).map(|session| session.ordinal).max().unwrap_or(0);
        let ordinals = ordinals.into_iter().chain(largest + 1..);
        for (session, ordinal) in walked.iter_mut().zip(ordinals) {
            session.ordinal = ordinal;
        }
        kept.append(&mut walked);
        *chain = kept;
    }

    /// Returns the changed sessions, and `None` for those that no longer exist.
    pub(super) fn changes(&self) -> BTreeMap<(String, u32), Option<Session>> {
        let mut changes = BTreeMap::new();
        let mut gone: BTreeSet<_> = self.before.keys().cloned().collect();
        for session in self.now.values().flatten() {
            let key = (session.session_id.clone(), session.ordinal);
            gone.remove(&key);
            if self.before.get(&key) != Some(session) {
                changes.insert(key, Some(session.clone()));
            }
        }
        changes.extend(gone.into_iter().map(|key| (key, None)));
        changes
    }

    /// Returns the changes in the number of sessions by entry page, and of those that bounced.
    pub(super) fn entries(&self) -> BTreeMap<&SessionEntry, (i64, i64)> {
        let was = self.before.values().map(|session| (session, -1));
        let is = self.now.values().flatten().map(|session| (session, 1));
        let mut entries: BTreeMap<&SessionEntry, (i64, i64)> = BTreeMap::new();
        for (session, by) in was.chain(is) {
            let Some(entry) = &session.entry else { continue };
            let (entered, left) = entries.entry(entry).or_default();
            *entered += by;
            *left += if bounced(session) { by } else { 0 };
        }
        entries.retain(|_, changes| *changes != (0, 0));
        entries
    }

    /// Returns the sessions of each session id.
    pub(super) fn chains(self) -> impl Iterator<Item = (String, Vec<Session>)> {
        self.now.into_iter()
    }
}

/// Returns the sessions of a session id's events, by the definition.
fn walk(mut signs: Vec<Sign<'_>>) -> Vec<Session> {
    // At the same time a sign-out is the last, and before it come events without a person.
    signs.sort_by_key(|sign| (sign.at, sign.logout, sign.person.is_none(), sign.id));
    let mut sessions: Vec<Session> = Vec::new();
    for sign in &signs {
        match sessions.last_mut().filter(|session| continues(session, sign)) {
            Some(session) => {
                widen(session, sign);
                count(session, sign);
            }
            None => {
                let mut session = start(sign, sessions.last().map(|last| last.ordinal));
                count(&mut session, sign);
                sessions.push(session);
            }
        }
    }
    sessions
}

/// Returns `true` if an event could divide a session, or be in another one had it come earlier.
fn may_divide(chain: &[Session], sign: &Sign<'_>) -> bool {
    let near = |session: &&Session| {
        session.started.micros_since(sign.at) <= GAP && sign.at.micros_since(session.last) <= GAP
    };
    let later = |session: &Session| session.last > sign.at;
    let ties = chain.iter().any(|session| session.last == sign.at || session.started == sign.at);
    let near: Vec<&Session> = chain.iter().filter(near).collect();
    if sign.logout {
        return near.iter().any(|session| later(session) || ties);
    }
    // The latest event of all divides nothing.
    if !ties && !chain.iter().any(later) {
        return false;
    }
    let mut people = near.iter().filter_map(|session| session.subject.as_deref());
    let first = people.next();
    let several = people.any(|other| !same_person(first, Some(other)));
    several || !same_person(first, sign.person) || (ties && sign.person.is_none())
}

fn start(sign: &Sign<'_>, last_ordinal: Option<u32>) -> Session {
    Session {
        session_id: sign.session_id.to_owned(),
        ordinal: last_ordinal.map_or(1, |ordinal| ordinal + 1),
        subject: sign.person.map(str::to_owned),
        started: sign.at,
        day: sign.day,
        last: sign.at,
        ended: sign.logout,
        entry: None,
        page_views: 0,
        actions: 0,
        engaged_ms: 0,
    }
}

/// Counts the visitor's action.
fn count(session: &mut Session, sign: &Sign<'_>) {
    match &sign.did {
        Did::Viewed(path) => {
            session.page_views += 1;
            if let Some(path) = path {
                let earlier = |entry: &SessionEntry| (sign.at, &**path) < (entry.at, &*entry.path);
                if session.entry.as_ref().is_none_or(earlier) {
                    session.entry =
                        Some(SessionEntry { path: path.clone().into_owned(), at: sign.at });
                }
            }
        }
        Did::Left(engaged_ms) => session.engaged_ms += engaged_ms,
        Did::Acted => session.actions += 1,
        Did::Nothing => {}
    }
}

/// Returns `true` if a session left from its entry page at once.
fn bounced(session: &Session) -> bool {
    session.page_views < 2 && session.actions == 0 && session.engaged_ms < BOUNCE_MS
}

fn same_person(one: Option<&str>, other: Option<&str>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

/// Returns `true` if an event continues a session that began before it.
fn continues(session: &Session, sign: &Sign<'_>) -> bool {
    let longest = if session.ended { 0 } else { GAP };
    same_person(session.subject.as_deref(), sign.person)
        && sign.at.micros_since(session.last) <= longest
}

/// Returns `true` if a session that began after an event continues it.
fn is_preceded_by(session: &Session, sign: &Sign<'_>) -> bool {
    same_person(session.subject.as_deref(), sign.person)
        && !sign.logout
        && session.started.micros_since(sign.at) <= GAP
}

fn widen(session: &mut Session, sign: &Sign<'_>) {
    if sign.at < session.started {
        (session.started, session.day) = (sign.at, sign.day);
    }
    // A late sign-out, before other actions of the person, ended nothing.
    session.ended |= sign.logout && sign.at >= session.last;
    session.last = session.last.max(sign.at);
    if session.subject.is_none() {
        session.subject = sign.person.map(str::to_owned);
    }
}

/// Returns `true` if there is no gap between two sessions.
fn touch(earlier: &Session, later: &Session) -> bool {
    same_person(earlier.subject.as_deref(), later.subject.as_deref())
        && !earlier.ended
        && later.started.micros_since(earlier.last) <= GAP
}

fn merge(earlier: &mut Session, later: Session) {
    earlier.ordinal = earlier.ordinal.min(later.ordinal);
    earlier.ended = if later.last >= earlier.last { later.ended } else { earlier.ended };
    earlier.last = earlier.last.max(later.last);
    earlier.subject = earlier.subject.take().or(later.subject);
    let entries = [earlier.entry.take(), later.entry];
    let earliest = |one: &SessionEntry, other: &SessionEntry| {
        (one.at, &one.path).cmp(&(other.at, &other.path))
    };
    earlier.entry = entries.into_iter().flatten().min_by(earliest);
    earlier.page_views += later.page_views;
    earlier.actions += later.actions;
    earlier.engaged_ms += later.engaged_ms;
}

#[cfg(test)]
mod tests;
