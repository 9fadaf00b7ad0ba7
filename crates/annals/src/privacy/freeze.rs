//! Closing days: what was counted of them goes into the journal before their events lose their people.
//!
//! ```text
//! derived ── days of which the journal knows less ──► paths without people ──► Store::freeze_day
//!                                                     (in derived, too)          └► derived's copy
//! events lose their people, or go ──► what derived knows of people goes
//! ```
//!
//! Counts are only ever raised, so whoever does it again, after a crash or on another server, changes
//! nothing.

use annals_event::Time;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Anonymiser;
use crate::store::{DerivedStore, FrozenDay, Result, Store, Visitor, sync_frozen_days};

/// Pages written at once: others wait for the writer.
const PAGES: usize = 200;

/// Closes the days up to this one, as they are counted now, where the journal knows less of them; and
/// scores that rest on one of them, being made of so many days each.
///
/// # Errors
/// One of the stores fails. What is closed until then stays closed.
pub async fn freeze_days(
    store: &dyn Store,
    derived: &dyn DerivedStore,
    through: Date,
    window: i32,
    now: Time,
) -> Result<()> {
    // Others may have closed some.
    sync_frozen_days(store, derived).await?;
    let scores = through.saturating_add((window - 1).days());
    let days = derived.days_to_freeze(through, scores).await?;
    if days.is_empty() {
        return Ok(());
    }
    let anonymiser = Anonymiser::load(store, now).await?;
    for day in days {
        if day > through {
            let mut day_to_freeze = derived.day_to_freeze(day).await?;
            day_to_freeze.counts.retain(|what, _| what.starts_with(FrozenDay::SCORE));
            day_to_freeze.pages.clear();
            store.freeze_day(day_to_freeze.clone()).await?;
            derived.keep_frozen(vec![day_to_freeze]).await?;
            continue;
        }
        let named = derived.looks(day).await?.into_iter().filter_map(|(path, visitors)| {
            let ids = visitors.iter().map(|(Visitor::Person(id) | Visitor::Session(id))| id);
            let clean = anonymiser.path(&path, ids);
            (clean != path).then_some((path, clean))
        });
        let named: Vec<(String, String)> = named.collect();
        if !named.is_empty() {
            derived.rename_pages(day, named).await?;
        }
        let mut rest = derived.day_to_freeze(day).await?;
        loop {
            let part = next_part(&mut rest);
            store.freeze_day(part.clone()).await?;
            derived.keep_frozen(vec![part]).await?;
            if rest.pages.is_empty() {
                break;
            }
        }
    }
    Ok(())
}

/// Lets go of what people did before a day, once that is closed, and keeps in mind that it did.
///
/// # Errors
/// One of the stores fails.
pub async fn age_rollups(
    store: &dyn Store,
    derived: &dyn DerivedStore,
    before: Date,
    window: i32,
    now: Time,
) -> Result<()> {
    let Ok(last) = before.yesterday() else { return Ok(()) };
    freeze_days(store, derived, last, window, now).await?;
    let mut over = FrozenDay::new(last);
    over.counts.insert(FrozenDay::OVER.to_owned(), 1);
    store.freeze_day(over.clone()).await?;
    derived.keep_frozen(vec![over]).await?;
    derived.age_rollups(before).await
}

/// A part of a day with not too many pages; what is left are pages alone.
fn next_part(rest: &mut FrozenDay) -> FrozenDay {
    let counts = std::mem::take(&mut rest.counts);
    let later = rest.pages.keys().nth(PAGES).cloned();
    let later = later.map(|path| rest.pages.split_off(&path)).unwrap_or_default();
    let pages = std::mem::replace(&mut rest.pages, later);
    FrozenDay { day: rest.day, counts, pages }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::PageDay;

    #[test]
    fn a_day_of_many_pages_is_closed_in_parts_that_are_the_whole() {
        let day = jiff::civil::date(2026, 3, 1);
        for pages in [0, 1, PAGES, PAGES + 1, 3 * PAGES + 7] {
            let mut whole = FrozenDay::new(day);
            whole.counts.insert("all".to_owned(), 7);
            whole.pages.extend((0..pages).map(|page| (format!("/{page}"), PageDay::default())));
            let (mut rest, mut put_together) = (whole.clone(), FrozenDay::new(day));
            let mut parts = 0;
            loop {
                let part = next_part(&mut rest);
                assert!(part.pages.len() <= PAGES);
                put_together.raise(&part);
                parts += 1;
                if rest.pages.is_empty() {
                    break;
                }
            }
            assert_eq!((put_together, parts), (whole, pages.div_ceil(PAGES).max(1)));
        }
    }
}
