//! Taking the bytes of what was erased or deleted out of the database's files, when the machine's
//! operator asks for it, over the local socket; it is no part of the API.

use axum::Json;
use axum::extract::State;

use super::Http;
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use crate::access::{AuthMethod, Caller};
use crate::store::Vacuumed;

/// As the operator asked for it.
pub(super) async fn vacuum(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
) -> Result<Json<Vacuumed>> {
    if caller.auth_method != AuthMethod::Operator {
        return Err(Problem::not_found("There is nothing here."));
    }
    Ok(Json(http.vacuum.run(caller.actor()).await?))
}
