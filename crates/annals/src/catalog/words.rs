//! The words a catalog is written with.

use serde::{Deserialize, Serialize};

/// How long an event is kept (by its retention rules).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Points: never ages by itself, cannot be switched off.
    Ledger,
    /// Who did what: whole until it is deleted.
    Audit,
    /// What people did in the application: anonymised, later deleted.
    Activity,
    /// Faults: anonymised, later deleted.
    Error,
}

impl Class {
    /// The word used in JSON and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Class::Ledger => "ledger",
            Class::Audit => "audit",
            Class::Activity => "activity",
            Class::Error => "error",
        }
    }
}

/// What an action means to analytics, whatever its name.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
// Keys have roles too, and the API document knows one name once.
#[schema(as = ActionRole)]
pub enum Role {
    /// A page was opened.
    PageView,
    /// A page was left.
    PageExit,
    /// A thing was looked at.
    View,
    /// A thing was begun.
    Start,
    /// A step of a thing was done.
    Progress,
    /// A thing was finished.
    Complete,
    /// A thing was given up.
    Abandon,
    /// Worth standing among a learner's milestones, besides `complete` and `earn`.
    Milestone,
    /// A badge was earned.
    Earn,
    /// A badge was claimed.
    Claim,
    /// Somebody registered.
    Register,
    /// Somebody signed in.
    Login,
    /// A sign-in failed.
    LoginFailed,
    /// Somebody signed out: ends the session.
    Logout,
    /// Somebody's safety is in question.
    Safety,
    /// A fault of the application.
    Error,
}

impl Role {
    /// Whether it is done to learn, and not only to look.
    pub const fn is_learning(self) -> bool {
        matches!(self, Role::Start | Role::Progress | Role::Complete | Role::Abandon)
    }

    /// The word used in JSON and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::PageView => "page_view",
            Role::PageExit => "page_exit",
            Role::View => "view",
            Role::Start => "start",
            Role::Progress => "progress",
            Role::Complete => "complete",
            Role::Abandon => "abandon",
            Role::Milestone => "milestone",
            Role::Earn => "earn",
            Role::Claim => "claim",
            Role::Register => "register",
            Role::Login => "login",
            Role::LoginFailed => "login_failed",
            Role::Logout => "logout",
            Role::Safety => "safety",
            Role::Error => "error",
        }
    }
}

/// Who sends an event, as intake knows it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A person's browser, with an ingest key or the person's own token: trusted with nothing but
    /// its own activity_summary.
    #[default]
    Browser,
    /// The application's server, with a `service` or `admin` key.
    Service,
    /// A points command, decided by Annals.
    Command,
    /// Annals itself.
    Annals,
}

impl Source {
    /// The word used in catalogs and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Source::Browser => "browser",
            Source::Service => "service",
            Source::Command => "command",
            Source::Annals => "annals",
        }
    }
}

/// Sources of actions in categories that no catalog names. Points are never among them.
pub(super) const DEFAULT_SOURCES: [Source; 3] = [Source::Browser, Source::Service, Source::Annals];

/// Who looks at an event.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Viewer {
    /// The person it is about.
    #[serde(rename = "self")]
    Person,
    /// A guardian of that person.
    Guardian,
    /// A `service` key.
    Service,
    /// An `admin`.
    Admin,
    /// An `auditor`.
    Auditor,
}

impl Viewer {
    /// Everybody.
    pub const ALL: [Viewer; 5] =
        [Viewer::Person, Viewer::Guardian, Viewer::Service, Viewer::Admin, Viewer::Auditor];
}
