//! What is kept.
pub mod entry;
pub use entry::*;
