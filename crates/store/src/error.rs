//! The errors of a store.

/// An error of a store, as far as a caller can act on it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No room is left. Nothing was written; recording resumes by itself once there is room.
    #[error(
        "the disk that holds the journal is full; nothing was written. Make room: recording resumes by itself"
    )]
    Full,
    /// The database cannot be reached or written just now. Nothing was written.
    #[error("the journal's database cannot be used just now: {0}")]
    Unavailable(String),
    /// The derived output cannot be read or written just now. The journal is not affected, since it
    /// is another file.
    #[error("what is derived from the journal cannot be used just now: {0}")]
    Derived(String),
    /// The last append may have been written or not: look up the ids, or send the events again.
    #[error("whether the events were written is not known: {0}. Send them again with the same ids")]
    Unknown(String),
    /// Another program has locked the journal.
    #[error("{0}")]
    InUse(String),
    /// The journal was written by a newer version of Annals.
    #[error(
        "this journal was written by a newer Annals (its schema has `{found}`, this program knows up to `{known}`); install that version or a later one"
    )]
    Newer {
        /// The newest migration the journal has.
        found: String,
        /// The newest migration this program has.
        known: String,
    },
    /// The engine does this in another way.
    #[error("{0}")]
    Unsupported(String),
    /// The stored data cannot be understood.
    #[error(
        "the journal is damaged: {0}. Run `annals verify`, and restore a backup if it confirms this"
    )]
    Damaged(String),
    /// The file is not a journal, or does not exist.
    #[error("{0}")]
    NotAJournal(String),
}
