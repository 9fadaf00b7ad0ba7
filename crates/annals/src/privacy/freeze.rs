//! The freezing of days: their counts are saved in the journal before their events are anonymised.
//!
//! ```text
//! derived ── days with more counts than the journal ──► paths without people ──► Store::freeze_day
//!                                                     (in derived, too)          └► derived's copy
//! events are anonymised or deleted ──► derived forgets the people of those days
//! ```
//!
//! Counts are only ever raised, so freezing again, after a crash or on another server, changes
//! nothing.

use annals_event::Time;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Anonymiser;
use crate::store::{
    DerivedStore, FrozenCount, FrozenDay, Result, Store, Visitor, sync_frozen_days,
};

/// Number of pages written at once: others wait for the writer.
const PAGES: usize = 200;

/// Freezes the days up to this one where the journal has smaller counts, and the scores that are
/// computed from any of these days.
///
/// # Errors
/// One of the stores fails. Days frozen until then stay frozen.
pub async fn freeze_days(
    store: &dyn Store,
    derived: &dyn DerivedStore,
    through: Date,
    window: i32,
    now: Time,
) -> Result<()> {
    // Another server may have frozen some.
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
            day_to_freeze.counts.retain(|what, _| matches!(what, FrozenCount::Score(_)));
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

/// Drops the activity of people before a frozen day, and saves that it did.
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
    let finalised = FrozenDay::finalised(last);
    store.freeze_day(finalised.clone()).await?;
    derived.keep_frozen(vec![finalised]).await?;
    derived.age_rollups(before).await
}

/// Splits off a part of a day with few enough pages; the rest has only pages.
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
    fn a_day_of_many_pages_is_frozen_in_parts_that_add_up() {
        let day = jiff::civil::date(2026, 3, 1);
        for pages in [0, 1, PAGES, PAGES + 1, 3 * PAGES + 7] {
            let mut day_counts = FrozenDay::new(day);
            day_counts.counts.insert(FrozenCount::People, 7);
            day_counts
                .pages
                .extend((0..pages).map(|page| (format!("/{page}"), PageDay::default())));
            let (mut rest, mut put_together) = (day_counts.clone(), FrozenDay::new(day));
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
            assert_eq!((put_together, parts), (day_counts, pages.div_ceil(PAGES).max(1)));
        }
    }
}
