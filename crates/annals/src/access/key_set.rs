//! The application's public keys in a file (JWK set), read again when it changes: so keys come and go
//! without a restart.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jsonwebtoken::jwk::{JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use parking_lot::RwLock;

/// More than any set of keys takes.
const MAX_BYTES: u64 = 1 << 20;

type Keys = HashMap<String, DecodingKey>;

/// Keys by their `kid`, as the file had them when it last could be read.
pub(super) struct KeySet {
    path: PathBuf,
    algorithm: Algorithm,
    held: RwLock<Held>,
}

struct Held {
    keys: Keys,
    /// What was last read, valid or not: it is looked at, and logged, once.
    read: Result<Vec<u8>, String>,
}

impl KeySet {
    /// Reads the keys of a file that are meant for this algorithm.
    ///
    /// # Errors
    /// Says what is wrong with the file.
    pub(super) fn new(algorithm: Algorithm, path: &Path) -> Result<KeySet, String> {
        let text = read(path)?;
        let keys = parse(algorithm, path, &text)?;
        let held = RwLock::new(Held { keys, read: Ok(text) });
        Ok(KeySet { path: path.to_owned(), algorithm, held })
    }

    /// The key of this name.
    pub(super) fn get(&self, id: &str) -> Option<DecodingKey> {
        self.held.read().keys.get(id).cloned()
    }

    /// Reads the file again. Keys that are no longer in it open nothing from now on; if it cannot be read,
    /// or has no key, those of before go on, and the log says so.
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

/// The keys of a set that are meant for this algorithm.
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
