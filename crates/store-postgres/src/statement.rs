//! Statements within a transaction.

use deadpool_postgres::Transaction;
use tokio_postgres::types::ToSql;

use super::error::failed;
use annals_store::Result;

/// Runs a statement that is prepared once for each connection.
pub(super) async fn run(
    transaction: &Transaction<'_>,
    sql: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<u64> {
    let statement = transaction.prepare_cached(sql).await.map_err(failed)?;
    transaction.execute(&statement, parameters).await.map_err(failed)
}
