//! Points for families: the effect of a command on a child's account, or the reason for none.
//!
//! All functions here are pure. The journal reads the account under its lock, asks for a decision,
//! and writes event and account together. Each command has a file.
//!
//! | command | balance | request |
//! |---|---|---|
//! | [`activate`](fn@activate) | a task adds its points, a penalty takes them | |
//! | [`request`](fn@request) | must suffice; unchanged | opens one; refused if one is open |
//! | [`redeem`](fn@redeem) | must suffice; the cost goes | closes one, if one is open, or refused if it must |
//! | [`cancel`](fn@cancel) | unchanged | closes one; refused if none is open |
//! | [`adjust`](fn@adjust) | changed by the stated points | |
//! | [`undo`](fn@undo) | the opposite of an earlier change, in full | opens the one that a reward closed |
//!
//! [`weeks`] sums the events up by calendar week; [`rank`] computes the ranks of brothers and
//! sisters.

mod activate;
mod adjust;
mod cancel;
pub mod rank;
mod redeem;
mod request;
mod undo;
pub mod weeks;

use annals_event::{Draft, Entity, Points, limits};

pub use activate::activate;
pub use adjust::adjust;
pub use cancel::cancel;
pub use redeem::redeem;
pub use request::request;
pub use undo::undo;

use crate::store::{Account, LedgerAction, LedgerEntity};

/// The operator's rules about points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// `true` if penalties and corrections may take more than the balance. Rewards are paid for in
    /// full either way.
    pub allow_negative: bool,
}

/// The reason why a command does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The reward costs more than the balance.
    InsufficientPoints {
        /// Number of points that are missing.
        needed: i64,
    },
    /// The reward was requested already.
    AlreadyPending,
    /// The reward was not requested, or the request was redeemed or cancelled since.
    NotPending,
    /// The points of an event to take back were spent since.
    PointsSpent {
        /// Number of points that are missing.
        missing: i64,
    },
}

/// The result of a decision: the points event, without actor and subject.
type Decision = Result<Draft, Refusal>;

/// Returns an event that changes the balance by so much, as far as the rules allow.
fn event(
    account: &Account,
    entity: LedgerEntity,
    action: LedgerAction,
    change: i64,
    rules: Rules,
) -> Draft {
    let before = account.balance;
    // A balance that is below zero already, such as an imported one, need not rise at once.
    let floor = if rules.allow_negative { -limits::MAX_INTEGER } else { before.min(0) };
    let after = before.saturating_add(change).clamp(floor, limits::MAX_INTEGER);
    Draft {
        category: Some(entity.as_str().to_owned()),
        action: action.as_str().to_owned(),
        points: Some(Points { before, after, delta: after - before }),
        ..Draft::default()
    }
}

/// Adds the entity. Its name is in the metadata too, because a tracking event has only the
/// entity's type and id.
fn with_entity(mut draft: Draft, entity: LedgerEntity, id: &str, name: &str) -> Draft {
    let kind = entity.as_str().to_owned();
    draft.entity = Some(Entity { kind, id: Some(id.to_owned()), name: Some(name.to_owned()) });
    draft.metadata.insert("name".to_owned(), name.into());
    draft
}

#[cfg(test)]
mod tests;
