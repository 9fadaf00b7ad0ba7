//! Pages of points events by offset: a walk along one index, at any depth.

use annals_event::Event;
use deadpool_postgres::Object;
use tokio_postgres::IsolationLevel;

use super::error::failed;
use super::numbers::whole;
use super::parameters::typed;
use super::rows;
use annals_store::predicate::Predicate;
use annals_store::{Result, TrackingQuery};

/// A page, newest first, and the total number of matches, at one moment.
pub(super) async fn page(client: &mut Object, query: &TrackingQuery) -> Result<(u64, Vec<Event>)> {
    let Predicate { sql: conditions, parameters } = query.predicate(|n| format!("${n}"));
    let parameters = typed(&parameters);

    let snapshot = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await
        .map_err(failed)?;
    let sql = format!("SELECT count(*) FROM annals_ledger WHERE {conditions}");
    let found = snapshot.query_typed(&sql, &parameters).await.map_err(failed)?;
    let total = found.first().map_or(Ok(0), |row| whole(row, 0))?;
    let sql = format!(
        "SELECT seq FROM annals_ledger WHERE {conditions} ORDER BY seq DESC LIMIT {} OFFSET {}",
        query.limit, query.offset
    );
    let found = snapshot.query_typed(&sql, &parameters).await.map_err(failed)?;
    let positions = found.iter().map(|row| row.try_get(0).map_err(failed));
    let events = rows::at(&*snapshot, &positions.collect::<Result<Vec<i64>>>()?).await?;
    snapshot.commit().await.map_err(failed)?;
    Ok((total, events))
}
