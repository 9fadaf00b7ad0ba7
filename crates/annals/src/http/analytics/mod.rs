//! Analytics: figures about activity, counted by followers. The endpoints keep the paths of the
//! application that had them before Annals.

pub(super) mod at_risk;
pub(super) mod engagement;
pub(super) mod error_status;
pub(super) mod errors;
mod listed;
pub(super) mod overview;
pub(super) mod pages;
mod period;
pub(super) mod quests;
pub(super) mod risk_history;
