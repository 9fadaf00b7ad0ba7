//! PostgreSQL: a server, several of us beside it, and rights that the database keeps itself.
//!
//! | file | purpose |
//! |---|---|
//! | `roles.rs` | the traits of a store, by whom each method is done |
//! | `target.rs` | the URL, TLS |
//! | `open.rs` | roles, migrations, who we are |
//! | `pools.rs` | connections, and what holds on each |
//! | `append.rs` | a batch in one call, or while the head is held; what a lost answer meant |
//! | `batch.rs`, `end.rs`, `records.rs` | numbered and sealed, as `annals_append` takes it |
//! | `commit.rs` | commands, decided and written in one transaction |
//! | `question.rs`, `search.rs` | filter → keys → positions |
//! | `parameters.rs` | what a question is about, beside its text |
//! | `list_index.rs`, `counts.rs` | lists; counts |
//! | `spans.rs` | what is known of many positions at once: times, and how many of each kind |
//! | `blocks.rs` | what the list index holds |
//! | `viewer.rs` | reading as a person, held to it by row-level security |
//! | `rows.rs`, `columns.rs`, `words.rs` | columns in, events out; many at once; words as an index holds them |
//! | `segment.rs` | take over what a copy brings |
//! | `delete.rs`, `erase.rs` | delete, leaving tombstones; forget a person |
//! | `age.rs`, `frozen.rs` | what is due by age; a slice of a retention run; what was counted before |
//! | `vacuum.rs` | take bytes out of the files |
//! | `accounts.rs`, `ledger.rs`, `definitions.rs` | children's points |
//! | `credentials.rs`, `people.rs`, `settings.rs` | what else a journal keeps |
//! | `watch.rs` | hearing of other servers |
//!
//! The tables, functions, roles and policies stand in `migrations/`.

mod accounts;
mod age;
mod append;
mod batch;
mod blocks;
mod columns;
mod commit;
mod counts;
mod credentials;
mod definitions;
mod delete;
mod end;
mod erase;
mod error;
mod frozen;
mod ledger;
mod list_index;
mod open;
mod parameters;
mod people;
mod pools;
mod question;
mod records;
mod roles;
mod rows;
mod search;
mod segment;
mod settings;
mod spans;
mod target;
mod vacuum;
mod viewer;
mod watch;
mod words;

use self::pools::Pools;
use self::target::Target;
use self::watch::Watch;

pub use open::Seed;

/// Positions in one partition of a journal made now.
pub const PARTITION: u64 = 10_000_000;

/// The journal in a PostgreSQL database.
pub struct PostgresStore {
    journal: open::Journal,
    pools: Pools,
    target: Target,
    watch: Watch,
}

#[cfg(test)]
mod tests;
