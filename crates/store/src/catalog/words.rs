//! The words of the catalog: roles, sources, viewers.

use annals_event::Class;
use serde::{Deserialize, Serialize};

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
    /// Returns the role of a class's events, where the catalog says nothing.
    pub const fn of_class(class: Class) -> Option<Role> {
        match class {
            Class::Error => Some(Role::Error),
            Class::Ledger | Class::Audit | Class::Activity => None,
        }
    }

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
