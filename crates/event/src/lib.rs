//! The vocabulary of Annals: drafts, events, their rules and their hashes.
//!
//! ```text
//! bytes ──json──► Value ──validate──► Draft ──(the server completes it)──► Event ──digest──► leaf
//! ```
//!
//! * [`Draft`] is an event as its sender writes it; [`Event`] is what the journal keeps.
//! * [`json`] reads JSON strictly: it refuses what two readers could understand differently.
//! * [`validate`] turns JSON into a [`Draft`] and names every field that is wrong.
//! * [`limits`] holds every size in one place.
//! * [`digest`] fixes how an event is hashed, byte by byte (`docs/digest.md`).
//!
//! This crate does no IO, reads no clock and draws no randomness.

pub mod class;
pub mod cut;
pub mod digest;
pub mod draft;
pub mod event;
mod hex;
pub mod json;
pub mod limits;
pub mod parts;
pub mod severity;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod time;
pub mod validate;

pub use class::Class;
pub use draft::Draft;
pub use event::Event;
pub use hex::hex;
pub use parts::{
    Account, Actor, ActorType, Change, Client, Entity, ErrorInfo, Page, Points, Request, Subject,
};
pub use severity::Severity;
pub use time::Time;
pub use uuid::Uuid;
pub use validate::FieldError;

/// A JSON object, as in `metadata`.
pub type Metadata = serde_json::Map<String, serde_json::Value>;
