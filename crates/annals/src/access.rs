//! Who is calling, and what they may do.
//!
//! ```text
//! Authorization: Bearer ann_…  ─► key      ┐
//! cookie annals_session        ─► session  ├─► Caller { role, … } ─► http asks: may it?
//! the server's local socket    ─► operator ┘
//! ```
//!
//! Secrets are kept as SHA-256 only: each has 256 random bits (a bootstrap key at least 32
//! characters), so that a slow hash would add nothing, and they are looked up by hash, so that
//! no comparison can be timed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use annals_event::{Actor, ActorType, Time};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::catalog::{Catalog, Viewer};
use crate::clock::Clock;
use crate::id::{self, Random};
use crate::store::{Key, Result, Role, Scope, SignIn, SignInKind, Store};

/// How long a sign-in link works: 10 minutes, in microseconds.
const LINK_LIFE: i64 = 10 * 60 * 1_000_000;
/// How long a dashboard session lasts: 7 days, in microseconds.
pub const SESSION_LIFE: i64 = 7 * 24 * 3_600 * 1_000_000;
/// `last_used_at` is told to the minute.
const USE_GRAIN: i64 = 60 * 1_000_000;
/// The shortest bootstrap key.
pub const BOOTSTRAP_CHARS: usize = 32;

/// The origin that stands for all of them.
pub const ANY_ORIGIN: &str = "*";

/// Somebody who has shown who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What they may do.
    pub role: Role,
    /// How they came in.
    pub means: Means,
    /// What people call them, for display.
    pub label: String,
}

/// How a caller came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Means {
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
    /// Over the server's local socket: whoever may open it may open the journal's file as well.
    Operator,
}

impl Caller {
    /// The operator of the machine, at its command line.
    pub fn operator() -> Caller {
        Caller { role: Role::Admin, means: Means::Operator, label: "operator".to_owned() }
    }

    /// What they may see. Whoever puts a question to the store in a caller's name asks this.
    pub fn scope(&self, catalog: &Catalog) -> Scope {
        match self.role {
            Role::Admin => Scope::anybody(Viewer::Admin, catalog),
            Role::Auditor => Scope::anybody(Viewer::Auditor, catalog),
            Role::Service => Scope::anybody(Viewer::Service, catalog),
            Role::Ingest => Scope::nothing(),
        }
    }

    /// The caller as the actor of what they do.
    pub fn actor(&self) -> Actor {
        let id = match &self.means {
            Means::Key { id } => Some(id.clone()),
            Means::Session { key_id, .. } => key_id.clone(),
            Means::Operator => None,
        };
        let kind = if id.is_some() { ActorType::ApiKey } else { ActorType::System };
        Actor { kind, id, name: Some(self.label.clone()) }
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
    /// The session has ended.
    #[error("this session has ended; sign in again")]
    SessionOver,
    /// The link was used, has expired, or never was.
    #[error("this sign-in link was used already or has expired; make a new one with `annals link`")]
    LinkOver,
}

/// Keys, links and sessions.
pub struct Access {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    /// Every key by its hash, as the store has it.
    keys: RwLock<HashMap<[u8; 32], Key>>,
    /// Keys used since they were last written down.
    used: Mutex<HashMap<[u8; 32], Time>>,
    bootstrap: Option<[u8; 32]>,
}

impl Access {
    /// Reads the keys. `bootstrap` is the admin key of the environment, if there is one.
    pub async fn load(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        bootstrap: Option<&str>,
    ) -> Result<Access> {
        let keys = store.keys().await?.into_iter().map(|key| (key.hash, key)).collect();
        Ok(Access {
            store,
            clock,
            random,
            keys: RwLock::new(keys),
            used: Mutex::default(),
            bootstrap: bootstrap.map(sha256),
        })
    }

    /// Whether nobody could get in with a key.
    pub fn has_no_key(&self) -> bool {
        let now = self.clock.now();
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        self.bootstrap.is_none() && !keys.values().any(|key| standing(key, now).is_ok())
    }

