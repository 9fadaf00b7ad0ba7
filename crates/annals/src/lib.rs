//! Annals.
pub mod cli;
pub mod access;
pub mod catalog;
pub mod clock;
pub mod filter;
pub mod id;
pub mod journal;
pub mod record;
pub mod store;
pub mod words;
