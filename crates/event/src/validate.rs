//! JSON to [`Draft`], naming every field that is wrong.
use serde::{Deserialize, Serialize};

/// One field that is wrong, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field's path, such as `points.delta`.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}
