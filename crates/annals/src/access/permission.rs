//! The permissions, and the table of the roles that have them.
//!
//! Handlers and services check a permission with [`Caller::may`](super::Caller::may). The API
//! document names the permission of each operation as `x-permission`; `GET /api/v1/session` returns
//! the caller's.

use serde::Serialize;

use crate::catalog::Viewer;
use crate::store::Role;

/// Defines [`Permission`], so that a permission and its word stand in one line.
macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// A permission.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Permission {
            $($(#[$doc])* $name,)*
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Permission] = &[$(Permission::$name,)*];

            /// The word used in JSON.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Permission::$name => $word,)*
                }
            }
        }
    };
}

permissions! {
    /// Send events.
    AppendEvents = "append_events",
    /// Send events as a service: about anybody, with times and severities of its own.
    AppendForOthers = "append_for_others",
    /// Read events, people and points within the caller's scope.
    ReadEvents = "read_events",
    /// See everybody; without it, people see themselves and their children.
    ReadEverybody = "read_everybody",
    /// Read figures about everybody.
    ReadAnalytics = "read_analytics",
    /// Read the engagement and the risk history of people within the caller's scope.
    ReadLearners = "read_learners",
    /// Resolve, ignore and reopen error groups.
    ManageErrors = "manage_errors",
    /// Add, change and archive people.
    ManagePeople = "manage_people",
    /// Erase people.
    ErasePeople = "erase_people",
    /// Add, change and delete tasks and rewards.
    ManagePoints = "manage_points",
    /// Give tasks, penalties and rewards to children, and adjust their points.
    GivePoints = "give_points",
    /// Request rewards, and cancel requests.
    RequestRewards = "request_rewards",
    /// Read the points events of a user account.
    ReadAccounts = "read_accounts",
    /// List keys.
    ReadKeys = "read_keys",
    /// Create and revoke keys and sign-in links.
    ManageKeys = "manage_keys",
    /// Read the settings.
    ReadSettings = "read_settings",
    /// Change the settings.
    ChangeSettings = "change_settings",
    /// Carry out retention.
    RunRetention = "run_retention",
    /// Read the server's health.
    ReadHealth = "read_health",
    /// Read the server's metrics.
    ReadMetrics = "read_metrics",
    /// Read the server's log.
    ReadLog = "read_log",
}

/// Returns the permissions of a role.
pub const fn permissions_of(role: Role) -> &'static [Permission] {
    use Permission::{
        AppendEvents, AppendForOthers, GivePoints, ManagePeople, ManagePoints, ReadAnalytics,
        ReadEvents, ReadEverybody, ReadHealth, ReadKeys, ReadLearners, ReadSettings,
        RequestRewards,
    };
    match role {
        Role::Admin => Permission::ALL,
        Role::Auditor => &[
            ReadEvents,
            ReadEverybody,
            ReadAnalytics,
            ReadLearners,
            ReadKeys,
            ReadSettings,
            ReadHealth,
        ],
        Role::Service => &[
            AppendEvents,
            AppendForOthers,
            ReadEvents,
            ReadEverybody,
            ReadAnalytics,
            ReadLearners,
            ManagePeople,
            ManagePoints,
            GivePoints,
            RequestRewards,
        ],
        Role::Ingest => &[AppendEvents],
        Role::User => &[AppendEvents, ReadEvents, ReadLearners, GivePoints, RequestRewards],
        Role::Child => &[AppendEvents, ReadEvents, ReadLearners, RequestRewards],
    }
}

/// Returns the viewer as which a role reads everybody's events; `None` for roles that read only a
/// person's own events, or none.
pub const fn viewer_of(role: Role) -> Option<Viewer> {
    match role {
        Role::Admin => Some(Viewer::Admin),
        Role::Auditor => Some(Viewer::Auditor),
        Role::Service => Some(Viewer::Service),
        Role::Ingest | Role::User | Role::Child => None,
    }
}

/// The caller lacks a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This takes the role {}; yours is {}.", roles_with(*.permission), .role.as_str())]
pub struct Forbidden {
    /// The missing permission.
    pub permission: Permission,
    /// The caller's role.
    pub role: Role,
}

fn roles_with(permission: Permission) -> String {
    let roles = Role::ALL.into_iter().filter(|role| permission.is_of(*role));
    roles.map(Role::as_str).collect::<Vec<_>>().join(" or ")
}

impl Permission {
    /// `true` if a role has this permission.
    pub fn is_of(self, role: Role) -> bool {
        permissions_of(role).contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_written_as_its_word() {
        for permission in Permission::ALL {
            assert_eq!(serde_json::json!(permission), permission.as_str());
        }
    }

    #[test]
    fn a_refusal_names_the_roles_that_have_the_permission() {
        let refusal = Forbidden { permission: Permission::ReadKeys, role: Role::Child };
        assert_eq!(refusal.to_string(), "This takes the role admin or auditor; yours is child.");
    }

    #[test]
    fn a_service_reads_analytics_and_changes_no_settings() {
        for permission in [Permission::ReadAnalytics, Permission::ReadLearners] {
            assert!(permission.is_of(Role::Service), "{}", permission.as_str());
        }
        for permission in
            [Permission::ChangeSettings, Permission::ManageErrors, Permission::ReadKeys]
        {
            assert!(!permission.is_of(Role::Service), "{}", permission.as_str());
        }
    }
}
