//! The limit on the number of entries in the audit record.

use std::ops::Range;

use crate::catalog::Catalog;
use crate::filter::{Field, Filter, Term};
use crate::store::{Result, Scope, Store};

/// Returns the last position whose audit event is beyond the newest `most`; 0 if there is none.
pub(super) async fn audit_through(
    store: &dyn Store,
    catalog: &Catalog,
    most: i64,
    head: u64,
) -> Result<u64> {
    let Some(most) = u64::try_from(most).ok().filter(|most| *most > 0) else {
        return Ok(0);
    };
    let filters = filters(catalog);
    if counted(store, &filters, 1..head + 1).await? <= most {
        return Ok(0);
    }
    // After `through` there are at most `most` events, and after the position before it more.
    let (mut more, mut through) = (0, head);
    while through - more > 1 {
        let middle = more + (through - more) / 2;
        if counted(store, &filters, middle + 1..head + 1).await? <= most {
            through = middle;
        } else {
            more = middle;
        }
    }
    Ok(through)
}

async fn counted(store: &dyn Store, filters: &[Filter], range: Range<u64>) -> Result<u64> {
    let mut total = 0;
    for filter in filters {
        let scoped = Scope::everything().over(filter.clone());
        total += store.counts(scoped, range.clone()).await?.total;
    }
    Ok(total)
}

/// Returns filters that together find each event of the audit record once.
fn filters(catalog: &Catalog) -> Vec<Filter> {
    let term = |field, values, negated| Term { field, values, negated };
    let of = |category: &str, audit: bool| -> Vec<String> {
        let entries = catalog.entries().filter(|entry| entry.category == category);
        let entries = entries.filter(|entry| entry.class.is_limited_by_count() == audit);
        entries.map(|entry| entry.action.clone()).collect()
    };
    catalog
        .categories()
        .filter_map(|(category, class)| {
            let is_audit = class.is_limited_by_count();
            let exceptions = of(category, !is_audit);
            if exceptions.is_empty() && !is_audit {
                return None;
            }
            let mut terms = vec![term(Field::Category, vec![category.to_owned()], false)];
            if !exceptions.is_empty() {
                terms.push(term(Field::Action, exceptions, is_audit));
            }
            Some(Filter { terms, ..Filter::default() })
        })
        .collect()
}
