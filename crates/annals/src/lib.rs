//! Annals.
pub mod catalog;
pub mod clock;
pub mod id;
pub mod record;
pub mod store;
