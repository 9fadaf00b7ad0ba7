//! Refusal of poolers that give each transaction another session, such as PgBouncer in transaction mode.

use tokio_postgres::{Client, SimpleQueryMessage};

use annals_store::{Result, StoreError};

use super::error::failed;

const SET: &str = "SELECT set_config('annals.session', gen_random_uuid()::text, false)";
const READ: &str = "SELECT current_setting('annals.session', true)";

/// Refuses a database behind a pooler that does not keep sessions, which two connections show.
///
/// ```text
/// first   SET ─┐  over: a pooler takes the session back
/// second       └─► BEGIN … is given the same session, and sees what the first has set
/// first   reads: the second still has its session, so that it is given another one
/// ```
///
/// A session of one's own passes both tests, so that nobody is refused wrongly.
pub(super) async fn refuse_lost_sessions(first: &Client, second: &Client) -> Result<()> {
    let mine = value(first, SET).await?;
    second.batch_execute("BEGIN").await.map_err(failed)?;
    let seen = value(second, READ).await?;
    let kept = value(first, READ).await?;
    if seen == mine || kept != mine {
        return Err(StoreError::NotAJournal(
            "a pooler stands before PostgreSQL and gives each transaction another session, as PgBouncer does in \
             transaction mode; Annals needs sessions of its own: connect to PostgreSQL itself, or set \
             `pool_mode = session` (docs/postgres.md)"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Asks for one value, in one message: a prepared statement would need a session.
async fn value(client: &Client, sql: &str) -> Result<Option<String>> {
    let answers = client.simple_query(sql).await.map_err(failed)?;
    Ok(answers.iter().find_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}