    /// Whom a key belongs to.
    pub fn by_key(&self, key: &str) -> std::result::Result<Caller, Denied> {
        let hash = sha256(key);
        if self.bootstrap.is_some_and(|bootstrap| bool::from(bootstrap.ct_eq(&hash))) {
            let means = Means::Key { id: "bootstrap".to_owned() };
            let label = "ANNALS_ADMIN_KEY".to_owned();
            return Ok(Caller { role: Role::Admin, means, label });
        }
        let now = self.clock.now();
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys.get(&hash).ok_or(Denied::Unknown)?;
        standing(key, now)?;
        if key.last_used_at.is_none_or(|last| now.micros_since(last) >= USE_GRAIN) {
            self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, now);
        }
        let means = Means::Key { id: key.id.clone() };
        Ok(Caller { role: key.role, means, label: key.name.clone() })
    }

    /// Whom a session's cookie belongs to. The session ends with the key it was opened with.
    pub async fn by_session(&self, token: &str) -> Result<std::result::Result<Caller, Denied>> {
        let found = self.store.sign_in(sha256(token)).await?;
        let session = found.filter(|found| found.kind == SignInKind::Session);
        let now = self.clock.now();
        let Some(session) = session.filter(|session| session.expires_at > now) else {
            return Ok(Err(Denied::SessionOver));
        };
        if let Some(id) = &session.key_id {
            let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
            let key = keys.values().find(|key| key.id == *id);
            let bootstrap = id == "bootstrap" && self.bootstrap.is_some();
            if !bootstrap && key.is_none_or(|key| standing(key, now).is_err()) {
                return Ok(Err(Denied::SessionOver));
            }
        }
        let means = Means::Session {
            csrf_token: csrf_token(token),
            expires_at: session.expires_at,
            key_id: session.key_id,
        };
        Ok(Ok(Caller { role: session.role, means, label: session.label }))
    }

    /// Makes a link that signs an admin in once, within ten minutes. Answers its token.
    pub async fn new_link(&self) -> Result<String> {
        let token = id::secret(&*self.random);
        let sign_in = SignIn {
            hash: sha256(&token),
            kind: SignInKind::Link,
            role: Role::Admin,
            label: "sign-in link".to_owned(),
            key_id: None,
            expires_at: self.clock.now().plus_micros(LINK_LIFE),
        };
        self.store.put_sign_in(sign_in).await?;
        Ok(token)
    }

    /// Uses a link up. Of two who try, one gets in.
    pub async fn by_link(&self, token: &str) -> Result<std::result::Result<Caller, Denied>> {
        let hash = sha256(token);
        // A session's token is no link, and must not be used up by being tried as one.
        let known = self.store.sign_in(hash).await?;
        if known.is_none_or(|known| known.kind != SignInKind::Link) {
            return Ok(Err(Denied::LinkOver));
        }
        let taken = self.store.take_sign_in(hash).await?;
        Ok(match taken.filter(|link| link.expires_at > self.clock.now()) {
            Some(link) => Ok(Caller { role: link.role, means: Means::Operator, label: link.label }),
            None => Err(Denied::LinkOver),
        })
    }

    /// Opens a dashboard session for somebody who has shown who they are. Answers the cookie's
    /// token and the caller as the session makes them.
    pub async fn open_session(&self, caller: &Caller) -> Result<(String, Caller)> {
        let now = self.clock.now();
        self.store.expire_sign_ins(now).await?;
        let token = id::secret(&*self.random);
        let key_id = match &caller.means {
            Means::Key { id } => Some(id.clone()),
            Means::Session { key_id, .. } => key_id.clone(),
            Means::Operator => None,
        };
        let expires_at = now.plus_micros(SESSION_LIFE);
        let sign_in = SignIn {
            hash: sha256(&token),
            kind: SignInKind::Session,
            role: caller.role,
            label: caller.label.clone(),
            key_id: key_id.clone(),
            expires_at,
        };
        self.store.put_sign_in(sign_in).await?;
        let csrf_token = csrf_token(&token);
        let means = Means::Session { csrf_token, expires_at, key_id };
        Ok((token, Caller { means, ..caller.clone() }))
    }

