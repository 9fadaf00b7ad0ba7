//! What lets somebody in: keys, sign-in links and sessions, as they are kept. Never a secret,
//! only its hash.

use annals_event::Time;
use serde::{Deserialize, Serialize};

/// What a caller may do.
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
    /// A person: append about themselves and their children, read what is about them. The
    /// application's token says who it is; no key has this role.
    User,
    /// A child, as the directory knows it: like a user.
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

/// A key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its public id: what lists and the record call it.
    pub id: String,
    /// SHA-256 of the whole key. A key has 256 random bits, so that no slow hash is needed.
    pub hash: [u8; 32],
    /// What its holder may do.
    pub role: Role,
    /// What people call it.
    pub name: String,
    /// From which web pages an ingest key may be used, such as `https://shop.example`.
    pub origins: Vec<String>,
    /// When it was made.
    pub created_at: Time,
    /// When it stops working, if it does.
    pub expires_at: Option<Time>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Time>,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<Time>,
}

/// What a sign-in is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInKind {
    /// A link that can be used once.
    Link,
    /// A dashboard session, held by a cookie.
    Session,
}

/// A sign-in link or a dashboard session as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// Link or session.
    pub kind: SignInKind,
    /// What its holder may do.
    pub role: Role,
    /// Who is signed in, for display.
    pub label: String,
    /// The key it was opened with; a session ends when its key does.
    pub key_id: Option<String>,
    /// The person it belongs to, when it was opened with their own token.
    pub person_id: Option<String>,
    /// When it stops working.
    pub expires_at: Time,
}
