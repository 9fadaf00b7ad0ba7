//! Identifies callers by key, token, link or session, and holds the directory of people.
//!
//! ```text
//! Authorization: Bearer ann_…  ─► key      ┐
//! Authorization: Bearer eyJ…   ─► token    ├─► Caller ─┬─ role  ─► http asks: may it?
//! cookie annals_session        ─► session  │           └─ scope ─► every question to the store
//! the server's local socket    ─► operator ┘
//! ```
//!
//! Secrets are kept as SHA-256 only: each has 256 random bits (a bootstrap key at least 32
//! characters), so that a slow hash would add nothing, and they are looked up by hash, so that
//! no comparison can be timed.

use std::collections::HashMap;
use std::sync::Arc;

use annals_event::Time;
use hmac::{Hmac, KeyInit as _, Mac as _};
use parking_lot::{Mutex, RwLock};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::clock::Clock;
use crate::id::{self, Random};
use crate::store::{Key, PersonKind, Result, Role, SignIn, SignInKind, Store};

mod caller;
mod key_set;
mod people;
mod permission;
mod token;

pub use caller::{AuthMethod, Caller, CallerPerson, Denied};
pub use people::{PersonChange, RecordingPolicies, RecordingPolicy};
pub use permission::{Forbidden, Permission};
pub use token::Tokens;

/// Time that a sign-in link works: 10 minutes, in microseconds.
const LINK_LIFE: i64 = 10 * 60 * 1_000_000;
/// Time that a dashboard session lasts: 7 days, in microseconds.
pub const SESSION_LIFE: i64 = 7 * 24 * 3_600 * 1_000_000;
/// The resolution of `last_used_at`: 1 minute, in microseconds.
const USE_GRAIN: i64 = 60 * 1_000_000;
/// Minimum length of the bootstrap key, in characters.
pub const BOOTSTRAP_CHARS: usize = 32;

/// The origin that stands for every web page.
pub const ANY_ORIGIN: &str = "*";

/// Keys, sign-in links, sessions and the directory.
pub struct Access {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    /// Every key by its hash, as the store has it.
    keys: RwLock<HashMap<[u8; 32], Key>>,
    /// The last use of keys, by hash, that is not stored yet.
    used: Mutex<HashMap<[u8; 32], Time>>,
    bootstrap: Option<[u8; 32]>,
    tokens: Option<Tokens>,
    recording_policies: Arc<RecordingPolicies>,
    /// Locked while a person or a key is written, so that memory and store change in the same
    /// order.
    directory: tokio::sync::Mutex<()>,
}

impl Access {
    /// Reads the keys and the directory. `bootstrap` is the admin key of the environment, if there
    /// is one; `tokens` checks the application's tokens, if they are configured.
    pub async fn load(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        bootstrap: Option<&str>,
        tokens: Option<Tokens>,
    ) -> Result<Access> {
        let recording_policies = Arc::new(RecordingPolicies::load(&*store).await?);
        let keys = store.keys().await?.into_iter().map(|key| (key.hash, key)).collect();
        Ok(Access {
            store,
            clock,
            random,
            keys: RwLock::new(keys),
            used: Mutex::default(),
            bootstrap: bootstrap.map(sha256),
            tokens,
            recording_policies,
            directory: tokio::sync::Mutex::default(),
        })
    }

    /// Reads the keys and the directory again, because another server may have changed them.
    pub async fn reload(&self) -> Result<()> {
        let _held = self.directory.lock().await;
        let keys = self.store.keys().await?.into_iter().map(|key| (key.hash, key)).collect();
        *self.keys.write() = keys;
        self.recording_policies.reload(&*self.store).await
    }

    /// Reads the application's key set again, if one is configured.
    pub fn renew_tokens(&self) {
        if let Some(tokens) = &self.tokens {
            tokens.renew();
        }
    }

    /// `true` if there is no working key and no bootstrap key.
    pub fn has_no_key(&self) -> bool {
        let now = self.clock.now();
        let keys = self.keys.read();
        self.bootstrap.is_none() && !keys.values().any(|key| policy(key, now).is_ok())
    }

