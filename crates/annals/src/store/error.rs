//! What can go wrong in a store.

/// What went wrong, as far as the caller can act on it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No room left. Nothing was written; when there is room again, all goes on by itself.
    #[error(
        "the disk that holds the journal is full; nothing was written. Make room: recording resumes by itself"
    )]
    Full,
    /// The database cannot be reached or written just now. Nothing was written.
    #[error("the journal's database cannot be used just now: {0}")]
    Unavailable(String),
    /// What is derived from the journal cannot be read or written just now. The journal itself is
    /// another file, and fares as it does.
    #[error("what is derived from the journal cannot be used just now: {0}")]
    Derived(String),
    /// Whether the last append was written is not known: ask for the ids, or send them again.
    #[error("whether the events were written is not known: {0}. Send them again with the same ids")]
    Unknown(String),
    /// Another program holds the journal.
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
    /// The engine has another way to do this.
    #[error("{0}")]
    Unsupported(String),
    /// What is stored cannot be understood.
    #[error(
        "the journal is damaged: {0}. Run `annals verify`, and restore a backup if it confirms this"
    )]
    Damaged(String),
    /// The file is not a journal, or does not exist.
    #[error("{0}")]
    NotAJournal(String),
}
