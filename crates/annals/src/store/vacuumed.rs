//! What became of the bytes of what was erased or deleted.

use serde::Serialize;

/// What [`Store::vacuum`](super::Store::vacuum) did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Vacuumed {
    /// Parts of the journal's table that were dropped, because nothing stood in them any more.
    pub dropped: u64,
    /// Tables, and parts of the journal's, that were written anew.
    pub rewritten: u64,
    /// Those that wait for another time, because they were in use.
    pub waiting: u64,
}
