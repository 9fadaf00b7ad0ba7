//! Annals keeps the record of what happens in an application: who did what, to whom, when, and
//! what it changed.
//!
//! ```text
//!  sources                     record                journal             followers       surfaces
//!  POST /api/v1/events ─────┐  parse                 append ──► store    roll-ups        list, get, export, live
//!  Recorder, in-process ────┼► validate ► classify ► (group commit,          │            analytics
//!  Annals' own admin acts ──┘  enrich ► redact       one writer)             ▼            dashboard
//!                              fix (digest)           └► head ─ wakes ──► tail(from a position)
//! ```
//!
//! Modules import downwards only, and siblings do not import each other; a test keeps it so.
//!
//! ```text
//! L6  cli   embed → app
//! L5  http   schedule   recorder
//! L4  service
//! L3  record   query   points   follow   privacy
//! L2  journal   access
//! L1  store (crates)
//! L0  event (crate)   calendar   actor   clock   id   batch_sizer   config   data_dir   log   metrics   background
//! ```

pub mod cli;
pub mod embed;

pub mod app;

pub mod http;
pub mod recorder;
pub mod schedule;

pub mod service;

pub mod follow;
pub mod points;
pub mod privacy;
pub mod query;
pub mod record;

pub mod access;
pub mod journal;

pub mod store;

pub use annals_store::{blocking, catalog, filter, words};

pub mod actor;
pub mod background;
pub mod batch_sizer;
pub mod calendar;
pub mod clock;
pub mod config;
pub mod data_dir;
pub mod id;
pub mod log;
pub mod metrics;

// The API for programs that embed Annals; `docs/embedding.md` is its guide.
pub use actor::{current_actor, spawn_with_actor, with_actor, with_actor_sync};
pub use embed::Annals;
pub use recorder::{Recorder, SetUp};
