//! Points for families: what a command does to a child's account, or why it does nothing.
//!
//! Pure decisions: the journal reads the account under its lock, asks one of these, and writes
//! event and account together. A file for each command.
//!
//! | command | balance | request |
//! |---|---|---|
//! | [`activate`](fn@activate) | a task adds its points, a penalty takes them | |
//! | [`request`](fn@request) | must suffice; unchanged | opens one; refused if one is open |
//! | [`redeem`](fn@redeem) | must suffice; the cost goes | closes one, if one is open, or refused if it must |
//! | [`cancel`](fn@cancel) | unchanged | closes one; refused if none is open |
//! | [`adjust`](fn@adjust) | changed by what is said | |
//!
//! And what is read off the events afterwards: [`weeks`] sums them up by calendar week, [`rank`]
//! says who is where among brothers and sisters.

mod activate;
mod adjust;
mod cancel;
pub mod rank;
mod redeem;
mod request;
pub mod weeks;

use annals_event::{Draft, Entity, Points, limits};

pub use activate::activate;
pub use adjust::adjust;
pub use cancel::cancel;
pub use redeem::redeem;
pub use request::request;

use crate::store::{Account, LedgerAction, LedgerEntity};

/// What the operator decides about points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whether penalties and corrections may take more than there is. Rewards are paid for in full
    /// either way.
    pub allow_negative: bool,
}

/// Why a command does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The reward costs more than there is.
    InsufficientPoints {
        /// How many points are missing.
        needed: i64,
    },
    /// The reward has been asked for already.
    AlreadyPending,
    /// The reward has not been asked for, or the request has been met or cancelled since.
    NotPending,
}

/// What a decision answers with: the points event, but for who and whose.
type Decision = Result<Draft, Refusal>;

/// An event that changes the balance by so much, as far as the rules let it.
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

/// What an event was done to. The name stands in the metadata too, for those who read a tracking
/// event, which tells of its entity the type and the id alone.
fn about(mut draft: Draft, entity: LedgerEntity, id: &str, name: &str) -> Draft {
    let kind = entity.as_str().to_owned();
    draft.entity = Some(Entity { kind, id: Some(id.to_owned()), name: Some(name.to_owned()) });
    draft.metadata.insert("name".to_owned(), name.into());
    draft
}

#[cfg(test)]
mod tests;
