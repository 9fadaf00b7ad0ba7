//! Stored credentials: keys, sign-in links and sessions. Never a secret, only its hash.

use annals_event::Time;
use serde::{Deserialize, Serialize};

/// The role of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Admin,
    /// Read everything, change nothing.
    Auditor,
    /// Append in anyone's name, run points commands, maintain people, read events.
    Service,
    /// Append from browsers; read nothing.
    Ingest,
    /// A person: append about themselves and their children, read what is about them. Comes from
    /// the application's token; no key has this role.
    User,
    /// A child in the directory, with the same rights as a user.
    Child,
}

impl Role {
    /// Every role a key can have.
    pub const OF_KEYS: [Role; 4] = [Role::Admin, Role::Auditor, Role::Service, Role::Ingest];
    /// Every role.
    pub const ALL: [Role; 6] =
        [Role::Admin, Role::Auditor, Role::Service, Role::Ingest, Role::User, Role::Child];

    /// The word used in JSON, in keys and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Auditor => "auditor",
            Role::Service => "service",
            Role::Ingest => "ingest",
            Role::User => "user",
            Role::Child => "child",
        }
    }

    /// The role with this name.
    pub fn from_name(name: &str) -> Option<Role> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// A stored key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its public id, used in lists and events.
    pub id: String,
    /// SHA-256 of the full key. A key has 256 random bits, so that no slow hash is needed.
    pub hash: [u8; 32],
    /// The role of its holder.
    pub role: Role,
    /// The name that people gave it.
    pub name: String,
    /// The origins of web pages that may use an ingest key, such as `https://shop.example`.
    pub origins: Vec<String>,
    /// The time when it was made.
    pub created_at: Time,
    /// The time when it expires, if it does.
    pub expires_at: Option<Time>,
    /// The time when it was revoked, if it was.
    pub revoked_at: Option<Time>,
    /// The time of its last use, to about a minute.
    pub last_used_at: Option<Time>,
}

/// The kind of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInKind {
    /// A link that works once.
    Link,
    /// A dashboard session, held by a cookie.
    Session,
}

/// A stored sign-in link or dashboard session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// Link or session.
    pub kind: SignInKind,
    /// The role of its holder.
    pub role: Role,
    /// The person's or key's name, for display.
    pub label: String,
    /// The key it was opened with; a session ends when its key does.
    pub key_id: Option<String>,
    /// The person whose token opened it.
    pub person_id: Option<String>,
    /// The time when it expires.
    pub expires_at: Time,
}
