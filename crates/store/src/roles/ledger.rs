//! Points: accounts, tracking, tasks and rewards.

use crate::{Account, Result, Reward, Task, TrackingQuery};
use annals_event::{Event, Time};
use async_trait::async_trait;

/// Stores children's accounts, and the tasks and rewards.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// A child's account; empty for a child without points events.
    async fn account(&self, child: &str) -> Result<Account>;

    /// A page of points events, newest first, and the total number of matches.
    async fn tracking(&self, query: TrackingQuery) -> Result<(u64, Vec<Event>)>;

    /// Deletes the answers to commands that expired before a moment. Returns their number.
    async fn expire_answers(&self, before: Time) -> Result<u64>;

    /// Writes a task, over an older state of the same task.
    async fn put_task(&self, task: Task) -> Result<()>;

    /// Every task and penalty, by id.
    async fn tasks(&self) -> Result<Vec<Task>>;

    /// The task with this id.
    async fn task(&self, id: &str) -> Result<Option<Task>>;

    /// Removes a task; returns whether there was one.
    async fn delete_task(&self, id: &str) -> Result<bool>;

    /// Writes a reward, over an older state of the same reward.
    async fn put_reward(&self, reward: Reward) -> Result<()>;

    /// Every reward, by id.
    async fn rewards(&self) -> Result<Vec<Reward>>;

    /// The reward with this id.
    async fn reward(&self, id: &str) -> Result<Option<Reward>>;

    /// Removes a reward; returns whether there was one.
    async fn delete_reward(&self, id: &str) -> Result<bool>;
}
