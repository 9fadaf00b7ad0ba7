//! Commands on points: their user account, their repetition and their effect.

use std::net::IpAddr;
use std::sync::Arc;

use annals_event::validate::id_fault;
use annals_event::{Account as UserAccount, Draft, Subject, Time, Uuid};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{ChildState, PointsError, PointsService, Result};
use crate::access::Caller;
use crate::filter::Filter;
use crate::points;
use crate::query::tracking::TrackingEvent;
use crate::record::{Sender, Source};
use crate::store::{Account, By, Decided, Order, Person, Repeat, Role, Scope, Selection};

/// Time that the answer to a command is kept: 24 hours, in microseconds.
const KEPT: i64 = 24 * 3_600 * 1_000_000;

/// The result of a command.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CommandAnswer {
    /// The state of the child's points after the command.
    child: ChildState,
    /// The event that was recorded.
    tracking_event: TrackingEvent,
}

/// A command on a child's points, as sent.
pub struct PointsCommand {
    /// The caller who sends it.
    pub by: Caller,
    /// The client's address; `None` over the local socket.
    pub peer_ip: Option<IpAddr>,
    /// The client's program, by its header `User-Agent`.
    pub user_agent: Option<String>,
    /// The idempotency key, which identifies a repetition.
    pub key: Option<String>,
    /// The name, which is the last part of the path.
    pub name: &'static str,
    /// The child it is about.
    pub child: Person,
    /// The id of the user account that it names, if any.
    pub user_id: Option<String>,
    /// The contents, as JSON.
    pub body: Vec<u8>,
    /// The event that it takes back, if any.
    pub undoes: Option<Uuid>,
}

impl PointsCommand {
    /// Returns the user account of a command: the acting guardian's; otherwise the one it names;
    /// otherwise that of the child's first guardian. A key is never an account.
    fn account(&self) -> Result<Option<UserAccount>> {
        let wrong = |message| Err(PointsError::Account(message));
        let (child, named) = (&self.child, self.user_id.clone());
        let caller_id = self.by.person.as_ref().map(|person| &person.id);
        let guardian = caller_id.filter(|id| child.guardians.contains(id));
        let id = match (guardian, named) {
            (Some(own), Some(named)) if *own != named => {
                return wrong("is another than the caller's; leave it out");
            }
            (Some(own), _) => Some(own.clone()),
            (None, Some(named)) if self.by.role == Role::Child => {
                if !child.guardians.contains(&named) {
                    return wrong("is none of the child's guardians");
                }
                Some(named)
            }
            (None, Some(named)) => {
                if id_fault(&named).is_some() {
                    return wrong(
                        "must be an id: 1 to 200 characters on one line, not `undefined`",
                    );
                }
                Some(named)
            }
            (None, None) => child.guardians.first().cloned(),
        };
        Ok(id.map(|id| UserAccount { id }))
    }

    /// Returns the data that identify a repetition; `None` without an idempotency key.
    fn repeat(&self, now: Time) -> Option<Repeat> {
        if let Some(event) = self.undoes {
            // Whoever asks, and under whatever key, an event is taken back once.
            let until = now.plus_micros(2 * KEPT);
            let key = self.key.as_deref().unwrap_or_default();
            return Some(Repeat {
                slot: hash(&["undo", &event.to_string()]),
                body: hash(&[key]),
                until,
            });
        }
        let key = self.key.as_deref()?;
        let actor = self.by.actor();
        let id = actor.id.as_deref().unwrap_or_default();
        let path = format!("POST /child/{}/{}", self.child.id, self.name);
        let slot = hash(&[actor.kind.as_str(), id, &path, key]);
        let body = Sha256::digest(&self.body).into();
        let until = now.plus_micros(KEPT);
        Some(Repeat { slot, body, until })
    }
}

/// Returns the hash of texts, which no other texts have.
fn hash(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

impl PointsService {
    /// Returns the child of a command, if the caller may see it and it is not archived.
    ///
    /// # Errors
    /// [`PointsError::NoChild`], [`PointsError::Archived`], or the store fails.
    pub async fn child_for_command(&self, caller: &Caller, id: &str) -> Result<Person> {
        let child = self.child(caller, id).await?;
        if child.archived_at.is_some() { Err(PointsError::Archived) } else { Ok(child) }
    }

    /// Carries out a command. `decide` makes its event from the account, which the journal keeps
    /// locked.
    ///
    /// # Errors
    /// See [`PointsError`].
    pub async fn carry_out(
        &self,
        command: PointsCommand,
        decide: impl FnOnce(&Account) -> std::result::Result<Draft, points::Refusal> + Send + 'static,
    ) -> Result<CommandAnswer> {
        let account = command.account()?;
        let repeat = command.repeat(self.core.clock.now());
        let PointsCommand { by, peer_ip, user_agent, child, undoes, key, .. } = command;
        let subject = Subject { id: child.id.clone(), name: child.name.clone() };
        let sender = Sender {
            source: Source::Command,
            actor: Some(by.actor()),
            peer_ip,
            user_agent,
            ..Sender::default()
        };
        let core = Arc::clone(&self.core);
        let decided = self.core.journal.decide(child.id.clone(), repeat, move |balance| {
            let draft = decide(balance).map_err(PointsError::Refused)?;
            let draft = Draft { subject: Some(subject), account, ..draft };
            let taken = core.intake.process(&sender, draft, core.clock.now(), &*core.random);
            taken.map_err(PointsError::NotRecorded)
        });
        let (event, account) = match decided.await?? {
            Decided::Done { event, account } => (*event, account),
            // Without a key it is no repetition of the same request.
            Decided::Repeated { .. } | Decided::OtherBody if undoes.is_some() && key.is_none() => {
                return Err(PointsError::AlreadyUndone);
            }
            Decided::OtherBody if undoes.is_some() => return Err(PointsError::AlreadyUndone),
            Decided::Repeated { seq, account } => {
                let page = Selection {
                    filter: Scope::everything().over(Filter::default()),
                    range: seq..seq + 1,
                    by: By::Recorded,
                    order: Order::Asc,
                    limit: 1,
                };
                let event = self.core.store.select(page).await?.pop();
                (event.ok_or(PointsError::EventRemoved)?, account)
            }
            Decided::OtherBody => return Err(PointsError::KeyReused),
            Decided::Refused | Decided::Failed(_) => return Err(PointsError::Unexpected),
        };
        let tracking_event = TrackingEvent::of(&event).ok_or(PointsError::Unexpected)?;
        let child = self.state_with(&child, account).await?;
        Ok(CommandAnswer { child, tracking_event })
    }
}
