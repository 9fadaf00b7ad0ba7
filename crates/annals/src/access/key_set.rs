//! The application's public keys in a file (JWK set). The file is read again when it changes, so
//! that keys can be added and removed without a restart.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jsonwebtoken::jwk::{JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use parking_lot::RwLock;

/// Maximum size of the file, in bytes.
const MAX_BYTES: u64 = 1 << 20;

type Keys = HashMap<String, DecodingKey>;

/// The keys by their `kid`, as of the last time that the file was valid.
pub(super) struct KeySet {
    path: PathBuf,
    algorithm: Algorithm,
    held: RwLock<Held>,
}

struct Held {
    keys: Keys,
    /// The text or error of the last read. A repeated one is neither parsed nor logged again.
    read: Result<Vec<u8>, String>,
}

impl KeySet {
    /// Reads the keys for this algorithm from a file.
    ///
    /// # Errors
    /// The problem with the file.
    pub(super) fn new(algorithm: Algorithm, path: &Path) -> Result<KeySet, String> {
        let text = read(path)?;
        let keys = parse(algorithm, path, &text)?;
        let held = RwLock::new(Held { keys, read: Ok(text) });
        Ok(KeySet { path: path.to_owned(), algorithm, held })
    }

    /// Returns the key with this `kid`.
    pub(super) fn get(&self, id: &str) -> Option<DecodingKey> {
        self.held.read().keys.get(id).cloned()
    }

    /// Reads the file again. Keys that are no longer in it stop working. If the file cannot be read
    /// or has no key, the previous keys stay valid, and the log says so.
    pub(super) fn renew(&self) {
        let read = read(&self.path);
        let mut held = self.held.write();
        if held.read == read {
            return;
        }
        let keys = read.as_ref().map_err(Clone::clone);
        match keys.and_then(|text| parse(self.algorithm, &self.path, text)) {
            Ok(keys) => {
                tracing::info!(keys = keys.len(), "the application's keys were read again");
                held.keys = keys;
            }
            Err(problem) => {
                tracing::warn!(
                    "jwt.jwks_file {problem}; the keys that were read before still count"
                );
            }
        }
        held.read = read;
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut text));
    match read {
        Ok(_) if text.len() as u64 > MAX_BYTES => Err(format!("{} is too large", path.display())),
        Ok(_) => Ok(text),
        Err(error) => Err(format!("names {}: {error}", path.display())),
    }
}

/// Returns the keys of a set for this algorithm.
fn parse(algorithm: Algorithm, path: &Path, text: &[u8]) -> Result<Keys, String> {
    let set: JwkSet =
        serde_json::from_slice(text).map_err(|_| format!("{} is not a JWK set", path.display()))?;
    let mut keys = Keys::new();
    for jwk in &set.keys {
        let common = &jwk.common;
        let stated = common.key_algorithm.map(|stated| stated.to_string());
        let other = stated.is_some_and(|stated| stated != format!("{algorithm:?}"));
        let encrypts = matches!(common.public_key_use, Some(PublicKeyUse::Encryption));
        let (Some(id), false, false) = (&common.key_id, other, encrypts) else {
            continue;
        };
        if let Ok(key) = DecodingKey::from_jwk(jwk)
            && key.family() == algorithm.family()
        {
            keys.insert(id.clone(), key);
        }
    }
    if keys.is_empty() {
        return Err(format!("{} has no key with a `kid` for this algorithm", path.display()));
    }
    Ok(keys)
}
