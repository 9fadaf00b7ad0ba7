//! Reads for a person: with a role that sees nothing by itself, and a viewer that the server signs
//! for this transaction only.
//!
//! ```text
//! BEGIN ─► backend, moment ─► HMAC(role ‖ person ‖ backend ‖ moment) ─► SET LOCAL ROLE annals_reader
//!                                                                       └─► the policies check it
//! ```

use annals_event::{Event, Uuid};
use deadpool_postgres::Object;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::error::failed;
use super::parameters::Typed;
use super::rows;
use annals_event::hex;
use annals_store::{Result, Scope};

/// The key that signs viewers.
#[derive(Clone)]
pub(super) struct ViewerKey {
    inner: [u8; 64],
}

impl ViewerKey {
    /// The key in the database's form, XORed for the two hashes of an HMAC.
    pub(super) fn pads(key: &[u8; 32]) -> ([u8; 64], [u8; 64]) {
        let pad = |with: u8| std::array::from_fn(|at| key.get(at).copied().unwrap_or(0) ^ with);
        (pad(0x36), pad(0x5c))
    }

    /// The key made from the pad of the inner hash.
    pub(super) fn of(inner: [u8; 64]) -> ViewerKey {
        ViewerKey { inner }
    }

    /// The claim that the database accepts as a viewer: `role.person.mac`.
    pub(super) fn claim(&self, role: &str, person: &str, backend: i32, moment: i64) -> String {
        let person = hex(person.as_bytes());
        let key = self.inner.map(|byte| byte ^ 0x36);
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
        mac.update(format!("{role}.{person}.{backend}.{moment}").as_bytes());
        format!("{role}.{person}.{}", hex(&mac.finalize().into_bytes()))
    }
}

/// Runs a query as a person. The answer holds only what they may see, whatever the query.
pub(super) async fn query_as(
    client: &mut Object,
    key: &ViewerKey,
    person: &str,
    sql: &str,
    parameters: &[Typed<'_>],
) -> Result<Vec<Row>> {
    // Dropping it rolls back, so that no connection keeps a role or a viewer.
    let transaction = client.build_transaction().read_only(true).start().await.map_err(failed)?;
    let said = "SELECT pg_backend_pid(),
                floor(extract(epoch FROM transaction_timestamp()) * 1000000)::bigint";
    let row = transaction.query_one(said, &[]).await.map_err(failed)?;
    let claim = key.claim("user", person, row.get(0), row.get(1));
    // Hexadecimal digits and dots cannot end the quotes.
    let become_reader =
        format!("SET LOCAL annals.viewer = '{claim}'; SET LOCAL ROLE annals_reader");
    transaction.batch_execute(&become_reader).await.map_err(failed)?;
    let rows = transaction.query_typed(sql, parameters).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(rows)
}

/// The event with an id, if the viewer may see it.
pub(super) async fn find(
    client: &mut Object,
    key: &ViewerKey,
    id: Uuid,
    scope: &Scope,
) -> Result<Option<Event>> {
    let Some(seq) = position_of(client, id).await? else {
        return Ok(None);
    };
    let sql = format!("SELECT {} FROM annals_events e WHERE e.seq = $1", rows::COLUMNS);
    let parameters: [Typed<'_>; 1] = [(&seq, Type::INT8)];
    let found = match scope.person_id() {
        Some(person) => query_as(client, key, person, &sql, &parameters).await?,
        None => client.query_typed(&sql, &parameters).await.map_err(failed)?,
    };
    let event = found.first().map(rows::event).transpose()?;
    Ok(event.filter(|event| event.id == id && scope.contains(event)).map(|mut event| {
        scope.show(&mut event);
        event
    }))
}

/// The server itself reads the position of an id; the viewer reads the event.
async fn position_of(client: &Object, id: Uuid) -> Result<Option<i64>> {
    let sql = "SELECT seq FROM annals_events WHERE id = $1";
    let found = client.query_typed(sql, &[(&id, Type::UUID)]).await.map_err(failed)?;
    found.first().map(|row| row.try_get(0).map_err(failed)).transpose()
}
