//! What families can earn points with, and spend them on.

use serde::{Deserialize, Serialize};

/// A task, or a penalty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Task {
    /// The application's id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it brings or, of a penalty, takes: 0 or more.
    pub points: i64,
    /// Whether it brings points; a penalty takes them.
    pub is_good: bool,
}

/// A reward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reward {
    /// The application's id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it costs: 0 or more.
    pub cost: i64,
}
