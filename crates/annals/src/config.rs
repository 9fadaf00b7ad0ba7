//! Configuration: defaults < file < `ANNALS_…` environment < flags.
//!
//! An unknown key or a wrong value is an error that names it and where it stands.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};

/// The file read when it exists and no other is named.
pub const DEFAULT_FILE: &str = "annals.toml";
/// The shortest bootstrap key.
const ADMIN_KEY_CHARS: usize = 32;

/// What the operator decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the journal, its lock and its socket live.
    pub data_dir: PathBuf,
    /// `sqlite:PATH`; absent: `journal.db` in the data directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Whether the database is a host's file, with its tables beside ours: for programs that have
    /// Annals inside.
    #[serde(skip)]
    pub host_file: bool,
    /// The path everything is served under, such as `/annals/`.
    pub base_path: String,
    /// A file that overrides and extends the catalog.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<PathBuf>,
    /// What is logged: `error`, `warn`, `info`, `debug`, `trace`, or per module.
    pub log: String,
    /// How much of a visitor's address is kept.
    pub client_ip: ClientIp,
    /// Secrets in events.
    pub redaction: Redaction,
    /// The bootstrap admin key, from `ANNALS_ADMIN_KEY` alone; never printed.
    #[serde(skip)]
    pub admin_key: Option<AdminKey>,
}

/// How many leading bits of an address are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientIp {
    /// Of IPv4, 0 to 32.
    pub v4_bits: u8,
    /// Of IPv6, 0 to 128.
    pub v6_bits: u8,
}

/// Which keys hold secrets, beside the built-in ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    /// Further key names whose values are never stored.
    pub keys: Vec<String>,
}

/// A key that does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct AdminKey(String);

impl AdminKey {
    /// This key; [`Config::check`] says whether it is long enough.
    pub fn new(key: impl Into<String>) -> AdminKey {
        AdminKey(key.into())
    }

    /// The key itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for AdminKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[set]")
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 8787)),
            data_dir: PathBuf::from("./annals-data"),
            database: None,
            host_file: false,
            base_path: "/".to_owned(),
            catalog: None,
            log: "info".to_owned(),
            client_ip: ClientIp { v4_bits: 24, v6_bits: 48 },
            redaction: Redaction::default(),
            admin_key: None,
        }
    }
}

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A key is unknown or a value of the wrong kind.
    #[error("configuration: {0}")]
    Figment(String),
    /// A value is not acceptable.
    #[error("configuration: `{key}` {problem}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong and what would be right.
        problem: String,
    },
}

impl Config {
    /// Reads the configuration. `flags` are the command line's, with absent ones left out.
    pub fn load(file: Option<&Path>, flags: impl Serialize) -> Result<Config, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Config::default()));
        if let Some(file) = file {
            if !file.exists() {
                let problem = format!("names {}, which does not exist", file.display());
                return Err(ConfigError::Value { key: "config", problem });
            }
            figment = figment.merge(Toml::file_exact(file));
        } else {
            figment = figment.merge(Toml::file(DEFAULT_FILE));
        }
        // Sections are told by two underscores: ANNALS_CLIENT_IP__V4_BITS.
        let environment = Env::prefixed("ANNALS_").ignore(&["admin_key", "config"]).split("__");
        figment = figment.merge(environment).merge(Serialized::defaults(flags));
        let mut config: Config =
            figment.extract().map_err(|error| ConfigError::Figment(explain(error)))?;
        // Read by itself: a key of digits is still a text.
        config.admin_key =
            std::env::var("ANNALS_ADMIN_KEY").ok().filter(|key| !key.is_empty()).map(AdminKey);
        config.check()?;
        Ok(config)
    }

    /// Whether every value is acceptable.
    ///
    /// # Errors
    /// Names the first key whose value is not.
    pub fn check(&self) -> Result<(), ConfigError> {
        let wrong =
            |key, problem: &str| Err(ConfigError::Value { key, problem: problem.to_owned() });
        let base = &self.base_path;
        let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~".contains(c);
        let well_formed = base.starts_with('/')
            && base.ends_with('/')
            && base.chars().all(plain)
            && !base.contains("//");
        if !well_formed {
            return wrong("base_path", "must begin and end with a slash, such as `/annals/`");
        }
        if self.client_ip.v4_bits > 32 {
            return wrong("client_ip.v4_bits", "must be 0 to 32");
        }
        if self.client_ip.v6_bits > 128 {
            return wrong("client_ip.v6_bits", "must be 0 to 128");
        }
        let key = self.admin_key.as_ref().map_or(ADMIN_KEY_CHARS, |key| key.0.chars().count());
        if key < ADMIN_KEY_CHARS {
            let problem = "must have at least 32 characters; `openssl rand -hex 32` makes one";
            return wrong("ANNALS_ADMIN_KEY", problem);
        }
        self.journal().map(drop)
    }

    /// The file that holds the journal.
    pub fn journal(&self) -> Result<PathBuf, ConfigError> {
        match &self.database {
            None => Ok(self.data_dir.join("journal.db")),
            Some(url) => match url.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
                Some(path) => Ok(PathBuf::from(path)),
                None => {
                    let problem = "must be `sqlite:PATH`".to_owned();
                    Err(ConfigError::Value { key: "database", problem })
                }
            },
        }
    }
}

/// Every error of the configuration in one text, each with its key and where it stands.
fn explain(errors: figment::Error) -> String {
    let told: Vec<String> = errors
        .into_iter()
        .map(|error| {
            let path = error.path.join(".");
            let place = error.metadata.as_ref().map(|metadata| match &metadata.source {
                Some(source) => format!(" ({}: {source})", metadata.name),
                None => format!(" ({})", metadata.name),
            });
            let key = if path.is_empty() { String::new() } else { format!("`{path}` ") };
            format!("{key}{}{}", error.kind, place.unwrap_or_default())
        })
        .collect();
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(flags: serde_json::Value) -> Result<Config, ConfigError> {
        Config::load(None, flags)
    }

    #[test]
    fn a_wrong_key_or_value_is_named() {
        for (flags, named) in [
            (serde_json::json!({"listne": "x"}), "listne"),
            (serde_json::json!({"listen": "nowhere"}), "listen"),
            (serde_json::json!({"base_path": "annals"}), "base_path"),
            (serde_json::json!({"client_ip": {"v4_bits": 33}}), "client_ip.v4_bits"),
            (serde_json::json!({"database": "mysql://x"}), "database"),
        ] {
            let error = load(flags).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn the_journal_lies_in_the_data_directory_unless_named() {
        let config = load(serde_json::json!({"data_dir": "/d"})).unwrap();
        assert_eq!(config.journal().unwrap(), Path::new("/d/journal.db"));
        let config = load(serde_json::json!({"database": "sqlite:/x/y.db"})).unwrap();
        assert_eq!(config.journal().unwrap(), Path::new("/x/y.db"));
    }
}
