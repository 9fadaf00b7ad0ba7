//! A child's account: what commands are decided on, and what every points event does to it.
//!
//! ```text
//! Command ── child ──► Account, under the lock ── decide ──► Entry ──► event + account, one commit
//!                                                    └─► nothing: refused, nothing is written
//! Entry of an import ─────────────────────────────────────► event + account, one commit
//! ```

use annals_event::{Event, Time};
use serde::{Deserialize, Serialize};

use super::{Appended, Entry, LedgerAction, LedgerEntity, LedgerKind, StoreError};

/// What a child has, and has asked for. The default is that of a child without points events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The balance: `points.after` of the child's last points event.
    pub balance: i64,
    /// The rewards asked for and neither given nor cancelled, by id.
    pub pending: Vec<Pending>,
    /// Tasks done, and what they brought.
    pub good: Tally,
    /// Penalties, and what they took: 0 or less.
    pub not_good: Tally,
}

/// A reward that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The reward's id.
    pub reward: String,
    /// When.
    pub at: Time,
}

/// How many, and how many points in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// By how much they changed the balance, in all.
    pub points: i64,
}

/// One thing to commit.
#[expect(clippy::large_enum_variant, reason = "nearly every item is of the large variant")]
pub enum Item {
    /// An event that is finished.
    Append(Entry),
    /// An event that depends on what a child has.
    Decide(Command),
}

/// A command on a child's account.
pub struct Command {
    /// The child.
    pub child: String,
    /// By what the command is known when it is sent again.
    pub repeat: Option<Repeat>,
    /// Looks at the account and makes the event, or refuses. Called once at most, under the lock
    /// that the event is numbered under; whoever wants to know why it refused remembers it.
    pub decide: Decide,
}

/// A decision.
pub type Decide = Box<dyn FnOnce(&Account) -> Option<Entry> + Send>;

/// By what a command is known when it is sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// A hash over who sent it, what to, and the key they gave it.
    pub slot: [u8; 32],
    /// A hash over its content.
    pub body: [u8; 32],
    /// For how long its answer is kept.
    pub until: Time,
}

/// What became of an item, by its kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Of a finished event.
    Appended(Appended),
    /// Of a command.
    Decided(Decided),
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Decided {
    /// It is on the record, durably.
    Done {
        /// The event as it was numbered.
        event: Box<Event>,
        /// What the child has now.
        account: Account,
    },
    /// It had been carried out before, under the same key.
    Repeated {
        /// The position of its event.
        seq: u64,
        /// What the child had then.
        account: Account,
    },
    /// Its key belongs to a command with another content.
    OtherBody,
    /// It refused; nothing was written.
    Refused,
    /// The account could not be read; nothing was written for this command.
    Failed(StoreError),
}

impl Repeat {
    /// What a command is answered whose key was used already, with this content.
    pub(super) fn answered(
        &self,
        body: &[u8],
        seq: u64,
        account: &str,
    ) -> Result<Decided, StoreError> {
        if body != self.body {
            return Ok(Decided::OtherBody);
        }
        let account = serde_json::from_str(account)
            .map_err(|error| StoreError::Damaged(format!("an answer cannot be read: {error}")))?;
        Ok(Decided::Repeated { seq, account })
    }
}

impl Account {
    /// Takes a points event in; any other changes nothing. `pending` stays in the order of ids.
    pub fn follow(&mut self, event: &Event) {
        let (Some(kind), Some(points)) = (LedgerKind::of(event), event.points) else {
            return;
        };
        self.balance = points.after;
        let tally = match kind.entity {
            LedgerEntity::Task => Some(&mut self.good),
            LedgerEntity::Penalty => Some(&mut self.not_good),
            LedgerEntity::Reward | LedgerEntity::Adjustment => None,
        };
        if let Some(tally) = tally {
            tally.count += 1;
            tally.points = tally.points.saturating_add(points.delta);
        }
        let reward = event.entity.as_ref().and_then(|entity| entity.id.as_ref());
        let Some(reward) = reward.filter(|_| kind.entity == LedgerEntity::Reward) else {
            return;
        };
        let place = self.pending.binary_search_by(|pending| pending.reward.cmp(reward));
        match (kind.action, place) {
            (LedgerAction::Requested, Err(place)) => {
                let pending = Pending { reward: reward.clone(), at: event.created_at };
                self.pending.insert(place, pending);
            }
            (LedgerAction::Redeemed | LedgerAction::Cancelled, Ok(place)) => {
                self.pending.remove(place);
            }
            _ => {}
        }
    }

    /// Whether a reward has been asked for.
    pub fn is_pending(&self, reward: &str) -> bool {
        self.pending.iter().any(|pending| pending.reward == reward)
    }
}
