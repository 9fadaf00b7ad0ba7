//! SQLite: one file, one writer thread, a few read connections.
//!
//! | file | purpose |
//! |---|---|
//! | `begin.rs` | start the writer and the readers, and reach them |
//! | `open.rs` | open, migrate, set the pragmas of every connection |
//! | `roles.rs` | the traits of a store, by whom each method is done |
//! | `threads.rs` | the writer's thread and the readers' pool |
//! | `append.rs` | number, seal and insert a batch in one transaction |
//! | `list_index/` | which positions match a filter, and how many |
//! | `action_counts.rs` | how many match, by action |
//! | `rows.rs`, `columns.rs` | columns in, events out |
//! | `dictionary.rs` | what many events say alike, written once |
//! | `sealed.rs` | what a verifier is told |
//! | `segment.rs` | take over what a copy brings |
//! | `delete.rs`, `garbage.rs` | delete, leaving tombstones and no word of who was spoken of |
//! | `erase.rs` | forget a person |
//! | `age.rs` | what is due by age; a slice of a retention run |
//! | `frozen.rs` | what was counted of days before |
//! | `accounts.rs`, `ledger.rs`, `definitions.rs` | children's points |
//! | `credentials.rs`, `people.rs`, `settings.rs` | what else the journal's file keeps |
//! | `backup.rs` | copy the file while it is written, and put a copy in its place |
//! | `derived/` | the second file: what followers read out of the journal |

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
mod frozen;
mod garbage;
mod ledger;
mod list_index;
mod open;
mod people;
mod roles;
mod rows;
mod sealed;
mod segment;
mod settings;
mod threads;

use std::fs::File;
use std::sync::{Arc, Mutex};

use self::append::Writer;
use self::list_index::ListIndex;
use self::threads::{Readers, WriterThread};
use super::Identity;
use super::recent::RecentEvents;

pub use backup::restore;
pub use derived::SqliteDerived;
pub use open::Tenancy;

/// The journal in an SQLite file.
pub struct SqliteStore {
    identity: Identity,
    /// Absent when the file was opened for reading only.
    writer: Option<WriterThread<Writer>>,
    readers: Readers,
    /// Absent where the writer is.
    index: Option<Arc<ListIndex>>,
    recent: Arc<RecentEvents>,
    /// Let go last: nobody else writes the journal meanwhile.
    hold: Mutex<Option<File>>,
}

#[cfg(test)]
mod tests;
