//! The ledger: the points events, and their accounts.
//!
//! Commands and imports write the same events; everything read from the ledger follows from them by
//! the rules here and in [`Account::follow`](super::Account::follow), whoever sent them.

use annals_event::{ActorType, Event, Time, Uuid};
use serde::{Deserialize, Serialize};

use super::predicate::{Parameter, Predicate};

/// The entity of a points event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EntityType)]
pub enum LedgerEntity {
    /// A task.
    Task,
    /// A penalty.
    Penalty,
    /// A reward.
    Reward,
    /// An opening balance or a correction.
    Adjustment,
}

/// The action of a points event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ActionType)]
pub enum LedgerAction {
    /// A task or penalty was given.
    Activated,
    /// A reward was requested.
    Requested,
    /// A reward was given.
    Redeemed,
    /// A request was cancelled.
    Cancelled,
    /// A balance was corrected.
    Adjusted,
    /// A task, a penalty or a reward was taken back.
    Undone,
}

/// A kind of points event. Its number is stored in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerKind {
    /// Its entity.
    pub entity: LedgerEntity,
    /// Its action.
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
            LedgerAction::Undone => "undone",
        }
    }
}

impl LedgerKind {
    /// Every kind, in the order of their numbers. New ones are added at the end.
    pub const ALL: [LedgerKind; 9] = [
        LedgerKind::new(LedgerEntity::Task, LedgerAction::Activated),
        LedgerKind::new(LedgerEntity::Penalty, LedgerAction::Activated),
        LedgerKind::new(LedgerEntity::Reward, LedgerAction::Requested),
        LedgerKind::new(LedgerEntity::Reward, LedgerAction::Redeemed),
        LedgerKind::new(LedgerEntity::Reward, LedgerAction::Cancelled),
        LedgerKind::new(LedgerEntity::Adjustment, LedgerAction::Adjusted),
        LedgerKind::new(LedgerEntity::Task, LedgerAction::Undone),
        LedgerKind::new(LedgerEntity::Penalty, LedgerAction::Undone),
        LedgerKind::new(LedgerEntity::Reward, LedgerAction::Undone),
    ];

    const fn new(entity: LedgerEntity, action: LedgerAction) -> LedgerKind {
        LedgerKind { entity, action }
    }

    /// The kind of an event; `None` if it is no points event. A points event has one of these
    /// categories and actions, and the balance before and after.
    pub fn of(event: &Event) -> Option<LedgerKind> {
        event.points?;
        Self::ALL.into_iter().find(|kind| {
            kind.entity.as_str() == event.category && kind.action.as_str() == event.action
        })
    }

    /// The kind of an event in the ledger, which was about a child when it was written and may be
    /// anonymised since.
    pub fn entered(event: &Event) -> Option<LedgerKind> {
        LedgerKind::of(event).filter(|_| event.subject.is_some() || event.anonymised_at.is_some())
    }

    /// The number in the database.
    pub fn code(self) -> u8 {
        let place = Self::ALL.iter().position(|kind| *kind == self).unwrap_or_default();
        u8::try_from(place).unwrap_or_default()
    }
}

/// The key in the metadata of an event that takes another one back, with that one's id.
pub const UNDOES: &str = "undoes";

/// The id of the points event that this one takes back; `None` if it takes none back.
pub fn undoes(event: &Event) -> Option<Uuid> {
    LedgerKind::of(event).filter(|kind| kind.action == LedgerAction::Undone)?;
    event.metadata.get(UNDOES)?.as_str()?.parse().ok()
}

/// The user account of a points event: the one it names, otherwise the adult who acted.
pub fn account_of(event: &Event) -> Option<&str> {
    let actor = event.actor.id.as_deref().filter(|_| event.actor.kind == ActorType::User);
    event.account.as_ref().map(|account| account.id.as_str()).or(actor)
}

impl TrackingQuery {
    /// Returns the condition on the ledger's columns; `parameter` names the n-th parameter.
    pub fn predicate(&self, parameter: fn(usize) -> String) -> Predicate {
        let mut found = Predicate::default();
        let mut conditions = Vec::new();
        let mut compare = |column: &str, value: Option<Parameter>| {
            if let Some(value) = value {
                found.parameters.push(value);
                conditions.push(format!("{column} {}", parameter(found.parameters.len())));
            }
        };
        compare("child =", self.child.clone().map(Parameter::Text));
        compare("account =", self.account.clone().map(Parameter::Text));
        let micros = |time: Option<Time>| time.map(|time| Parameter::Integer(time.as_micros()));
        compare("occurred_at >=", micros(self.from));
        compare("occurred_at <", micros(self.to));
        let kinds: Vec<String> = self.kinds.iter().map(|kind| kind.code().to_string()).collect();
        conditions.push(match kinds.as_slice() {
            [] => "FALSE".to_owned(),
            kinds => format!("kind IN ({})", kinds.join(", ")),
        });
        found.sql = conditions.join(" AND ");
        found
    }
}

/// Selects points events of a child or an account, newest first.
#[derive(Clone, Debug)]
pub struct TrackingQuery {
    /// The child.
    pub child: Option<String>,
    /// The user account.
    pub account: Option<String>,
    /// The kinds.
    pub kinds: Vec<LedgerKind>,
    /// The earliest `occurred_at`.
    pub from: Option<Time>,
    /// The first `occurred_at` that is too late.
    pub to: Option<Time>,
    /// The most events to return.
    pub limit: usize,
    /// The number of events to skip.
    pub offset: usize,
}
