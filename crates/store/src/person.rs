//! The directory: people as the application knows them, for access and display.

use annals_event::Time;
use serde::{Deserialize, Serialize};

/// The kind of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// An adult, or somebody who speaks for themselves.
    User,
    /// A child, in the care of its guardians.
    Child,
}

/// The level of recording for a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Collection {
    /// Everything.
    #[default]
    Full,
    /// Only the classes `ledger` and `audit`.
    Essential,
    /// Nothing.
    Off,
}

/// A consent that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// The id of the person who gave it.
    pub by: String,
    /// The time when it was given.
    pub at: Time,
    /// The version of the text they saw.
    pub text_version: String,
}

/// A person in the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Person {
    /// The application's id.
    pub id: String,
    /// User or child.
    pub kind: PersonKind,
    /// Their name, if given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A child's guardians, by id; the first one's account is the child's.
    pub guardians: Vec<String>,
    /// Their IANA time zone, such as `Europe/Stockholm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// The consent that holds, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// The level of recording.
    pub collection: Collection,
    /// The time when they were archived: their events stay, and lists for selection leave them out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Time>,
}

/// Selects a page of people.
#[derive(Clone, Debug, Default)]
pub struct PeopleQuery {
    /// Only this kind.
    pub kind: Option<PersonKind>,
    /// Folded words that the name or id must contain.
    pub words: Vec<String>,
    /// Only these people, whom the viewer may see.
    pub within: Option<Vec<String>>,
    /// `true` to include archived people.
    pub archived: bool,
    /// The id after which the page begins, in the order of ids' bytes.
    pub after: Option<String>,
    /// The most people to return.
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
