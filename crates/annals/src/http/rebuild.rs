//! Rebuilds a follower. Only the machine's operator may, over the local socket: it is a repair, and
//! so not in the API document.

use annals_event::{Draft, FieldError};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::Http;
use super::body::JsonBody;
use super::error::{Problem, Result};
use crate::access::{AuthMethod, Caller};
use crate::service::{act, details};
use crate::store::StoreError;

/// The follower to rebuild.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rebuild {
    name: String,
}

/// Drops the output of a follower, which reads the journal again from the beginning.
pub(super) async fn rebuild(
    State(http): State<Http>,
    caller: Caller,
    JsonBody(request): JsonBody<Rebuild>,
) -> Result<Json<Rebuild>> {
    if caller.auth_method != AuthMethod::Operator {
        return Err(Problem::not_found("There is nothing here."));
    }
    let Some(running) = http.followers.get(&request.name) else {
        return Err(Problem::invalid(vec![FieldError::new("name", "is no follower")]));
    };
    running.rebuild().await.map_err(|error| StoreError::Derived(format!("{error:#}")))?;
    let details = details([("name", request.name.as_str().into())]);
    http.audit(&caller.actor(), Draft { metadata: details, ..act("output_rebuilt") }).await?;
    Ok(Json(request))
}
