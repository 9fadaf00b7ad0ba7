//! Events on pages: views, time on the page, and exits.

use std::borrow::Cow;

use annals_event::Event;
use jiff::civil::Date;

use super::sessions::Did;
use crate::catalog::Role;
use crate::config::Pages;
use crate::store::{RollupChange, Visitor};

/// Milliseconds that a page left open counts for at most: 30 minutes.
const LONGEST_MS: u64 = 30 * 60 * 1_000;

/// Counts an event that opened or left a page. Events without a path are ignored.
pub(super) fn count(
    change: &mut RollupChange,
    event: &Event,
    day: Date,
    role: Option<Role>,
    pages: &Pages,
) {
    if !matches!(role, Some(Role::PageView | Role::PageExit)) {
        return;
    }
    let Some(path) = path(event, pages) else { return };
    let path = path.into_owned();
    if role == Some(Role::PageView) {
        let person = event.subject.as_ref().map(|subject| Visitor::Person(subject.id.clone()));
        let session = || event.session_id.clone().map(Visitor::Session);
        if let Some(visitor) = person.or_else(session) {
            change.visitors.insert((path.clone(), day, visitor));
        }
    }
    let page = change.pages.entry((path, day)).or_default();
    if role == Some(Role::PageView) {
        page.views += 1;
        if let Some(load_ms) = event.page.as_ref().and_then(|page| page.load_ms) {
            page.load.record(load_ms);
        }
    } else if let Some(engaged_ms) = engaged_ms(event) {
        page.engaged.record(engaged_ms);
    }
}

/// Returns the effect of an event on its session. Errors of the application and acts of Annals
/// itself are not actions of the visitor.
pub(super) fn did<'a>(
    event: &'a Event,
    role: Option<Role>,
    own: bool,
    pages: &'a Pages,
) -> Did<'a> {
    match role {
        Some(Role::PageView) => Did::Viewed(path(event, pages)),
        Some(Role::PageExit) => Did::Left(engaged_ms(event).unwrap_or(0)),
        Some(Role::Error) => Did::Nothing,
        _ if own => Did::Nothing,
        _ => Did::Acted,
    }
}

fn path<'a>(event: &'a Event, pages: &'a Pages) -> Option<Cow<'a, str>> {
    Some(pages.page_of(event.page.as_ref()?.path.as_deref()?))
}

fn engaged_ms(event: &Event) -> Option<u64> {
    event.page.as_ref()?.engaged_ms.map(|engaged_ms| engaged_ms.min(LONGEST_MS))
}
