//! SQLite: one file, one writer thread, a few read connections.
//!
//! | file | purpose |
//! |---|---|
//! | `begin.rs` | start the writer and the readers |
//! | `open.rs` | open, migrate, set the pragmas of every connection |
//! | `roles.rs` | implements the store's roles with the functions of the other files |
//! | `threads.rs` | the writer's thread and the readers' pool |
//! | `append.rs` | number, seal and insert a batch in one transaction |
//! | `list_index/` | find and count the positions that match a filter |
//! | `action_counts.rs` | count matches by action |
//! | `rows.rs`, `columns.rs` | read and write events |
//! | `dictionary.rs` | the dictionary of shared values |
//! | `sealed.rs` | read events for verification |
//! | `segment.rs` | import a copy's segment |
//! | `delete.rs`, `garbage.rs` | delete events, leave tombstones, and delete unused dictionary rows |
//! | `erase.rs` | erase a person |
//! | `age.rs` | retention: find the events due, apply a step |
//! | `frozen.rs` | counts of frozen days |
//! | `accounts.rs`, `ledger.rs`, `definitions.rs` | children's points |
//! | `credentials.rs`, `people.rs`, `settings.rs` | the journal's other tables |
//! | `backup.rs` | copy the file while it is written, and restore a copy |
//! | `derived/` | the second file: the output of followers |

mod accounts;
mod action_counts;
mod age;
mod append;
mod backup;
mod begin;
mod columns;
mod credentials;
mod definitions;
mod delete;
mod derived;
mod dictionary;
mod erase;
mod error;
mod frozen;
mod garbage;
mod ledger;
mod list_index;
mod open;
mod parameters;
mod people;
mod roles;
mod rows;
mod sealed;
mod segment;
mod settings;
mod threads;

use std::fs::File;
use std::sync::Arc;

use parking_lot::Mutex;

use self::append::Writer;
use self::list_index::ListIndex;
use self::threads::{Readers, WriterThread};
use annals_store::Identity;
use annals_store::recent::RecentEvents;

pub use backup::restore;
pub use derived::SqliteDerived;
pub use open::Tenancy;

/// The journal in an SQLite file.
pub struct SqliteStore {
    identity: Identity,
    /// `None` if the file was opened for reading only.
    writer: Option<WriterThread<Writer>>,
    readers: Readers,
    /// `None` if there is no writer.
    index: Option<Arc<ListIndex>>,
    recent: Arc<RecentEvents>,
    /// The lock that keeps other writers away; released last.
    hold: Mutex<Option<File>>,
}

#[cfg(test)]
mod tests;