    /// Returns the caller to whom a key belongs.
    pub fn by_key(&self, key: &str) -> std::result::Result<Caller, Denied> {
        let hash = sha256(key);
        if self.bootstrap.is_some_and(|bootstrap| bool::from(bootstrap.ct_eq(&hash))) {
            let auth_method = AuthMethod::Key { id: "bootstrap".to_owned() };
            let label = "ANNALS_ADMIN_KEY".to_owned();
            return Ok(Caller { role: Role::Admin, auth_method, label, person: None });
        }
        let now = self.clock.now();
        let keys = self.keys.read();
        let key = keys.get(&hash).ok_or(Denied::Unknown)?;
        policy(key, now)?;
        if key.last_used_at.is_none_or(|last| now.micros_since(last) >= USE_GRAIN) {
            self.used.lock().insert(hash, now);
        }
        let auth_method = AuthMethod::Key { id: key.id.clone() };
        Ok(Caller { role: key.role, auth_method, label: key.name.clone(), person: None })
    }

    /// Returns the caller to whom a key or a token of the application belongs.
    pub async fn by_bearer(&self, bearer: &str) -> Result<std::result::Result<Caller, Denied>> {
        match self.by_key(bearer) {
            // A token has three parts, a key has one.
            Err(Denied::Unknown) if bearer.split('.').count() == 3 => self.by_token(bearer).await,
            answer => Ok(answer),
        }
    }

    /// Returns the caller to whom a token of the application belongs.
    pub async fn by_token(&self, token: &str) -> Result<std::result::Result<Caller, Denied>> {
        let Some(tokens) = &self.tokens else {
            return Ok(Err(Denied::Token));
        };
        let claims = match tokens.open(token, self.clock.now()) {
            Ok(claims) => claims,
            Err(denied) => return Ok(Err(denied)),
        };
        let label = claims.name.unwrap_or_else(|| claims.sub.clone());
        let auth_method = AuthMethod::Token { expires_at: claims.expires_at };
        self.in_person(claims.sub, claims.role, label, auth_method).await.map(Ok)
    }

    /// Makes a caller of a person. The directory decides whether they are a child, and who their
    /// children are.
    async fn in_person(
        &self,
        id: String,
        role: Role,
        label: String,
        auth_method: AuthMethod,
    ) -> Result<Caller> {
        let known = self.store.person(&id).await?;
        let child = known.as_ref().is_some_and(|known| known.kind == PersonKind::Child);
        let role = match role {
            Role::Admin | Role::Auditor => role,
            _ if child => Role::Child,
            _ => Role::User,
        };
        // A child cannot be a guardian, even if the directory names it as one.
        let dependants = if child { Vec::new() } else { self.store.dependants(&id).await? };
        let label = known.and_then(|known| known.name).filter(|_| label == id).unwrap_or(label);
        Ok(Caller { role, auth_method, label, person: Some(CallerPerson { id, dependants }) })
    }

    /// Returns the caller to whom a session's cookie belongs. A session ends with the key it was
    /// opened with.
    pub async fn by_session(&self, token: &str) -> Result<std::result::Result<Caller, Denied>> {
        let found = self.store.sign_in(sha256(token)).await?;
        let session = found.filter(|found| found.kind == SignInKind::Session);
        let now = self.clock.now();
        let Some(session) = session.filter(|session| session.expires_at > now) else {
            return Ok(Err(Denied::SessionOver));
        };
        if let Some(id) = &session.key_id {
            let keys = self.keys.read();
            let key = keys.values().find(|key| key.id == *id);
            let bootstrap = id == "bootstrap" && self.bootstrap.is_some();
            if !bootstrap && key.is_none_or(|key| policy(key, now).is_err()) {
                return Ok(Err(Denied::SessionOver));
            }
        }
        let auth_method = AuthMethod::Session {
            csrf_token: csrf_token(token),
            expires_at: session.expires_at,
            key_id: session.key_id,
        };
        Ok(Ok(match session.person_id {
            Some(id) => self.in_person(id, session.role, session.label, auth_method).await?,
            None => Caller { role: session.role, auth_method, label: session.label, person: None },
        }))
    }

    /// Makes a link that signs an admin in once, within ten minutes. Returns its token.
    pub async fn new_link(&self) -> Result<String> {
        let token = id::secret(&*self.random);
        let sign_in = SignIn {
            hash: sha256(&token),
            kind: SignInKind::Link,
            role: Role::Admin,
            label: "sign-in link".to_owned(),
            key_id: None,
            person_id: None,
            expires_at: self.clock.now().plus_micros(LINK_LIFE),
        };
        self.store.put_sign_in(sign_in).await?;
        Ok(token)
    }

