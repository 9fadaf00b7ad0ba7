//! Sessions: events of one visit with no long gap between them, by one person.
//!
//! A visit's id may live for weeks, so a session is the id and an ordinal. Events come in the
//! journal's order, which is not that of their clocks: a late one widens the session it belongs
//! to, and two between which it closes the gap become one.
//!
//! An event that says nothing of a person belongs to whoever is there; a session of nobody known
//! becomes the session of the first who is.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use annals_event::Time;
use jiff::civil::Date;

use crate::store::{Session, SessionEntry};

/// The longest gap within a session: 30 minutes, in microseconds.
const GAP: i64 = 30 * 60 * 1_000_000;
/// Whoever looked at a page for so long has not left at once: 10 seconds, in milliseconds.
const BOUNCE_MS: u64 = 10_000;

/// What an event says about the session it is in.
pub(super) struct Sign<'a> {
    pub(super) session_id: &'a str,
    pub(super) person: Option<&'a str>,
    pub(super) at: Time,
    /// The day it falls on.
    pub(super) day: Date,
    /// Whether the person signed out by it, which ends the session.
    pub(super) logout: bool,
    pub(super) did: Did<'a>,
}

/// What an event is to its session.
pub(super) enum Did<'a> {
    /// A page was looked at, and which.
    Viewed(Option<Cow<'a, str>>),
    /// A page was left, after so many milliseconds of looking at it.
    Left(u64),
    /// The visitor did something else.
    Acted,
    /// The visitor did nothing.
    Nothing,
}

/// The sessions of some visits, as they were read and as they become.
#[derive(Default)]
pub(super) struct Sessions {
    before: BTreeMap<(String, u32), Session>,
    /// By the visit's id.
    now: BTreeMap<String, Vec<Session>>,
}

impl Sessions {
    pub(super) fn new(read: Vec<Session>) -> Sessions {
        let mut sessions = Sessions::default();
        for session in read {
            let visit = sessions.now.entry(session.session_id.clone()).or_default();
            visit.push(session.clone());
            sessions.before.insert((session.session_id.clone(), session.ordinal), session);
        }
        sessions
    }

    /// Takes an event into the session it belongs to, or begins one with it.
    pub(super) fn apply(&mut self, sign: &Sign<'_>) {
        if !self.now.contains_key(sign.session_id) {
            self.now.insert(sign.session_id.to_owned(), Vec::new());
        }
        let Some(visit) = self.now.get_mut(sign.session_id) else { return };
        visit.sort_by_key(|session| (session.started, session.ordinal));
        let next = visit.partition_point(|session| session.started <= sign.at);
        let joined = if next > 0 && goes_on(&visit[next - 1], sign) {
            Some(next - 1)
        } else if visit.get(next).is_some_and(|session| leads_to(session, sign)) {
            Some(next)
        } else {
            None
        };
        let Some(at) = joined else {
            let mut session = begun(sign, visit.iter().map(|session| session.ordinal).max());
            count(&mut session, sign);
            visit.push(session);
            return;
        };
        widen(&mut visit[at], sign);
        count(&mut visit[at], sign);
        let meets = visit.get(at + 1).is_some_and(|later| meet(&visit[at], later));
        if meets {
            let later = visit.remove(at + 1);
            merge(&mut visit[at], later);
        }
    }

    /// What is to be written: sessions as they are now, and `None` for those that are no more.
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

    /// How many sessions more, or fewer, entered by a page then, and how many of these left at once.
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

    /// Every visit's sessions, as they are once that is written.
    pub(super) fn visits(self) -> impl Iterator<Item = (String, Vec<Session>)> {
        self.now.into_iter()
    }
}

fn begun(sign: &Sign<'_>, last_ordinal: Option<u32>) -> Session {
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

/// Counts what the visitor did.
fn count(session: &mut Session, sign: &Sign<'_>) {
    match &sign.did {
        Did::Viewed(path) => {
            session.page_views += 1;
            let earlier = session.entry.as_ref().is_none_or(|entry| sign.at < entry.at);
            if let Some(path) = path.as_ref().filter(|_| earlier) {
                session.entry = Some(SessionEntry { path: path.clone().into_owned(), at: sign.at });
            }
        }
        Did::Left(engaged_ms) => session.engaged_ms += engaged_ms,
        Did::Acted => session.actions += 1,
        Did::Nothing => {}
    }
}

/// Whether a session left where it entered, at once.
fn bounced(session: &Session) -> bool {
    session.page_views < 2 && session.actions == 0 && session.engaged_ms < BOUNCE_MS
}

fn same_person(one: Option<&str>, other: Option<&str>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

/// Whether an event goes on with a session that began before it.
fn goes_on(session: &Session, sign: &Sign<'_>) -> bool {
    let longest = if session.ended { 0 } else { GAP };
    same_person(session.subject.as_deref(), sign.person)
        && sign.at.micros_since(session.last) <= longest
}

/// Whether a session that began after an event goes on with it.
fn leads_to(session: &Session, sign: &Sign<'_>) -> bool {
    same_person(session.subject.as_deref(), sign.person)
        && !sign.logout
        && session.started.micros_since(sign.at) <= GAP
}

fn widen(session: &mut Session, sign: &Sign<'_>) {
    if sign.at < session.started {
        (session.started, session.day) = (sign.at, sign.day);
    }
    // A sign-out that comes late, behind what the person did since, ended nothing.
    session.ended |= sign.logout && sign.at >= session.last;
    session.last = session.last.max(sign.at);
    if session.subject.is_none() {
        session.subject = sign.person.map(str::to_owned);
    }
}

/// Whether no gap is left between two sessions.
fn meet(earlier: &Session, later: &Session) -> bool {
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
    earlier.entry = entries.into_iter().flatten().min_by_key(|entry| entry.at);
    earlier.page_views += later.page_views;
    earlier.actions += later.actions;
    earlier.engaged_ms += later.engaged_ms;
}

#[cfg(test)]
mod tests;
