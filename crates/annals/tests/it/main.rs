//! Tests that try to break what Annals promises, against the real program.
//!
//! | area | promise |
//! |---|---|
//! | `architecture` | modules import downwards only; drivers and frameworks stay where they belong |
//! | `events` | one id is one event; pages, counts and exports hold the same events |
//! | `audit` | one change, one event, saying who |
//! | `auth` | who may do what, and that no secret is written down |
//! | `scopes` | a viewer sees only what their scope allows, on every endpoint |
//! | `analytics` | figures are those that a walk over the events gives |
//! | `follow` | what is read out of the journal catches up, whatever happens to it |
//! | `embed` | Annals inside another program: recording never hurts it, its file stays its own |
//! | `points` | no update of a balance is lost, none is without its event |
//! | `recording` | what is switched off is not recorded, and that it was is |
//! | `retention` | how long what is kept: bounds, every change on the record, and runs |
//! | `crash` | what was acknowledged is there after kill -9 |
//! | `disk` | a full disk is said so, and recovered from |
//! | `network` | limits by key and address, proxies, and which web pages may send |
//! | `operations` | metrics and the log tell how the server fares, and nothing of anybody |
//! | `tamper` | a changed record is told from the one written |
//! | `live` | streams hold what the lists hold, once and in order |
//! | `postgres` | rights that the database keeps, several servers on one journal, outages |
//! | `malformed` | nothing hostile breaks the server or gets in |
//! | `cli` | commands, exit codes, backup and restore, starting and stopping |
//!
//! Every test starts servers of its own, on free ports of this machine and in directories of its
//! own, needs no network and leaves nothing behind.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

mod analytics;
mod architecture;
mod audit;
mod auth;
mod cli;
mod crash;
mod disk;
mod embed;
mod events;
mod follow;
mod live;
mod malformed;
mod network;
mod operations;
mod points;
mod postgres;
mod recording;
mod retention;
mod scopes;
mod support;
mod tamper;
