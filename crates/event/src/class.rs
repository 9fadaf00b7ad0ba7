//! The classes of events.

use serde::{Deserialize, Serialize};

/// The class of an event, which decides by the retention rules how long it is kept. Intake decides
/// it once, and it stays with the event.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Points: never deleted by age; recording cannot be switched off.
    Ledger,
    /// Acts that somebody must account for: kept in full until they are deleted.
    Audit,
    /// Activity in the application: anonymised, later deleted.
    #[default]
    Activity,
    /// Errors: anonymised, later deleted.
    Error,
}

impl Class {
    /// Every class, by code.
    pub const ALL: [Class; 4] = [Class::Ledger, Class::Audit, Class::Activity, Class::Error];

    /// Returns `true` if its events lose their people before they are deleted.
    pub const fn is_anonymised(self) -> bool {
        match self {
            Class::Activity | Class::Error => true,
            Class::Ledger | Class::Audit => false,
        }
    }

    /// Returns `true` if there may be a limit to the number of its events.
    pub const fn is_limited_by_count(self) -> bool {
        match self {
            Class::Audit => true,
            Class::Ledger | Class::Activity | Class::Error => false,
        }
    }

    /// Returns `true` if its events are recorded without anybody's consent.
    pub const fn is_essential(self) -> bool {
        match self {
            Class::Ledger | Class::Audit => true,
            Class::Activity | Class::Error => false,
        }
    }

    /// Returns `true` if its recording may be switched off.
    pub const fn may_be_switched_off(self) -> bool {
        match self {
            Class::Ledger => false,
            Class::Audit | Class::Activity | Class::Error => true,
        }
    }

    /// Returns the word used in JSON, filters and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Class::Ledger => "ledger",
            Class::Audit => "audit",
            Class::Activity => "activity",
            Class::Error => "error",
        }
    }

    /// Returns the byte used in the digest and in compact storage: 0 for `ledger` to 3 for `error`.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Returns the class with this [`code`](Class::code).
    pub fn from_code(code: u8) -> Option<Class> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Returns the class with this name.
    pub fn from_name(name: &str) -> Option<Class> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }
}
