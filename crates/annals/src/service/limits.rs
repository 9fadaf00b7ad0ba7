//! The rate limits: by key, by client address, and for attempts to sign in.
//!
//! The algorithm is a leaky bucket (GCRA) that holds the requests of one minute: a caller who was
//! idle may send that many at once.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::access::{AuthMethod, Caller};
use crate::config::RateLimit;
use crate::store::Role;

/// A caller or address has sent too many requests.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; try again in {seconds} s")]
pub struct TooOften {
    what: &'static str,
    /// Seconds to wait.
    pub seconds: u32,
}

/// The rate limits, and how far they are used up.
pub struct RateLimits {
    /// Requests of one key, from any address.
    keys: Bucket<String>,
    /// Requests of people and of ingest keys, by id and client address.
    addresses: Bucket<(String, IpAddr)>,
    /// Attempts to sign in, and requests with a wrong credential, by client address.
    attempts: Bucket<IpAddr>,
}

/// A limiter; `None` means no limit.
struct Bucket<K: Hash + Eq + Clone>(Option<DefaultKeyedRateLimiter<K>>);

impl<K: Hash + Eq + Clone> Bucket<K> {
    /// Makes a limiter; with a count of 0 there is no limit.
    fn per_minute(count: u32) -> Bucket<K> {
        Bucket(NonZeroU32::new(count).map(|count| RateLimiter::keyed(Quota::per_minute(count))))
    }

    fn check(&self, key: &K, what: &'static str) -> Result<(), TooOften> {
        let Some(Err(refused)) = self.0.as_ref().map(|limiter| limiter.check_key(key)) else {
            return Ok(());
        };
        let wait = refused.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
        Err(TooOften { what, seconds: u32::try_from(wait).unwrap_or(u32::MAX) })
    }

    /// Forgets callers who have used up nothing of their limit.
    fn forget_idle(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

impl RateLimits {
    /// Makes the limits of the configuration.
    pub fn new(config: &RateLimit) -> RateLimits {
        RateLimits {
            keys: Bucket::per_minute(config.key_per_minute),
            addresses: Bucket::per_minute(config.address_per_minute),
            attempts: Bucket::per_minute(config.attempts_per_minute),
        }
    }

    /// Counts a request of this caller from an address; `None` is the local socket. IPv6 addresses
    /// within a /64 count as one.
    ///
    /// # Errors
    /// The caller has sent too many requests.
    pub fn request(&self, caller: &Caller, address: Option<IpAddr>) -> Result<(), TooOften> {
        if let AuthMethod::Key { id } = &caller.auth_method {
            self.keys.check(id, "This key has sent more requests than its limit allows")?;
        }
        let anybody = match (&caller.auth_method, &caller.person) {
            (_, Some(person)) => Some(&person.id),
            (AuthMethod::Key { id }, None) if caller.role == Role::Ingest => Some(id),
            _ => None,
        };
        match (anybody, address.map(network)) {
            (Some(id), Some(address)) => self.addresses.check(
                &(id.clone(), address),
                "More requests have come from this address than its limit allows",
            ),
            _ => Ok(()),
        }
    }

    /// Counts an attempt to sign in from an address.
    ///
    /// # Errors
    /// The address has sent too many attempts.
    pub fn attempt(&self, address: Option<IpAddr>) -> Result<(), TooOften> {
        match address.map(network) {
            Some(address) => {
                self.attempts.check(&address, "Too many attempts to sign in from this address")
            }
            None => Ok(()),
        }
    }

    /// Forgets callers who have been idle for a while.
    pub fn forget_idle(&self) {
        self.keys.forget_idle();
        self.addresses.forget_idle();
        self.attempts.forget_idle();
    }
}

/// Returns the network that counts as one client: for IPv6 its /64, because one client gets all of
/// it.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let shown = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(shown("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(shown("198.51.100.1"), "198.51.100.1");
    }
}
