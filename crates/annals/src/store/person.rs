//! The directory: people as the application knows them, for access and display.

use annals_event::Time;
use serde::{Deserialize, Serialize};

/// What a person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// A grown-up, or whoever speaks for themselves.
    User,
    /// A child, in the care of its guardians.
    Child,
}

/// What is recorded about a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Collection {
    /// Everything.
    #[default]
    Full,
    /// Points and what must be accounted for: the classes `ledger` and `audit` only.
    Essential,
    /// Nothing.
    Off,
}

/// A consent that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Who gave it, by id.
    pub by: String,
    /// When.
    pub at: Time,
    /// Which version of the text they saw.
    pub text_version: String,
}

/// A person in the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Person {
    /// The application's id.
    pub id: String,
    /// User or child.
    pub kind: PersonKind,
    /// What people call them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A child's guardians, by id; the first one's account is the child's.
    pub guardians: Vec<String>,
    /// Their IANA time zone, such as `Europe/Stockholm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// The consent that stands, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// What is recorded about them.
    pub collection: Collection,
    /// When they were archived: their events stay, pickers leave them out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Time>,
}

/// Which people, from where, how many.
#[derive(Clone, Debug, Default)]
pub struct PeopleQuery {
    /// Of this kind only.
    pub kind: Option<PersonKind>,
    /// Folded words that must all stand in name or id.
    pub words: Vec<String>,
    /// Of these people only: those a person may see.
    pub within: Option<Vec<String>>,
    /// Archived ones too.
    pub archived: bool,
    /// After this id, in the order of ids' bytes.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

impl PersonKind {
    /// Every kind.
    pub const ALL: [PersonKind; 2] = [PersonKind::User, PersonKind::Child];

    /// The word used in JSON and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            PersonKind::User => "user",
            PersonKind::Child => "child",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<PersonKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Collection {
    /// Every level.
    pub const ALL: [Collection; 3] = [Collection::Full, Collection::Essential, Collection::Off];

    /// The word used in JSON and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Collection::Full => "full",
            Collection::Essential => "essential",
            Collection::Off => "off",
        }
    }

    /// The level with this name.
    pub fn from_name(name: &str) -> Option<Collection> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }
}
