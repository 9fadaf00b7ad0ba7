//! Positions and counts in the database's type.

use super::error::failed;
use annals_store::{Result, StoreError};

/// A position in the database's type. Positions stay far below 2⁶³: at a million events a second,
/// for 292,000 years.
pub(super) fn bound(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// A number that is never negative.
pub(super) fn whole(row: &tokio_postgres::Row, index: usize) -> Result<u64> {
    let number: i64 = row.try_get(index).map_err(failed)?;
    u64::try_from(number).map_err(|_| StoreError::Damaged(format!("{number} is no position")))
}
