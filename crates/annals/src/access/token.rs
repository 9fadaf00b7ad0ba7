//! Tokens of the application (JWT), with which its people identify themselves.
//!
//! The algorithm is the configured one, never the token's choice. Issuer, audience, expiry and
//! `nbf` are checked against the server's own clock. A person's children come from the directory,
//! never from the token.

use std::path::Path;

use annals_event::validate::id_fault;
use annals_event::{Time, limits};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use super::Denied;
use super::key_set::KeySet;
use crate::config::{ConfigError, Jwt, JwtAlgorithm};
use crate::store::Role;

/// Verifies tokens.
pub struct Tokens {
    validation: Validation,
    keys: Keys,
    skew: i64,
}

enum Keys {
    /// One key, used whatever `kid` the token has.
    One(DecodingKey),
    /// Several keys, distinguished by the token's `kid`.
    ById(KeySet),
}

/// The claims of a token that Annals uses.
#[derive(Debug, PartialEq, Eq)]
pub struct Claims {
    /// The person's id.
    pub sub: String,
    /// Admin or auditor if the token says so, otherwise user.
    pub role: Role,
    /// The person's name; `None` if the token has none that is acceptable.
    pub name: Option<String>,
    /// The time when the token expires.
    pub expires_at: Time,
}

#[derive(Deserialize)]
struct RawClaims {
    sub: String,
    exp: f64,
    nbf: Option<f64>,
    role: Option<serde_json::Value>,
    name: Option<serde_json::Value>,
}

impl Tokens {
    /// Reads the keys that the configuration names.
    ///
    /// # Errors
    /// Names the key of the configuration that is wrong.
    pub fn new(jwt: &Jwt) -> Result<Tokens, ConfigError> {
        let algorithm = match jwt.algorithm {
            JwtAlgorithm::HS256 => Algorithm::HS256,
            JwtAlgorithm::RS256 => Algorithm::RS256,
            JwtAlgorithm::ES256 => Algorithm::ES256,
            JwtAlgorithm::EdDSA => Algorithm::EdDSA,
        };
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[&jwt.issuer]);
        validation.set_audience(&[&jwt.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Checked below, against the server's own clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let keys = match (&jwt.secret, &jwt.public_key_file, &jwt.jwks_file) {
            (Some(secret), _, _) => Keys::One(DecodingKey::from_secret(secret.reveal().as_bytes())),
            (None, Some(path), _) => Keys::One(public_key(jwt.algorithm, path)?),
            (None, None, Some(path)) => {
                let keys = KeySet::new(algorithm, path);
                Keys::ById(keys.map_err(|problem| wrong("jwt.jwks_file", &problem))?)
            }
            (None, None, None) => return Err(wrong("jwt", "names no key")),
        };
        Ok(Tokens { validation, keys, skew: i64::from(jwt.skew_seconds) * 1_000_000 })
    }

    /// Reads the keys again, if they are a set in a file.
    pub(super) fn renew(&self) {
        if let Keys::ById(keys) = &self.keys {
            keys.renew();
        }
    }

    /// Verifies a token and returns its claims.
    pub(super) fn open(&self, token: &str, now: Time) -> Result<Claims, Denied> {
        let named;
        let key = match &self.keys {
            Keys::One(key) => key,
            Keys::ById(keys) => {
                let header = decode_header(token).map_err(|_| Denied::Token)?;
                let id = header.kid.ok_or(Denied::Token)?;
                named = keys.get(&id).ok_or(Denied::Token)?;
                &named
            }
        };
        let raw = decode::<RawClaims>(token, key, &self.validation).map_err(|_| Denied::Token)?;
        // A critical extension must be understood, and none is supported here.
        if raw.header.crit.is_some() {
            return Err(Denied::Token);
        }
        let raw = raw.claims;
        let fits = |text: &str| {
            !text.is_empty()
                && text.chars().count() <= limits::ID_CHARS
                && !text.contains(char::is_control)
        };
        if id_fault(&raw.sub).is_some() {
            return Err(Denied::Token);
        }
        let expires_at = seconds(raw.exp)?;
        let begins = raw.nbf.map(seconds).transpose()?;
        let over = now.micros_since(expires_at) >= self.skew;
        if over || begins.is_some_and(|begins| begins.micros_since(now) > self.skew) {
            return Err(Denied::TokenTime);
        }
        let role = match raw.role.as_ref().and_then(|role| role.as_str()) {
            Some("admin") => Role::Admin,
            Some("auditor") => Role::Auditor,
            _ => Role::User,
        };
        let name = raw.name.and_then(|name| name.as_str().map(str::to_owned));
        Ok(Claims { sub: raw.sub, role, name: name.filter(|name| fits(name)), expires_at })
    }
}

/// Converts a token's seconds since 1970 into a time, at most [`Time::MAX`].
fn seconds(seconds: f64) -> Result<Time, Denied> {
    let micros = seconds * 1e6;
    let (least, most) = (Time::MIN.as_micros() as f64, Time::MAX.as_micros() as f64);
    if !micros.is_finite() || micros < least {
        return Err(Denied::Token);
    }
    Ok(Time::from_micros(micros.min(most) as i64))
}

fn public_key(algorithm: JwtAlgorithm, path: &Path) -> Result<DecodingKey, ConfigError> {
    let pem = read("jwt.public_key_file", path)?;
    let key = match algorithm {
        JwtAlgorithm::RS256 => DecodingKey::from_rsa_pem(&pem),
        JwtAlgorithm::ES256 => DecodingKey::from_ec_pem(&pem),
        JwtAlgorithm::EdDSA => DecodingKey::from_ed_pem(&pem),
        JwtAlgorithm::HS256 => return Err(wrong("jwt.algorithm", "HS256 takes `jwt.secret`")),
    };
    let problem = format!("{} holds no public key for this algorithm, as PEM", path.display());
    key.map_err(|_| wrong("jwt.public_key_file", &problem))
}

fn read(key: &'static str, path: &Path) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(path).map_err(|error| wrong(key, &format!("names {}: {error}", path.display())))
}

fn wrong(key: &'static str, problem: &str) -> ConfigError {
    ConfigError::Value { key, problem: problem.to_owned() }
}
