//! The limit on the number of entries in the audit record.

use std::ops::Range;

use annals_event::Class;

use crate::filter::{Field, Filter, Term};
use crate::store::{Result, Scope, Store};

/// Returns the last position whose audit event is beyond the newest `most`; 0 if there is none.
pub(super) async fn audit_through(store: &dyn Store, most: i64, head: u64) -> Result<u64> {
    let Some(most) = u64::try_from(most).ok().filter(|most| *most > 0) else {
        return Ok(0);
    };
    if counted(store, 1..head + 1).await? <= most {
        return Ok(0);
    }
    // After `through` there are at most `most` events, and after the position before it more.
    let (mut more, mut through) = (0, head);
    while through - more > 1 {
        let middle = more + (through - more) / 2;
        if counted(store, middle + 1..head + 1).await? <= most {
            through = middle;
        } else {
            more = middle;
        }
    }
    Ok(through)
}

/// Counts the events of the audit record in a range.
async fn counted(store: &dyn Store, range: Range<u64>) -> Result<u64> {
    let classes = Class::ALL.iter().filter(|class| class.is_limited_by_count());
    let values = classes.map(|class| class.as_str().to_owned()).collect();
    let terms = vec![Term { field: Field::Class, values, negated: false }];
    let filter = Filter { terms, ..Filter::default() };
    Ok(store.counts(Scope::everything().over(filter), range).await?.total)
}
