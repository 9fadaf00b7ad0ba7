//! The ledger: which events are about points, and whose they are.
//!
//! Commands and imports write the same events; whatever is read off the ledger follows from them
//! by the rules here and in [`Account::follow`](super::Account::follow), whoever sent them.

use annals_event::{ActorType, Event, Time};
use serde::{Deserialize, Serialize};

/// What a points event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EntityType)]
pub enum LedgerEntity {
    /// A task done.
    Task,
    /// A penalty.
    Penalty,
    /// A reward asked for or redeemed.
    Reward,
    /// An opening balance or a correction.
    Adjustment,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ActionType)]
pub enum LedgerAction {
    /// A task or penalty was given.
    Activated,
    /// A reward was asked for.
    Requested,
    /// A reward was given.
    Redeemed,
    /// A request was withdrawn.
    Cancelled,
    /// A balance was set right.
    Adjusted,
}

/// A kind of points event. Its number stands in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerKind {
    /// What it is about.
    pub entity: LedgerEntity,
    /// What was done.
    pub action: LedgerAction,
}

impl LedgerEntity {
    /// The category of such events, which is also its word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            LedgerEntity::Task => "task",
            LedgerEntity::Penalty => "penalty",
            LedgerEntity::Reward => "reward",
            LedgerEntity::Adjustment => "adjustment",
        }
    }
}

impl LedgerAction {
    /// The action of such events.
    pub const fn as_str(self) -> &'static str {
        match self {
            LedgerAction::Activated => "activated",
            LedgerAction::Requested => "requested",
            LedgerAction::Redeemed => "redeemed",
            LedgerAction::Cancelled => "cancelled",
            LedgerAction::Adjusted => "adjusted",
        }
    }
}

impl LedgerKind {
    /// Every kind, in the order of their numbers. New ones go to the end.
    pub const ALL: [LedgerKind; 6] = [
        LedgerKind::new(LedgerEntity::Task, LedgerAction::Activated),
        LedgerKind::new(LedgerEntity::Penalty, LedgerAction::Activated),
        LedgerKind::new(LedgerEntity::Reward, LedgerAction::Requested),
        LedgerKind::new(LedgerEntity::Reward, LedgerAction::Redeemed),
        LedgerKind::new(LedgerEntity::Reward, LedgerAction::Cancelled),
        LedgerKind::new(LedgerEntity::Adjustment, LedgerAction::Adjusted),
    ];

    const fn new(entity: LedgerEntity, action: LedgerAction) -> LedgerKind {
        LedgerKind { entity, action }
    }

    /// The kind of an event; `None` when it is no points event. One is an event of these
    /// categories and actions that says what the balance was and became.
    pub fn of(event: &Event) -> Option<LedgerKind> {
        event.points?;
        Self::ALL.into_iter().find(|kind| {
            kind.entity.as_str() == event.category && kind.action.as_str() == event.action
        })
    }

    /// The kind of an event that stands among points events: it was about a child when it was
    /// written, whoever was forgotten since.
    pub fn entered(event: &Event) -> Option<LedgerKind> {
        LedgerKind::of(event).filter(|_| event.subject.is_some() || event.anonymised_at.is_some())
    }

    /// The number in the database.
    pub fn code(self) -> u8 {
        let place = Self::ALL.iter().position(|kind| *kind == self).unwrap_or_default();
        u8::try_from(place).unwrap_or_default()
    }
}

/// The user account a points event belongs to: the one it names, else the grown-up who acted.
pub fn account_of(event: &Event) -> Option<&str> {
    let actor = event.actor.id.as_deref().filter(|_| event.actor.kind == ActorType::User);
    event.account.as_ref().map(|account| account.id.as_str()).or(actor)
}

/// Which points events: a child's or an account's, newest first.
#[derive(Clone, Debug)]
pub struct TrackingQuery {
    /// Of this child.
    pub child: Option<String>,
    /// Of this user account.
    pub account: Option<String>,
    /// Of these kinds.
    pub kinds: Vec<LedgerKind>,
    /// Occurred at or after this moment.
    pub from: Option<Time>,
    /// Occurred before this moment.
    pub to: Option<Time>,
    /// At most so many.
    pub limit: usize,
    /// After so many.
    pub offset: usize,
}
