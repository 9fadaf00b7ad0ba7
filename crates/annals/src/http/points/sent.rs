//! A command as sent: the sender, and the key that identifies a repetition.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::super::Http;
use super::super::client_address::ClientAddress;
use super::super::error::{Problem, Result};
use crate::access::{Caller, Permission};
use crate::service::points::PointsCommand;
use crate::store::Person;

/// Maximum length of an idempotency key, in characters.
const KEY_CHARS: usize = 255;

/// The sender of a command, and the idempotency key that identifies a repetition.
pub(in super::super) struct Sent {
    caller: Caller,
    address: ClientAddress,
    user_agent: Option<String>,
    key: Option<String>,
}

impl FromRequestParts<Http> for Sent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Sent> {
        let caller = <Caller as FromRequestParts<Http>>::from_request_parts(parts, http).await?;
        let address =
            ClientAddress::of(&parts.extensions, &parts.headers, &http.config.trusted_proxies);
        let agent = parts.headers.get(header::USER_AGENT);
        let user_agent = agent.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let key = parts.headers.get("idempotency-key").map(|value| {
            let key = value.to_str().unwrap_or_default();
            if key.is_empty() || key.len() > KEY_CHARS {
                let detail = "The header Idempotency-Key must have 1 to 255 ASCII characters.";
                return Err(Problem::bad_request("invalid_idempotency_key", detail));
            }
            Ok(key.to_owned())
        });
        Ok(Sent { caller, address, user_agent, key: key.transpose()? })
    }
}

impl Sent {
    /// Returns the child of a command, if the caller may send such a command for it.
    pub(super) async fn child(
        &self,
        http: &Http,
        id: &str,
        permission: Permission,
    ) -> Result<Person> {
        self.caller.may(permission)?;
        Ok(http.points.child_for_command(&self.caller, id).await?)
    }

    /// Returns the caller.
    pub(super) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Makes the command from its name and its contents.
    pub(super) fn command(
        self,
        name: &'static str,
        child: Person,
        user_id: Option<String>,
        body: Vec<u8>,
    ) -> PointsCommand {
        let Sent { caller: by, address, user_agent, key } = self;
        PointsCommand {
            by,
            peer_ip: address.0,
            user_agent,
            key,
            name,
            child,
            user_id,
            body,
            undoes: None,
        }
    }
}
