//! `[jwt]`: sign-in of the application's people with its tokens.

use std::path::PathBuf;

use http::Uri;
use serde::{Deserialize, Serialize};

use super::{ConfigError, Secret};

/// Bytes of the shortest shared secret: as long as the hash it keys.
const SECRET_BYTES: usize = 32;
/// Seconds that clocks may differ at most.
const MAX_SKEW: u32 = 60;

/// Settings for the application's tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jwt {
    /// The signing algorithm. A token that names another one is refused.
    pub algorithm: JwtAlgorithm,
    /// For HS256: the secret shared with the application, at least 32 bytes; never printed.
    #[serde(skip_serializing)]
    pub secret: Option<Secret>,
    /// The public key, as PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_key_file: Option<PathBuf>,
    /// Public keys as a JWK set, distinguished by `kid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_file: Option<PathBuf>,
    /// The required `iss`.
    pub issuer: String,
    /// The required `aud`, or one of several.
    pub audience: String,
    /// Seconds that the application's clock may differ from this one, at most 60.
    #[serde(default = "default_skew")]
    pub skew_seconds: u32,
    /// The application's page that signs a person in and leads back to Annals: where people go when
    /// their session has ended. It gets `?next=`, the path to lead back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_url: Option<String>,
}

/// A signing algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JwtAlgorithm {
    /// HMAC with SHA-256 under a shared secret.
    HS256,
    /// RSA.
    RS256,
    /// ECDSA on P-256.
    ES256,
    /// Ed25519.
    EdDSA,
}

const fn default_skew() -> u32 {
    MAX_SKEW
}

impl Jwt {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong =
            |key, problem: &str| Err(ConfigError::Value { key, problem: problem.to_owned() });
        let shared = self.algorithm == JwtAlgorithm::HS256;
        match &self.secret {
            None if shared => {
                let problem = "is needed for HS256; set ANNALS_JWT__SECRET";
                return wrong("jwt.secret", problem);
            }
            Some(_) if !shared => {
                return wrong("jwt.secret", "is only for HS256; remove it and set a public key");
            }
            Some(secret) if secret.reveal().len() < SECRET_BYTES => {
                return wrong("jwt.secret", "must have at least 32 bytes");
            }
            _ => {}
        }
        match (&self.public_key_file, &self.jwks_file) {
            (Some(_), _) if shared => {
                return wrong(
                    "jwt.public_key_file",
                    "cannot be used with HS256; remove it and set a secret",
                );
            }
            (_, Some(_)) if shared => {
                return wrong(
                    "jwt.jwks_file",
                    "cannot be used with HS256; remove it and set a secret",
                );
            }
            (Some(_), Some(_)) => {
                return wrong(
                    "jwt.jwks_file",
                    "cannot be combined with `jwt.public_key_file`; remove one",
                );
            }
            (None, None) if !shared => {
                let problem = "or `jwt.jwks_file` is needed for this algorithm";
                return wrong("jwt.public_key_file", problem);
            }
            _ => {}
        }
        if self.issuer.is_empty() {
            return wrong("jwt.issuer", "must name the issuer of the tokens");
        }
        if self.audience.is_empty() {
            return wrong("jwt.audience", "must name the audience of the tokens");
        }
        if self.skew_seconds > MAX_SKEW {
            return wrong("jwt.skew_seconds", "must be at most 60");
        }
        if !self.sign_in_url.as_deref().is_none_or(is_page) {
            let problem = "must be a page of the application, such as `https://school.example/annals`; \
                           plain http only on this machine";
            return wrong("jwt.sign_in_url", problem);
        }
        Ok(())
    }
}

/// Returns `true` if a text is the address of a page that a browser may be sent to.
fn is_page(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let local = matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let scheme = uri.scheme_str();
    let user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    !text.contains('#') && !user && (scheme == Some("https") || (scheme == Some("http") && local))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value, json};

    use crate::config::Config;

    fn load(change: &Value) -> Result<Config, String> {
        let mut jwt = json!({
            "algorithm": "HS256", "secret": "s".repeat(32), "issuer": "school", "audience": "annals",
        });
        for (key, value) in change.as_object().unwrap() {
            jwt[key] = value.clone();
        }
        Config::load(None, json!({ "jwt": jwt })).map_err(|error| error.to_string())
    }

    #[test]
    fn a_wrong_key_is_named() {
        for (change, named) in [
            (json!({"algorithm": "none"}), "jwt.algorithm"),
            (json!({"secret": "short"}), "jwt.secret"),
            (json!({"secret": null}), "jwt.secret"),
            (json!({"algorithm": "RS256"}), "jwt.secret"),
            (json!({"algorithm": "RS256", "secret": null}), "jwt.public_key_file"),
            (json!({"public_key_file": "k.pem"}), "jwt.public_key_file"),
            (json!({"jwks_file": "k.json"}), "jwt.jwks_file"),
            (json!({"issuer": ""}), "jwt.issuer"),
            (json!({"sign_in_url": "/annals"}), "jwt.sign_in_url"),
            (json!({"sign_in_url": "javascript:alert(1)"}), "jwt.sign_in_url"),
            (json!({"sign_in_url": "http://school.example/annals"}), "jwt.sign_in_url"),
            (json!({"sign_in_url": "https://a@school.example/"}), "jwt.sign_in_url"),
            (json!({"sign_in_url": "https://school.example/#x"}), "jwt.sign_in_url"),
            (json!({"audience": ""}), "jwt.audience"),
            (json!({"skew_seconds": 61}), "jwt.skew_seconds"),
            (json!({"issure": "x"}), "issure"),
        ] {
            let error = load(&change).unwrap_err();
            assert!(error.contains(named), "{change}: {error}");
        }
    }

    #[test]
    fn the_secret_is_not_printed() {
        let config = load(&json!({})).unwrap();
        let printed = format!("{config:?}{}", serde_json::to_string(&config).unwrap());
        assert!(!printed.contains("sss"), "{printed}");
        assert_eq!(config.data_dir, Path::new("./annals-data"));
    }
}
