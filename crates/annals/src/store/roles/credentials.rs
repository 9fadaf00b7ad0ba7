//! Keys, sign-in links and sessions.

use crate::store::{Key, Result, SignIn};
use annals_event::Time;
use async_trait::async_trait;

/// Keeps keys and sign-ins, as hashes.
#[async_trait]
pub trait Credentials: Send + Sync + 'static {
    /// Writes a key, over an older state of the same key.
    async fn put_key(&self, key: Key) -> Result<()>;

    /// Writes down when a key was last used, and nothing else of it.
    async fn touch_key(&self, id: &str, used_at: Time) -> Result<()>;

    /// Every key, revoked and expired ones too, oldest first.
    async fn keys(&self) -> Result<Vec<Key>>;

    /// Keeps a sign-in link or a session.
    async fn put_sign_in(&self, sign_in: SignIn) -> Result<()>;

    /// The sign-in with this hash, expired ones too.
    async fn sign_in(&self, hash: [u8; 32]) -> Result<Option<SignIn>>;

    /// Takes a sign-in away and answers it: of two who try, one gets it.
    async fn redeem_sign_in(&self, hash: [u8; 32]) -> Result<Option<SignIn>>;

    /// Removes the sign-ins that expired before a moment.
    async fn expire_sign_ins(&self, before: Time) -> Result<u64>;
}
