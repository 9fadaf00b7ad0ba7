//! A command on its way: whose it is, whether it was sent before, and what becomes of it.

use annals_event::{Account as UserAccount, Draft, FieldError, Subject, limits};
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::super::Http;
use super::super::client_address::ClientAddress;
use super::super::error::{Problem, Result};
use super::child::ChildState;
use crate::access::{Caller, Permission};
use crate::filter::Filter;
use crate::points;
use crate::query::tracking::TrackingEvent;
use crate::record::{self, Sender, Source};
use crate::store::{Account, Decided, Order, Person, Repeat, Role, Scope, Selection};

/// How long the answer to a command is kept: 24 hours, in microseconds.
const KEPT: i64 = 24 * 3_600 * 1_000_000;
/// Characters of a key.
const KEY_CHARS: usize = 255;

/// What a command did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct CommandAnswer {
    /// What the child has after it.
    child: ChildState,
    /// The event on the record.
    tracking_event: TrackingEvent,
}

/// Who sends a command, with what, and by which key it is known when it is sent again.
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
        let address = ClientAddress::of(&parts.extensions, &parts.headers, &http.trusted_proxies);
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
    /// The child of a command, if the caller may send such a command for it.
    pub(super) async fn child(
        &self,
        http: &Http,
        id: &str,
        permission: Permission,
    ) -> Result<Person> {
        self.caller.may(permission)?;
        let child = http.child(&self.caller, id).await?;
        if child.archived_at.is_some() {
            let detail = "This child is archived and takes no commands; saving it again with \
                          PUT /api/v1/people/{id} brings it back.";
            return Err(Problem::new(StatusCode::CONFLICT, "child_archived", detail));
        }
        Ok(child)
    }

    /// The user account of a command: the acting guardian; else the one that is told; else the
    /// child's first guardian. A key is never one.
    fn account(&self, child: &Person, told: Option<String>) -> Result<Option<UserAccount>> {
        let wrong =
            |message: &str| Err(Problem::invalid(vec![FieldError::new("user_id", message)]));
        let oneself = self.caller.person.as_ref().map(|oneself| &oneself.id);
        let guardian = oneself.filter(|id| child.guardians.contains(id));
        let id = match (guardian, told) {
            (Some(own), Some(told)) if *own != told => {
                return wrong("is another than the caller's; leave it out");
            }
            (Some(own), _) => Some(own.clone()),
            (None, Some(told)) if self.caller.role == Role::Child => {
                if !child.guardians.contains(&told) {
                    return wrong("is none of the child's guardians");
                }
                Some(told)
            }
            (None, Some(told)) => {
                let length = told.chars().count();
                if !(1..=limits::ID_CHARS).contains(&length) || told.contains(char::is_control) {
                    return wrong("must have 1 to 200 characters on one line");
                }
                Some(told)
            }
            (None, None) => child.guardians.first().cloned(),
        };
        Ok(id.map(|id| UserAccount { id }))
    }

    /// By what the command is known when it is sent again.
    fn repeat(&self, http: &Http, command: &PointsRequest<'_>) -> Option<Repeat> {
        let key = self.key.as_deref()?;
        let actor = self.caller.actor();
        let id = actor.id.as_deref().unwrap_or_default();
        let path = format!("POST /child/{}/{}", command.child.id, command.name);
        let mut slot = Sha256::new();
        for part in [actor.kind.as_str(), id, &path, key] {
            slot.update((part.len() as u64).to_be_bytes());
            slot.update(part);
        }
        let body = Sha256::digest(&command.body).into();
        let until = http.clock.now().plus_micros(KEPT);
        Some(Repeat { slot: slot.finalize().into(), body, until })
    }
}

/// A command as it was sent.
pub(super) struct PointsRequest<'a> {
    /// The last part of its path.
    pub(super) name: &'static str,
    /// Whom it is about.
    pub(super) child: &'a Person,
    /// The account it names.
    pub(super) user_id: Option<String>,
    /// What it says, as JSON.
    pub(super) body: Vec<u8>,
}

/// Why a command was refused within the writer.
enum Refused {
    Points(points::Refusal),
    Record(record::Refusal),
}

impl Http {
    /// Carries a command out.
    pub(super) async fn carry_out(
        &self,
        sent: &Sent,
        command: PointsRequest<'_>,
        decide: impl FnOnce(&Account) -> std::result::Result<Draft, points::Refusal> + Send + 'static,
    ) -> Result<Json<CommandAnswer>> {
        let child = command.child;
        let account = sent.account(child, command.user_id.clone())?;
        let repeat = sent.repeat(self, &command);
        let subject = Subject { id: child.id.clone(), name: child.name.clone() };
        let sender = Sender {
            source: Source::Command,
            actor: Some(sent.caller.actor()),
            peer_ip: sent.address.0,
            user_agent: sent.user_agent.clone(),
            ..Sender::default()
        };
        let http = self.clone();
        let decided = self.journal.decide(child.id.clone(), repeat, move |balance| {
            let draft = decide(balance).map_err(Refused::Points)?;
            let draft = Draft { subject: Some(subject), account, ..draft };
            let taken = http.intake.process(&sender, draft, http.clock.now(), &*http.random);
            taken.map_err(Refused::Record)
        });
        let (event, account) = match decided.await?.map_err(Problem::from)? {
            Decided::Done { event, account } => (*event, account),
            Decided::Repeated { seq, account } => {
                let page = Selection {
                    filter: Scope::everything().over(Filter::default()),
                    range: seq..seq + 1,
                    order: Order::Asc,
                    limit: 1,
                };
                let event = self.store.select(page).await?.pop();
                (event.ok_or_else(removed)?, account)
            }
            Decided::OtherBody => {
                let detail = "This Idempotency-Key was sent with another body; use another key.";
                return Err(conflict("idempotency_key_reused", detail));
            }
            Decided::Refused | Decided::Failed(_) => return Err(Problem::internal()),
        };
        let tracking_event = TrackingEvent::of(&event).ok_or_else(Problem::internal)?;
        let child = self.child_state(child, account).await?;
        Ok(Json(CommandAnswer { child, tracking_event }))
    }
}

fn conflict(code: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, code, detail)
}

fn removed() -> Problem {
    conflict("event_removed", "The command was carried out, but its event has been removed since.")
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Problem {
        match refused {
            Refused::Points(points::Refusal::InsufficientPoints { needed }) => {
                let points = if needed == 1 { "point is" } else { "points are" };
                let detail = format!("{needed} more {points} needed for this reward.");
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Problem::new(status, "insufficient_points", detail).needing(needed)
            }
            Refused::Points(points::Refusal::AlreadyPending) => conflict(
                "already_pending",
                "This reward has been asked for already; redeem or cancel that request.",
            ),
            Refused::Points(points::Refusal::NotPending) => conflict(
                "not_pending",
                "This reward is not asked for: it was redeemed or cancelled already, or never asked for.",
            ),
            Refused::Record(record::Refusal::Dropped { reason }) => {
                conflict("not_recorded", &format!("{reason} So the points stay as they are."))
            }
            Refused::Record(record::Refusal::Rejected { code, message, errors }) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Problem::new(status, code, super::super::error::capital(&message))
                    .with_errors(errors)
            }
        }
    }
}
