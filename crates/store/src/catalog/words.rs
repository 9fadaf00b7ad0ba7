//! The words of the catalog: classes, roles, sources, viewers.

use serde::{Deserialize, Serialize};

/// The class of an event, which decides by the retention rules how long it is kept.
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
    /// Points: never deleted by age; recording cannot be switched off.
    Ledger,
    /// Records of who did what: kept in full until they are deleted.
    Audit,
    /// Activity in the application: anonymised, later deleted.
    Activity,
    /// Errors: anonymised, later deleted.
    Error,
}

impl Class {
    /// Every class.
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

    /// Returns the role of its events in analytics, where the catalog says nothing.
    pub const fn default_role(self) -> Option<Role> {
        match self {
            Class::Error => Some(Role::Error),
            Class::Ledger | Class::Audit | Class::Activity => None,
        }
    }

    /// Returns the word used in JSON and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Class::Ledger => "ledger",
            Class::Audit => "audit",
            Class::Activity => "activity",
            Class::Error => "error",
        }
    }
}

/// The meaning of an action to analytics, whatever its name.
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
// Keys have roles too, and names in the API document must be unique.
#[schema(as = ActionRole)]
pub enum Role {
    /// A page was opened.
    PageView,
    /// A page was left.
    PageExit,
    /// An entity was looked at.
    View,
    /// An entity was started.
    Start,
    /// A step of an entity was done.
    Progress,
    /// An entity was completed.
    Complete,
    /// An entity was abandoned.
    Abandon,
    /// A milestone of a learner, besides `complete` and `earn`.
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
    /// Somebody signed out, which ends the session.
    Logout,
    /// Somebody's safety may be in danger.
    Safety,
    /// An error of the application.
    Error,
}

impl Role {
    /// Returns `true` if the action is done to learn, and not only to look.
    pub const fn is_learning(self) -> bool {
        matches!(self, Role::Start | Role::Progress | Role::Complete | Role::Abandon)
    }

    /// Returns the word used in JSON and the database.
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

/// The source of an event, as intake knows it.
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
    /// A person's browser, with an ingest key or the person's own token. It is trusted only with
    /// that person's activity.
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
    /// Returns the word used in catalogs and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Source::Browser => "browser",
            Source::Service => "service",
            Source::Command => "command",
            Source::Annals => "annals",
        }
    }
}

/// Sources of actions in categories that the catalog does not name. Points are never among them.
pub(super) const DEFAULT_SOURCES: [Source; 3] = [Source::Browser, Source::Service, Source::Annals];

/// A viewer of an event.
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
    /// Every viewer.
    pub const ALL: [Viewer; 5] =
        [Viewer::Person, Viewer::Guardian, Viewer::Service, Viewer::Admin, Viewer::Auditor];
}
