//! The demo data.
pub mod examples;