    /// Uses up a link and returns its caller. If two requests use it at the same time, one
    /// succeeds.
    pub async fn by_link(&self, token: &str) -> Result<std::result::Result<Caller, Denied>> {
        let hash = sha256(token);
        // A session's token is no link: trying it as one must not end the session.
        let known = self.store.sign_in(hash).await?;
        if known.is_none_or(|known| known.kind != SignInKind::Link) {
            return Ok(Err(Denied::LinkOver));
        }
        let taken = self.store.redeem_sign_in(hash).await?;
        Ok(match taken.filter(|link| link.expires_at > self.clock.now()) {
            Some(link) => {
                let auth_method = AuthMethod::Operator;
                Ok(Caller { role: link.role, auth_method, label: link.label, person: None })
            }
            None => Err(Denied::LinkOver),
        })
    }

    /// Opens a dashboard session for a caller. It ends no later than the token it was opened with.
    /// Returns the cookie's token, and the caller as they are in the session.
    pub async fn open_session(&self, caller: &Caller) -> Result<(String, Caller)> {
        let now = self.clock.now();
        self.store.expire_sign_ins(now).await?;
        let token = id::secret(&*self.random);
        let key_id = match &caller.auth_method {
            AuthMethod::Key { id } => Some(id.clone()),
            AuthMethod::Session { key_id, .. } => key_id.clone(),
            AuthMethod::Token { .. } | AuthMethod::Operator => None,
        };
        let life = now.plus_micros(SESSION_LIFE);
        let expires_at = match &caller.auth_method {
            AuthMethod::Token { expires_at } | AuthMethod::Session { expires_at, .. } => {
                life.min(*expires_at)
            }
            AuthMethod::Key { .. } | AuthMethod::Operator => life,
        };
        let sign_in = SignIn {
            hash: sha256(&token),
            kind: SignInKind::Session,
            role: caller.role,
            label: caller.label.clone(),
            key_id: key_id.clone(),
            person_id: caller.person.as_ref().map(|person| person.id.clone()),
            expires_at,
        };
        self.store.put_sign_in(sign_in).await?;
        let csrf_token = csrf_token(&token);
        let auth_method = AuthMethod::Session { csrf_token, expires_at, key_id };
        Ok((token, Caller { auth_method, ..caller.clone() }))
    }

    /// Ends a session.
    pub async fn close_session(&self, token: &str) -> Result<()> {
        self.store.redeem_sign_in(sha256(token)).await.map(drop)
    }

    /// Makes a key. The secret is returned once and not stored.
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

    /// Returns every key, also revoked and expired ones, oldest first.
    pub fn keys(&self) -> Vec<Key> {
        let keys = self.keys.read();
        let mut keys: Vec<Key> = keys.values().cloned().collect();
        keys.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        keys
    }

    /// Revokes a key at once and returns it; `None` if the id is unknown. Revoking it again changes
    /// nothing.
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

    /// `true` if web pages of this origin may use at least one working ingest key.
    pub fn some_key_allows(&self, origin: &str) -> bool {
        let now = self.clock.now();
        let keys = self.keys.read();
        keys.values().any(|key| allows(key, origin) && policy(key, now).is_ok())
    }

    /// `true` if web pages of this origin may use the caller's key.
    pub fn key_allows(&self, caller: &Caller, origin: &str) -> bool {
        let AuthMethod::Key { id } = &caller.auth_method else {
            return false;
        };
        let keys = self.keys.read();
        keys.values().any(|key| key.id == *id && allows(key, origin))
    }

    /// Stores the times when keys were last used.
    pub async fn note_uses(&self) -> Result<()> {
        let used = std::mem::take(&mut *self.used.lock());
        for (hash, time) in used {
            let id = {
                let mut keys = self.keys.write();
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
        let _held = self.directory.lock().await;
        self.store.put_key(key.clone()).await?;
        self.keys.write().insert(key.hash, key);
        Ok(())
    }
}

/// Checks that a key is neither revoked nor expired.
fn policy(key: &Key, now: Time) -> std::result::Result<(), Denied> {
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

/// Returns the CSRF token of a session. It is derived from the session's token, and cannot open the
/// session.
fn csrf_token(session: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
    let mut mac =
        Hmac::<Sha256>::new_from_slice(session.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(b"annals csrf");
    id::hex(&mac.finalize().into_bytes())
}

/// `true` if the CSRF header equals the session's CSRF token; compares in constant time.
pub fn csrf_matches(given: &str, token: &str) -> bool {
    given.as_bytes().ct_eq(token.as_bytes()).into()
}
