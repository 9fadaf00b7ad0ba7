//! The roles of a store, one trait for each: a part that reads needs [`Read`], one that proves
//! needs [`Proof`]. [`Store`] has all.

mod cluster;
mod credentials;
pub mod derived;
mod directory;
mod journal;
mod ledger;
mod lifecycle;
mod proof;
mod read;
mod settings;
mod transfer;

pub use cluster::Cluster;
pub use credentials::Credentials;
pub use directory::Directory;
pub use journal::Journal;
pub use ledger::Ledger;
pub use lifecycle::Lifecycle;
pub use proof::Proof;
pub use read::Read;
pub use settings::Settings;
pub use transfer::Transfer;

/// A database that keeps the journal: every role at once.
pub trait Store:
    Journal
    + Read
    + Proof
    + Credentials
    + Directory
    + Lifecycle
    + Ledger
    + Settings
    + Cluster
    + Transfer
{
}

impl<T> Store for T where
    T: Journal
        + Read
        + Proof
        + Credentials
        + Directory
        + Lifecycle
        + Ledger
        + Settings
        + Cluster
        + Transfer
{
}
