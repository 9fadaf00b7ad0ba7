//! The roles of stores, and the engines that this program was built with.

pub use annals_store::*;
#[cfg(feature = "postgres")]
pub use annals_store_postgres as postgres;
pub use annals_store_sqlite as sqlite;
