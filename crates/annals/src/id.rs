//! The only source of randomness: ids, salts and secrets.

use annals_event::{Time, Uuid};
use rand::Rng as _;

pub use annals_event::hex;

/// A source of random bytes.
pub trait Random: Send + Sync + 'static {
    /// Fills the slice with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// The random generator of each thread (ChaCha), reseeded by the operating system. Every event
/// needs an id and a salt, and a system call for each would cost more than the event.
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // Panics if getrandom(2) fails, which no Linux ≥ 3.17 does: nothing may continue without
        // randomness.
        rand::rng().fill_bytes(bytes);
    }
}

/// Returns an array of random bytes.
pub fn bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

/// Makes a UUID of version 7 (RFC 9562): the time in milliseconds, then randomness.
pub fn uuid_v7(random: &dyn Random, now: Time) -> Uuid {
    let millis = u64::try_from(now.as_micros() / 1_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes(random)).into_uuid()
}

/// Makes a secret as text: 32 random bytes in lower-case hexadecimal.
pub fn secret(random: &dyn Random) -> String {
    hex(&bytes::<32>(random))
}
