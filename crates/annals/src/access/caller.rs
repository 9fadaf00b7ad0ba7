//! The caller of a request: role, scope and permissions.

use annals_event::{Actor, ActorType, Time};

use super::permission::{Forbidden, Permission, permissions_of, viewer_of};
use crate::catalog::Catalog;
use crate::store::{Role, Scope};

/// The caller of a request, once identified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The role, which decides the permissions.
    pub role: Role,
    /// The means by which the caller was identified.
    pub auth_method: AuthMethod,
    /// The name to display.
    pub label: String,
    /// The person, if the caller used their own token or a session opened with it.
    pub person: Option<CallerPerson>,
}

/// A person who calls in their own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerPerson {
    /// The person's id in the application.
    pub id: String,
    /// The ids of the children whose guardian they are in the directory.
    pub dependants: Vec<String>,
}

/// The means by which a caller was identified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    /// A key.
    Key {
        /// The key's public id.
        id: String,
    },
    /// The dashboard's cookie.
    Session {
        /// The token that the CSRF header must contain.
        csrf_token: String,
        /// The time when the session ends.
        expires_at: Time,
        /// The id of the key it was opened with, if any.
        key_id: Option<String>,
    },
    /// A token of the application.
    Token {
        /// The time when the token expires; nothing opened with it lasts longer.
        expires_at: Time,
    },
    /// The server's local socket. Anybody who may open it may open the journal's file as well.
    Operator,
}

impl Caller {
    /// Returns the machine's operator, who uses its command line, as a caller.
    pub fn operator() -> Caller {
        let label = "operator".to_owned();
        Caller { role: Role::Admin, auth_method: AuthMethod::Operator, label, person: None }
    }

    /// `true` if the caller may see this person's record in the directory.
    pub fn may_see_person(&self, id: &str) -> bool {
        let known = |own: &CallerPerson| own.id == id || own.dependants.iter().any(|one| one == id);
        self.has(Permission::ReadEverybody) || self.person.as_ref().is_some_and(known)
    }

    /// Returns the scope of events that the caller may see. Every query on a caller's behalf must
    /// use it.
    pub fn scope(&self, catalog: &Catalog) -> Scope {
        match (viewer_of(self.role), &self.person) {
            (Some(viewer), _) => Scope::anybody(viewer, catalog),
            (None, Some(person)) => Scope::person(&person.id, &person.dependants, catalog),
            (None, None) => Scope::nothing(),
        }
    }

    /// Returns the caller as the actor of their events.
    pub fn actor(&self) -> Actor {
        if let Some(person) = &self.person {
            let kind = if self.role == Role::Child { ActorType::Child } else { ActorType::User };
            // The label of a person without a name is their id.
            let name = Some(self.label.clone()).filter(|label| *label != person.id);
            return Actor { kind, id: Some(person.id.clone()), name, ..Actor::default() };
        }
        let id = match &self.auth_method {
            AuthMethod::Key { id } => Some(id.clone()),
            AuthMethod::Session { key_id, .. } => key_id.clone(),
            AuthMethod::Token { .. } | AuthMethod::Operator => None,
        };
        let kind = if id.is_some() { ActorType::ApiKey } else { ActorType::System };
        Actor { kind, id, name: Some(self.label.clone()), ..Actor::default() }
    }
}

impl Caller {
    /// Refuses a caller without this permission.
    pub fn may(&self, permission: Permission) -> Result<(), Forbidden> {
        if self.has(permission) {
            return Ok(());
        }
        Err(Forbidden { permission, role: self.role })
    }

    /// `true` if the caller has this permission.
    pub fn has(&self, permission: Permission) -> bool {
        permission.is_of(self.role)
    }

    /// Returns the caller's permissions, sorted by their words.
    pub fn permissions(&self) -> Vec<Permission> {
        let mut permissions = permissions_of(self.role).to_vec();
        permissions.sort_by_key(|permission| permission.as_str());
        permissions
    }
}

/// The reason why a caller is refused. It never contains the credential that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The key is unknown.
    #[error("this key is not known")]
    Unknown,
    /// The key was revoked.
    #[error("this key has been revoked; ask an admin for a new one")]
    Revoked,
    /// The key has expired.
    #[error("this key has expired; ask an admin for a new one")]
    Expired,
    /// The server accepts no tokens, or not this one.
    #[error(
        "this server does not accept your application's token; go back to your application and open Annals again"
    )]
    Token,
    /// The token has expired, or is not valid yet.
    #[error("your sign-in has expired; go back to your application and open Annals again")]
    TokenTime,
    /// The session has ended.
    #[error("this session has ended; sign in again")]
    SessionOver,
    /// The link was used, has expired, or never existed.
    #[error("this sign-in link was used already or has expired; make a new one with `annals link`")]
    LinkOver,
}
