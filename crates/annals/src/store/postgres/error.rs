//! PostgreSQL's errors as a caller can act on them. Never with their details: those name values.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::super::StoreError;

/// What a failed statement means. Nothing was written by it, unless [`is_in_doubt`].
pub(super) fn failed(error: Error) -> StoreError {
    let Some(told) = error.as_db_error() else {
        let text = chain(&error);
        // What was written can be read: whatever cannot was changed since.
        return if text.contains("deserializing") {
            StoreError::Damaged(text)
        } else {
            StoreError::Unavailable(text)
        };
    };
    let message = told.message().to_owned();
    match told.code() {
        code if *code == SqlState::DISK_FULL => StoreError::Full,
        code if [SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED].contains(code) => {
            StoreError::Damaged(message)
        }
        code if *code == SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::Unavailable(
            "this PostgreSQL is a replica, or read-only; name the primary, or several hosts with \
             `target_session_attrs=read-write`"
                .to_owned(),
        ),
        code if *code == SqlState::QUERY_CANCELED => StoreError::Unavailable(
            "PostgreSQL gave it up, as it does after 60 seconds; ask for a shorter period"
                .to_owned(),
        ),
        _ => StoreError::Unavailable(message),
    }
}

/// Whether it is not known if the statement was committed: the connection was lost, or the server
/// ended while it answered.
pub(super) fn is_in_doubt(error: &Error) -> bool {
    let Some(told) = error.as_db_error() else {
        return true;
    };
    let ends = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN,
    ];
    ends.contains(told.code()) || told.code().code().starts_with("08")
}

/// An error and its causes on one line, without what the server tells in detail.
pub(super) fn chain(error: &Error) -> String {
    use std::error::Error as _;
    if let Some(told) = error.as_db_error() {
        return told.message().to_owned();
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