    /// Ends a session.
    pub async fn close_session(&self, token: &str) -> Result<()> {
        self.store.take_sign_in(sha256(token)).await.map(drop)
    }

    /// Makes a key. Its secret is answered once and kept nowhere.
    pub async fn create_key(
        &self,
        role: Role,
        name: &str,
        origins: Vec<String>,
        expires_at: Option<Time>,
    ) -> Result<(String, Key)> {
        let secret = format!("ann_{}_{}", role.as_str(), id::secret(&*self.random));
        let key = Key {
            id: format!("key_{}", id::hex(&id::bytes::<8>(&*self.random))),
            hash: sha256(&secret),
            role,
            name: name.to_owned(),
            origins,
            created_at: self.clock.now(),
            expires_at,
            revoked_at: None,
            last_used_at: None,
        };
        self.put(key.clone()).await?;
        Ok((secret, key))
    }

    /// Every key, revoked and expired ones too, oldest first.
    pub fn keys(&self) -> Vec<Key> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let mut keys: Vec<Key> = keys.values().cloned().collect();
        keys.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        keys
    }

    /// Revokes a key at once; `None` when there is none with this id. Done twice changes nothing.
    pub async fn revoke_key(&self, id: &str) -> Result<Option<Key>> {
        let Some(mut key) = self.keys().into_iter().find(|key| key.id == id) else {
            return Ok(None);
        };
        if key.revoked_at.is_none() {
            key.revoked_at = Some(self.clock.now());
            self.put(key.clone()).await?;
        }
        Ok(Some(key))
    }

    /// Whether pages of an origin may use any working ingest key.
    pub fn some_key_allows(&self, origin: &str) -> bool {
        let now = self.clock.now();
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.values().any(|key| allows(key, origin) && standing(key, now).is_ok())
    }

    /// Whether pages of an origin may use the caller's key.
    pub fn key_allows(&self, caller: &Caller, origin: &str) -> bool {
        let Means::Key { id } = &caller.means else {
            return false;
        };
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.values().any(|key| key.id == *id && allows(key, origin))
    }

    /// Writes down when keys were last used.
    pub async fn note_uses(&self) -> Result<()> {
        let used = std::mem::take(&mut *self.used.lock().unwrap_or_else(PoisonError::into_inner));
        for (hash, time) in used {
            let id = {
                let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
                keys.get_mut(&hash).map(|key| {
                    key.last_used_at = Some(time);
                    key.id.clone()
                })
            };
            if let Some(id) = id {
                self.store.touch_key(&id, time).await?;
            }
        }
        Ok(())
    }

    async fn put(&self, key: Key) -> Result<()> {
        self.store.put_key(key.clone()).await?;
        self.keys.write().unwrap_or_else(PoisonError::into_inner).insert(key.hash, key);
        Ok(())
    }
}

/// Whether a key works now.
fn standing(key: &Key, now: Time) -> std::result::Result<(), Denied> {
    if key.revoked_at.is_some() {
        Err(Denied::Revoked)
    } else if key.expires_at.is_some_and(|end| end <= now) {
        Err(Denied::Expired)
    } else {
        Ok(())
    }
}

fn allows(key: &Key, origin: &str) -> bool {
    key.role == Role::Ingest && key.origins.iter().any(|o| o == origin || o == ANY_ORIGIN)
}

fn sha256(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// What the CSRF header must say: bound to the session, and of no use for opening it.
fn csrf_token(session: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
    let mut mac =
        Hmac::<Sha256>::new_from_slice(session.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(b"annals csrf");
    id::hex(&mac.finalize().into_bytes())
}

/// Whether a CSRF header says what it must, in constant time.
pub fn csrf_matches(given: &str, token: &str) -> bool {
    given.as_bytes().ct_eq(token.as_bytes()).into()
}
