//! PostgreSQL: several Annals servers on one database, which enforces access rights itself.
//!
//! | file | purpose |
//! |---|---|
//! | `roles.rs` | implements the store's roles with the functions of the other files |
//! | `target.rs` | the URL, TLS |
//! | `open.rs` | roles, migrations, identity |
//! | `pooler.rs` | refuse poolers that give each transaction another session |
//! | `journal.rs` | an open journal's state |
//! | `pools.rs` | connections and their settings |
//! | `append.rs` | append a batch in one call, or while the head is locked; settle lost answers |
//! | `batch.rs`, `end.rs`, `records.rs` | number and seal events for `annals_append` |
//! | `commit.rs` | decide and write commands in one transaction |
//! | `question.rs`, `search.rs` | filter → keys → positions |
//! | `occurred.rs` | the same in the order in which events happened |
//! | `parameters.rs`, `statement.rs` | the values of a query; statements within a transaction |
//! | `list_index.rs`, `counts.rs` | lists; counts |
//! | `spans.rs` | times and sums by kind of many positions |
//! | `blocks.rs` | the list index |
//! | `viewer.rs` | read as a person, limited by row-level security |
//! | `rows.rs`, `columns.rs`, `words.rs` | read events; write many at once; words in the index's form |
//! | `segment.rs` | import a copy's segment |
//! | `delete.rs`, `erase.rs` | delete events, leave tombstones; erase a person |
//! | `age.rs`, `frozen.rs` | retention: find the events due, apply a step; counts of frozen days |
//! | `vacuum.rs` | remove erased bytes from the files |
//! | `accounts.rs`, `ledger.rs`, `definitions.rs` | children's points |
//! | `credentials.rs`, `people.rs`, `settings.rs` | the journal's other tables |
//! | `watch.rs` | notice other servers' changes |
//!
//! The tables, functions, roles and policies are in `migrations/`.

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
mod journal;
mod ledger;
mod list_index;
mod lost;
mod numbers;
mod occurred;
mod open;
mod parameters;
mod people;
mod pooler;
mod pools;
mod question;
mod records;
mod roles;
mod rows;
mod seals;
mod search;
mod segment;
mod settings;
mod spans;
mod statement;
mod target;
mod vacuum;
mod viewer;
mod watch;
mod words;

use self::pools::Pools;
use self::target::Target;
use self::watch::Watch;

/// The journal in a PostgreSQL database.
pub struct PostgresStore {
    journal: journal::OpenJournal,
    pools: Pools,
    target: Target,
    watch: Watch,
}

#[cfg(test)]
mod tests;
