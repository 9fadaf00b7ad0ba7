//! Annals' own acts, on the record like everybody's.

use annals_event::{Actor, Draft, Entity, Metadata};
use serde_json::Value;

use super::Core;
use crate::journal::AppendError;
use crate::record::{Refusal, Sender, Source};

/// Why an act did not go on the record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// A bug of ours: the act is not acceptable.
    #[error("an act of Annals itself was refused")]
    Refused,
    /// It could not be written.
    #[error(transparent)]
    Append(#[from] AppendError),
}

impl Core {
    /// Puts one act of administration on the record, as done by this actor. What the act changed is
    /// durable before; if this fails, the caller is told, and may do it again.
    ///
    /// # Errors
    /// The act is not on the record.
    pub async fn audit(&self, by: &Actor, act: Draft) -> Result<(), AuditError> {
        let act = Draft { actor: Some(by.clone()), ..act };
        let sender = Sender { source: Source::Annals, ..Sender::default() };
        match self.intake.process(&sender, act, self.clock.now(), &*self.random) {
            Ok(entry) => {
                self.journal.append(vec![entry]).await?;
                Ok(())
            }
            Err(Refusal::Dropped { .. }) => Ok(()),
            Err(Refusal::Rejected { code, message, .. }) => {
                tracing::error!(code, message, "an act of Annals itself was refused");
                Err(AuditError::Refused)
            }
        }
    }
}

/// An act of administration.
pub fn act(action: &str) -> Draft {
    Draft { category: Some("system".to_owned()), action: action.to_owned(), ..Draft::default() }
}

/// A sign-in.
pub fn sign_in() -> Draft {
    dashboard("login_success")
}

/// A failed sign-in, which never says what was tried.
pub fn sign_in_failed() -> Draft {
    dashboard("login_failed")
}

/// A sign-out.
pub fn sign_out() -> Draft {
    dashboard("logout")
}

fn dashboard(action: &str) -> Draft {
    Draft {
        category: Some("auth".to_owned()),
        entity: Some(Entity { kind: "dashboard".to_owned(), id: None, name: None }),
        ..act(action)
    }
}

/// An act's details.
pub fn details<const N: usize>(pairs: [(&str, Value); N]) -> Metadata {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
