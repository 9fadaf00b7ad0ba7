//! A check that each balance of a child begins where the one before it ended.

use std::collections::HashMap;

use super::{Converted, in_order};
use crate::cli::import::summary::Summary;

/// Warns of every break. The old application may have lost an event, or two may have the same
/// time; the rows are imported all the same.
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
