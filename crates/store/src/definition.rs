//! Tasks, penalties and rewards that a family defines.

use serde::{Deserialize, Serialize};

/// A task, or a penalty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Task {
    /// The application's id.
    pub id: String,
    /// The name that people gave it.
    pub name: String,
    /// The points it adds or, for a penalty, takes: 0 or more.
    pub points: i64,
    /// `true` for a task, `false` for a penalty.
    pub is_good: bool,
}

/// A reward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reward {
    /// The application's id.
    pub id: String,
    /// The name that people gave it.
    pub name: String,
    /// The points it costs: 0 or more.
    pub cost: i64,
}
