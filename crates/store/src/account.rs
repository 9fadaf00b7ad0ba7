//! A child's points account: commands are decided from it, and every points event changes it.
//!
//! ```text
//! Command ── child ──► Account, under the lock ── decide ──► Entry ──► event + account, one commit
//!                                                    └─► None: refused, nothing is written
//! Entry of an import ─────────────────────────────────────► event + account, one commit
//! ```

use annals_event::{Event, Time};
use serde::{Deserialize, Serialize};

use super::{Appended, Entry, LedgerAction, LedgerEntity, LedgerKind, StoreError};

/// A child's points account. The default is that of a child without points events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The balance: `points.after` of the child's last points event.
    pub balance: i64,
    /// The rewards requested and neither given nor cancelled, by id.
    pub pending: Vec<Pending>,
    /// Tasks done and not taken back, and the points they added.
    pub good: Tally,
    /// Penalties not taken back, and the points they took: 0 or less.
    pub not_good: Tally,
}

/// A requested reward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The reward's id.
    pub reward: String,
    /// The time of the request.
    pub at: Time,
}

/// A number of events and their total points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Tally {
    /// The number of events.
    pub count: u64,
    /// The sum of their changes to the balance.
    pub points: i64,
}

/// An item of a commit.
#[expect(clippy::large_enum_variant, reason = "nearly every item is of the large variant")]
pub enum Item {
    /// A finished event.
    Append(Entry),
    /// A command, whose event depends on the child's account.
    Decide(Command),
}

/// A command on a child's account.
pub struct Command {
    /// The child.
    pub child: String,
    /// The command's idempotency key, if it has one.
    pub repeat: Option<Repeat>,
    /// Decides from the account: returns the event, or refuses. Called at most once, under the lock
    /// that numbers the event. It must itself remember why it refused.
    pub decide: Decide,
}

/// A decision.
pub type Decide = Box<dyn FnOnce(&Account) -> Option<Entry> + Send>;

/// The identity of a command that may be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// A hash of the sender, the path and the idempotency key.
    pub slot: [u8; 32],
    /// A hash of its content.
    pub body: [u8; 32],
    /// The time until which its answer is kept.
    pub until: Time,
}

/// The outcome of an item.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The outcome of a finished event.
    Appended(Appended),
    /// The outcome of a command.
    Decided(Decided),
}

/// The outcome of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Decided {
    /// The event is recorded, durably.
    Done {
        /// The event with its position.
        event: Box<Event>,
        /// The child's account after it.
        account: Account,
    },
    /// The command was already done, under the same key.
    Repeated {
        /// The position of its event.
        seq: u64,
        /// The child's account after it, at that time.
        account: Account,
    },
    /// The key belongs to a command with another content.
    OtherBody,
    /// The command was refused; nothing was written.
    Refused,
    /// The account could not be read; nothing was written for this command.
    Failed(StoreError),
}

impl Repeat {
    /// The answer to a command whose key was already used; this is the saved answer's content.
    pub fn answered(&self, body: &[u8], seq: u64, account: &str) -> Result<Decided, StoreError> {
        if body != self.body {
            return Ok(Decided::OtherBody);
        }
        let account = serde_json::from_str(account)
            .map_err(|error| StoreError::Damaged(format!("an answer cannot be read: {error}")))?;
        Ok(Decided::Repeated { seq, account })
    }
}

impl Account {
    /// Applies a points event; any other event changes nothing. `pending` stays in the order of
    /// ids.
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
            match kind.action {
                LedgerAction::Undone => tally.count = tally.count.saturating_sub(1),
                _ => tally.count += 1,
            }
            tally.points = tally.points.saturating_add(points.delta);
        }
        let reward = event.entity.as_ref().and_then(|entity| entity.id.as_ref());
        let Some(reward) = reward.filter(|_| kind.entity == LedgerEntity::Reward) else {
            return;
        };
        let place = self.pending.binary_search_by(|pending| pending.reward.cmp(reward));
        match (kind.action, place) {
            // The request that a reward closed is open again when the reward is taken back.
            (LedgerAction::Undone, Err(_))
                if event.metadata.get("requested") != Some(&true.into()) => {}
            (LedgerAction::Requested | LedgerAction::Undone, Err(place)) => {
                let pending = Pending { reward: reward.clone(), at: event.created_at };
                self.pending.insert(place, pending);
            }
            (LedgerAction::Redeemed | LedgerAction::Cancelled, Ok(place)) => {
                self.pending.remove(place);
            }
            _ => {}
        }
    }

    /// `true` if a reward has been requested.
    pub fn is_pending(&self, reward: &str) -> bool {
        self.pending.iter().any(|pending| pending.reward == reward)
    }
}
