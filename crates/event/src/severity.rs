//! The severities of events.

use serde::{Deserialize, Serialize};

/// The severity of an event, from `info` (the default) to `critical`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Ordinary business.
    #[default]
    Info,
    /// Worth knowing: a setting changed, somebody left.
    Notice,
    /// Something went wrong and was handled.
    Warning,
    /// Something failed.
    Error,
    /// A person must look now.
    Critical,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Severity; 5] =
        [Severity::Info, Severity::Notice, Severity::Warning, Severity::Error, Severity::Critical];

    /// Returns the word used in JSON, filters and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Notice => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
            Severity::Critical => "critical",
        }
    }

    /// Returns the byte used in the digest and in compact storage: 0 for `info` to 4 for
    /// `critical`.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Returns the severity with this [`code`](Severity::code).
    pub fn from_code(code: u8) -> Option<Severity> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Returns the severity with this name.
    pub fn from_name(name: &str) -> Option<Severity> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == name)
    }
}
