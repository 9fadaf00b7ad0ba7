//! Records Annals' own acts, as events like all others.

use annals_event::{Actor, ActorType, Draft, Entity, Metadata};
use serde_json::Value;

use super::Core;
use crate::journal::AppendError;
use crate::record::{Refusal, Sender, Source};

/// The error of recording an act of administration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// The act is invalid: a bug of ours.
    #[error("an act of Annals itself was refused")]
    Refused,
    /// The event could not be written.
    #[error(transparent)]
    Append(#[from] AppendError),
}

impl Core {
    /// Records one act of administration of this actor. If recording fails, the caller sees an
    /// error and may repeat the act.
    ///
    /// # Errors
    /// The act was not recorded.
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

/// Returns the actor for somebody who did not say who they are, or could not prove it.
pub fn anonymous() -> Actor {
    Actor { kind: ActorType::Anonymous, ..Actor::default() }
}

/// Makes the draft of an act of administration.
pub fn act(action: &str) -> Draft {
    Draft { category: Some("system".to_owned()), action: action.to_owned(), ..Draft::default() }
}

/// Makes the draft of a sign-in.
pub fn sign_in() -> Draft {
    dashboard("login_success")
}

/// Makes the draft of a failed sign-in. It never says which credential was tried.
pub fn sign_in_failed() -> Draft {
    dashboard("login_failed")
}

/// Makes the draft of a sign-out.
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

/// Makes the metadata of an act.
pub fn details<const N: usize>(pairs: [(&str, Value); N]) -> Metadata {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
