//! Annals' own acts, on the record like everybody's.

use annals_event::{Actor, Draft, Entity, Metadata};
use serde_json::Value;

use super::Http;
use super::error::Problem;
use crate::actor::{anonymous, current_actor};
use crate::record::{Refusal, Sender, Source};

impl Http {
    /// Puts one act of administration on the record, as done by whoever acts here. What the act
    /// changed is durable before; if this fails, the caller is told, and may do it again.
    pub async fn audit(&self, mut act: Draft) -> Result<(), Problem> {
        act.actor.get_or_insert_with(current_actor);
        let sender = Sender { source: Source::Annals, ..Sender::default() };
        match self.intake.process(&sender, act, self.clock.now(), &*self.random) {
            Ok(entry) => {
                self.journal.append(vec![entry]).await?;
                Ok(())
            }
            Err(Refusal::Dropped { .. }) => Ok(()),
            Err(Refusal::Rejected { code, message, .. }) => {
                tracing::error!(code, message, "an act of Annals itself was refused");
                Err(Problem::internal())
            }
        }
    }
}

/// An act of administration.
pub fn act(action: &str) -> Draft {
    Draft { category: Some("system".to_owned()), action: action.to_owned(), ..Draft::default() }
}

/// A sign-in: of somebody, or a failed one, which never says what was tried.
pub fn sign_in(somebody: Option<Actor>) -> Draft {
    let failed = somebody.is_none();
    Draft {
        category: Some("auth".to_owned()),
        action: if failed { "login_failed" } else { "login_success" }.to_owned(),
        actor: Some(somebody.unwrap_or_else(anonymous)),
        entity: Some(Entity { kind: "dashboard".to_owned(), id: None, name: None }),
        ..Draft::default()
    }
}

/// A sign-out.
pub fn sign_out(somebody: Actor) -> Draft {
    Draft { action: "logout".to_owned(), ..sign_in(Some(somebody)) }
}

/// An act's details.
pub fn details<const N: usize>(pairs: [(&str, Value); N]) -> Metadata {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
