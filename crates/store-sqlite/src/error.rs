//! Errors within the engine, which become a [`StoreError`] at its edge.

use std::fmt;

use annals_store::StoreError;
use annals_store::row::Unreadable;
use rusqlite::ErrorCode;

/// A result within the engine.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// A store's error, into which `?` also turns SQLite's errors.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) StoreError);

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure(error)
    }
}

impl From<Unreadable> for Failure {
    fn from(unreadable: Unreadable) -> Failure {
        Failure(unreadable.into())
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> StoreError {
        failure.0
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Failure {
        // Annals wrote only values it can read, so another program changed this one.
        if matches!(
            error,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::Utf8Error(..)
        ) {
            return Failure(StoreError::Damaged(error.to_string()));
        }
        Failure(match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full,
            Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged(error.to_string()),
            Some(ErrorCode::NotADatabase) => {
                StoreError::NotAJournal("the file is not an SQLite database".to_owned())
            }
            _ => StoreError::Unavailable(error.to_string()),
        })
    }
}
