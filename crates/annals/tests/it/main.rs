//! Tests that try to break what Annals promises, against the real program.
//!
//! | area | promise |
//! |---|---|
//! | `architecture` | modules import downwards only; drivers and frameworks are used where they belong |
//! | `events` | one id is one event; pages, counts and exports hold the same events |
//! | `audit` | one change, one event, with its actor |
//! | `auth` | keys and sessions work as documented, and no secret is written down |
//! | `scopes` | a viewer sees only what their scope allows, on every endpoint |
//! | `analytics` | figures equal those of a plain walk over the events |
//! | `follow` | followers catch up with the journal, whatever happens to their output |
//! | `embed` | Annals inside another program: recording never harms it, and its file stays its own |
//! | `points` | no update of a balance is lost or without its event |
//! | `recording` | a category that is off is not recorded; switching it off is |
//! | `retention` | retention settings have bounds and an audit event for every change; runs delete what is due |
//! | `crash` | acknowledged events are there after kill -9 |
//! | `disk` | a full disk is reported and recovered from |
//! | `network` | limits by key and address, proxies, and CORS |
//! | `paths` | whatever is no endpoint answers 404, and a wrong path is a problem document |
//! | `operations` | metrics and the log show how the server works, and name nobody |
//! | `tamper` | a change to the stored journal is found |
//! | `live` | streams hold what the lists hold, once and in order |
//! | `postgres` | rights that the database keeps, several servers on one journal, outages |
//! | `malformed` | hostile input neither breaks the server nor gets in |
//! | `wire` | what clients read does not change unnoticed |
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
mod paths;
mod points;
mod postgres;
mod recording;
mod retention;
mod scopes;
mod support;
mod tamper;
mod wire;
