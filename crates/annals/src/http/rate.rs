//! How often one may ask: by key, by client address, and for attempts to sign in.
//!
//! The algorithm is a leaky bucket (GCRA) that holds one minute's worth: whoever was silent may
//! send that much at once.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::client_address::ClientAddress;
use super::error::{Problem, Result};
use crate::access::{AuthMethod, Caller};
use crate::config::RateLimit;
use crate::store::Role;

/// The limits and who is how near to them.
pub struct RateLimits {
    /// Requests of one key, wherever they come from.
    keys: Bucket<String>,
    /// Requests of callers that anybody can be, per credential or person and client address.
    addresses: Bucket<(String, IpAddr)>,
    /// Failed attempts to show who one is, by client address.
    attempts: Bucket<IpAddr>,
}

/// A limiter, or none.
struct Bucket<K: Hash + Eq + Clone>(Option<DefaultKeyedRateLimiter<K>>);

impl<K: Hash + Eq + Clone> Bucket<K> {
    /// 0 is no limit.
    fn per_minute(count: u32) -> Bucket<K> {
        Bucket(NonZeroU32::new(count).map(|count| RateLimiter::keyed(Quota::per_minute(count))))
    }

    fn check(&self, key: &K, what: &str) -> Result<()> {
        let Some(Err(refused)) = self.0.as_ref().map(|limiter| limiter.check_key(key)) else {
            return Ok(());
        };
        let wait = refused.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
        let detail = format!("{what}; try again in {wait} s.");
        Err(Problem::too_many(detail, u32::try_from(wait).unwrap_or(u32::MAX)))
    }

    /// Forgets those who are as far from the limit as can be.
    fn forget_idle(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

impl RateLimits {
    /// Limits as configured.
    pub fn new(config: &RateLimit) -> RateLimits {
        RateLimits {
            keys: Bucket::per_minute(config.key_per_minute),
            addresses: Bucket::per_minute(config.address_per_minute),
            attempts: Bucket::per_minute(config.attempts_per_minute),
        }
    }

    /// 429 when this caller has asked too often.
    pub(super) fn request(&self, caller: &Caller, address: ClientAddress) -> Result<()> {
        if let AuthMethod::Key { id } = &caller.auth_method {
            self.keys.check(id, "This key has sent more requests than its limit allows")?;
        }
        let anybody = match (&caller.auth_method, &caller.person) {
            (_, Some(oneself)) => Some(&oneself.id),
            (AuthMethod::Key { id }, None) if caller.role == Role::Ingest => Some(id),
            _ => None,
        };
        match (anybody, address.bucket()) {
            (Some(id), Some(address)) => self.addresses.check(
                &(id.clone(), address),
                "More requests have come from this address than its limit allows",
            ),
            _ => Ok(()),
        }
    }

    /// 429 when too many attempts to sign in have come from an address.
    pub(super) fn attempt(&self, address: ClientAddress) -> Result<()> {
        match address.bucket() {
            Some(address) => {
                self.attempts.check(&address, "Too many attempts to sign in from this address")
            }
            None => Ok(()),
        }
    }

    /// Forgets whoever has not asked for a while.
    pub fn forget_idle(&self) {
        self.keys.forget_idle();
        self.addresses.forget_idle();
        self.attempts.forget_idle();
    }
}
