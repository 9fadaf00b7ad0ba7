//! Somebody who has shown who they are, and what follows from it.

use annals_event::{Actor, ActorType, Time};

use super::permission::{Forbidden, Permission, permissions_of, viewer_of};
use crate::catalog::Catalog;
use crate::store::{Role, Scope};

/// Somebody who has shown who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What they may do.
    pub role: Role,
    /// How they came in.
    pub auth_method: AuthMethod,
    /// What people call them, for display.
    pub label: String,
    /// The person they are, when their own token says so.
    pub person: Option<CallerPerson>,
}

/// A person who calls in their own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerPerson {
    /// The application's id.
    pub id: String,
    /// Whom the directory calls them a guardian of.
    pub dependants: Vec<String>,
}

/// How a caller came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    /// With a key.
    Key {
        /// The key's public id.
        id: String,
    },
    /// With the dashboard's cookie.
    Session {
        /// What the CSRF header must say.
        csrf_token: String,
        /// When the session ends.
        expires_at: Time,
        /// The key it was opened with, if any.
        key_id: Option<String>,
    },
    /// With a token of the application.
    Token {
        /// When it expires: nothing opened with it lives longer.
        expires_at: Time,
    },
    /// Over the server's local socket: whoever may open it may open the journal's file as well.
    Operator,
}

impl Caller {
    /// The operator of the machine, at its command line.
    pub fn operator() -> Caller {
        let label = "operator".to_owned();
        Caller { role: Role::Admin, auth_method: AuthMethod::Operator, label, person: None }
    }

    /// Whether they may see this person's record in the directory.
    pub fn may_see_person(&self, id: &str) -> bool {
        let known = |own: &CallerPerson| own.id == id || own.dependants.iter().any(|one| one == id);
        self.has(Permission::ReadEverybody) || self.person.as_ref().is_some_and(known)
    }

    /// What they may see. Whoever puts a question to the store in a caller's name asks this.
    pub fn scope(&self, catalog: &Catalog) -> Scope {
        match (viewer_of(self.role), &self.person) {
            (Some(viewer), _) => Scope::anybody(viewer, catalog),
            (None, Some(person)) => Scope::person(&person.id, &person.dependants, catalog),
            (None, None) => Scope::nothing(),
        }
    }

    /// The caller as the actor of what they do.
    pub fn actor(&self) -> Actor {
        if let Some(person) = &self.person {
            let kind = if self.role == Role::Child { ActorType::Child } else { ActorType::User };
            // Without a name of their own, the id is what they are called.
            let name = Some(self.label.clone()).filter(|label| *label != person.id);
            return Actor { kind, id: Some(person.id.clone()), name };
        }
        let id = match &self.auth_method {
            AuthMethod::Key { id } => Some(id.clone()),
            AuthMethod::Session { key_id, .. } => key_id.clone(),
            AuthMethod::Token { .. } | AuthMethod::Operator => None,
        };
        let kind = if id.is_some() { ActorType::ApiKey } else { ActorType::System };
        Actor { kind, id, name: Some(self.label.clone()) }
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

    /// Whether the caller has this permission.
    pub fn has(&self, permission: Permission) -> bool {
        permission.is_of(self.role)
    }

    /// The caller's permissions, sorted by their words.
    pub fn permissions(&self) -> Vec<Permission> {
        let mut permissions = permissions_of(self.role).to_vec();
        permissions.sort_by_key(|permission| permission.as_str());
        permissions
    }
}

/// Why somebody is not let in. It never says what was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// No such key.
    #[error("this key is not known")]
    Unknown,
    /// The key was revoked.
    #[error("this key has been revoked; ask an admin for a new one")]
    Revoked,
    /// The key has expired.
    #[error("this key has expired; ask an admin for a new one")]
    Expired,
    /// No token is taken, or not this one.
    #[error("this token is not one that this server takes; sign in to the application again")]
    Token,
    /// The token has expired, or is not good yet.
    #[error("this token is not good at this time; sign in to the application again")]
    TokenTime,
    /// The session has ended.
    #[error("this session has ended; sign in again")]
    SessionOver,
    /// The link was used, has expired, or never was.
    #[error("this sign-in link was used already or has expired; make a new one with `annals link`")]
    LinkOver,
}
