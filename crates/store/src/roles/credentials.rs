//! Keys, sign-in links and sessions.

use crate::{Key, Result, SignIn};
use annals_event::Time;
use async_trait::async_trait;

/// Stores keys and sign-ins, as hashes.
#[async_trait]
pub trait Credentials: Send + Sync + 'static {
    /// Writes a key, over an older state of the same key.
    async fn put_key(&self, key: Key) -> Result<()>;

    /// Saves the time of a key's last use, and nothing else.
    async fn touch_key(&self, id: &str, used_at: Time) -> Result<()>;

    /// Every key, revoked and expired ones too, oldest first.
    async fn keys(&self) -> Result<Vec<Key>>;

    /// Saves a sign-in link or a session.
    async fn put_sign_in(&self, sign_in: SignIn) -> Result<()>;

    /// The sign-in with this hash, even if expired.
    async fn sign_in(&self, hash: [u8; 32]) -> Result<Option<SignIn>>;

    /// Removes a sign-in and returns it: of two callers only one gets it.
    async fn redeem_sign_in(&self, hash: [u8; 32]) -> Result<Option<SignIn>>;

    /// Removes the sign-ins that expired before a moment. Returns their number.
    async fn expire_sign_ins(&self, before: Time) -> Result<u64>;
}
