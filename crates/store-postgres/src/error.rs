//! PostgreSQL's errors as a caller can act on them. Never with their details, which contain values.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use annals_store::StoreError;

/// The error of a failed statement. It wrote nothing, unless [`is_in_doubt`].
pub(super) fn failed(error: Error) -> StoreError {
    let Some(answer) = error.as_db_error() else {
        let text = chain(&error);
        // The writer wrote valid values, so an unreadable one was changed since.
        return if text.contains("deserializing") {
            StoreError::Damaged(text)
        } else {
            StoreError::Unavailable(text)
        };
    };
    let message = answer.message().to_owned();
    match answer.code() {
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

/// `true` if the statement may have been committed: the connection was lost, or the server ended
/// while it answered.
pub(super) fn is_in_doubt(error: &Error) -> bool {
    let Some(answer) = error.as_db_error() else {
        return true;
    };
    let ends = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN,
    ];
    ends.contains(answer.code()) || answer.code().code().starts_with("08")
}

/// An error and its causes on one line, without the server's details.
pub(super) fn chain(error: &Error) -> String {
    use std::error::Error as _;
    if let Some(answer) = error.as_db_error() {
        return answer.message().to_owned();
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
