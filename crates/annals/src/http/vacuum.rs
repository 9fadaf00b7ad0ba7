//! Runs a vacuum when the machine's operator asks for it, over the local socket. It is not in the
//! API document.

use axum::Json;
use axum::extract::State;

use super::Http;
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use crate::access::{AuthMethod, Caller};
use crate::store::Vacuumed;

/// Runs a vacuum, in the operator's name.
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
