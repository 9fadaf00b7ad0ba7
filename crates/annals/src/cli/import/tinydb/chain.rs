//! Does each balance of a child begin where the one before it ended?

use std::collections::HashMap;

use super::{Converted, in_order};
use crate::cli::import::run::Summary;

/// Warns of every break. The old application may have lost an event, or two may share a moment:
/// no reason not to take in what it kept.
pub(super) fn check(rows: &[Converted], summary: &mut Summary) {
    let mut last: HashMap<&str, &Converted> = HashMap::new();
    for row in in_order(rows) {
        if let Some(before) = last.insert(&row.child, row)
            && before.points.after != row.points.before
        {
            summary.warn(format!(
                "{}: `{}` has {} points before it, but {} after {}",
                row.place, row.child, row.points.before, before.points.after, before.place
            ));
        }
    }
}
