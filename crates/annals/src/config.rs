//! Configuration: defaults < file < `ANNALS_…` environment < flags.
//!
//! An unknown key or an invalid value is an error that names the key and its source. An unknown variable is a warning,
//! because platforms set some of their own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Format, Serialized};
use ipnet::IpNet;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

mod database;
mod environment;
mod jwt;
mod listen;
mod pages;
mod risk;

pub use database::{Database, DatabaseUrl, Postgres};
pub use environment::{UnknownVariable, unknown_variables};
pub use jwt::{Jwt, JwtAlgorithm};
pub use listen::parse_listen;
pub use pages::{Pages, PathRule};
pub use risk::{Hundredths, Risk, RiskFactor, RiskStep};

/// The file that is read if it exists and no other is named.
pub const DEFAULT_FILE: &str = "annals.toml";
/// Number of characters that the bootstrap key needs at least.
const ADMIN_KEY_CHARS: usize = 32;

/// The operator's configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The address to listen on: `8787`, `localhost:8787`, `:8787` for every address.
    #[serde(deserialize_with = "listen::deserialize")]
    pub listen: SocketAddr,
    /// The address at which people reach the server, such as `https://annals.example`, for the links it prints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// The directory of the journal, its lock and its socket.
    pub data_dir: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; absent: `journal.db` in the data directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseUrl>,
    /// Settings for PostgreSQL.
    pub postgres: Postgres,
    /// `true` if the database is a host program's file, which has tables of its own: for programs
    /// that have Annals inside.
    #[serde(skip)]
    pub host_file: bool,
    /// The path under which everything is served, such as `/annals/`.
    pub base_path: String,
    /// The IANA time zone that decides on which day an event happened.
    pub timezone: String,
    /// A file that overrides and extends the catalog.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<PathBuf>,
    /// Log level: `error`, `warn`, `info`, `debug`, `trace`, or per module.
    pub log: String,
    /// The format of the log.
    pub log_format: LogFormat,
    /// Networks of the proxies whose word about a client's address is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Limits of requests.
    pub rate_limit: RateLimit,
    /// Number of bits of a visitor's address that are kept.
    pub client_ip: ClientIp,
    /// Secrets in events.
    pub redaction: Redaction,
    /// Streams of events.
    pub streams: Streams,
    /// Points for families.
    pub points: Points,
    /// A file of points events for each user account.
    pub audit_files: AuditFiles,
    /// Rules that fold paths into pages.
    pub pages: Pages,
    /// The rules of the risk score.
    pub risk: Risk,
    /// The people whose activity is recorded only with consent.
    pub require_consent: RequireConsent,
    /// Sign-in of the application's people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt: Option<Jwt>,
    /// The bootstrap admin key, only from `ANNALS_ADMIN_KEY`; never printed.
    #[serde(skip)]
    pub admin_key: Option<Secret>,
}

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line, for programs.
    Json,
}

/// Limits of requests a minute; 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests by key, whatever its role.
    pub key_per_minute: u32,
    /// Requests by client address with ingest keys or as a person, because anybody can be one.
    pub address_per_minute: u32,
    /// Attempts to sign in and invalid keys, by client address.
    pub attempts_per_minute: u32,
}

/// Number of leading bits of an address that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientIp {
    /// Bits of IPv4, 0 to 32.
    pub v4_bits: u8,
    /// Bits of IPv6, 0 to 128.
    pub v6_bits: u8,
}

/// Limits of streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Streams {
    /// Number of streams open at once, 1 to 100,000.
    pub max: u32,
    /// Seconds after which a client that reads nothing is disconnected, 1 to 3,600.
    pub stall_seconds: u32,
}

/// Keys that hold secrets, besides the built-in ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    /// Further key names whose values are never stored.
    pub keys: Vec<String>,
}

/// Rules of balances and badges.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Points {
    /// `true` if penalties and corrections may take more than the balance.
    pub allow_negative: bool,
    /// The file with the rules of badges and certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<PathBuf>,
}

/// Size and number of audit files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditFiles {
    /// Bytes of a file at most, 10,000 to 10,000,000,000; it is rotated before the line that
    /// exceeds them.
    pub max_bytes: u64,
    /// Number of rotated files kept for each, 0 to 100.
    pub backups: u32,
}

/// The people whose activity needs consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequireConsent {
    /// Nobody.
    Nobody,
    /// Children, each by a guardian.
    Children,
}

/// A secret that does not print itself.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Makes a secret; [`Config::check`] checks its length.
    pub fn new(secret: impl Into<String>) -> Secret {
        Secret(secret.into())
    }

    /// Returns the secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[set]")
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 8787)),
            public_url: None,
            data_dir: PathBuf::from("./annals-data"),
            database: None,
            postgres: Postgres::default(),
            host_file: false,
            base_path: "/".to_owned(),
            timezone: "UTC".to_owned(),
            catalog: None,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            trusted_proxies: Vec::new(),
            rate_limit: RateLimit {
                key_per_minute: 0,
                address_per_minute: 600,
                attempts_per_minute: 60,
            },
            client_ip: ClientIp { v4_bits: 24, v6_bits: 48 },
            redaction: Redaction::default(),
            streams: Streams { max: 2_000, stall_seconds: 30 },
            points: Points::default(),
            audit_files: AuditFiles { max_bytes: 10_000_000, backups: 5 },
            pages: Pages::default(),
            risk: Risk::default(),
            require_consent: RequireConsent::Nobody,
            jwt: None,
            admin_key: None,
        }
    }
}

/// An invalid configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A key is unknown, or a value has the wrong type.
    #[error("configuration: {0}")]
    Figment(String),
    /// A value is invalid.
    #[error("configuration: `{key}` {problem}")]
    Value {
        /// The key.
        key: &'static str,
        /// The problem, and what would be right.
        problem: String,
    },
}

/// The format of a configuration file. figment's own feature would bring a second TOML parser.
struct ConfigFile;

impl Format for ConfigFile {
    type Error = toml::de::Error;

    const NAME: &'static str = "TOML";

    fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, toml::de::Error> {
        toml::from_str(text)
    }
}

impl Config {
    /// Reads the configuration. `flags` are those of the command line, without absent ones.
    ///
    /// # Errors
    /// The first key that is unknown or has an invalid value.
    pub fn load(file: Option<&Path>, flags: impl Serialize) -> Result<Config, ConfigError> {
        Config::default().overridden(file, flags)
    }

    /// Reads the configuration as [`Config::load`], with these defaults.
    ///
    /// # Errors
    /// The first key that is unknown or has an invalid value.
    pub fn overridden(
        &self,
        file: Option<&Path>,
        flags: impl Serialize,
    ) -> Result<Config, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(self));
        if let Some(file) = file {
            if !file.exists() {
                let problem = format!("names {}, which does not exist", file.display());
                return Err(ConfigError::Value { key: "config", problem });
            }
            figment = figment.merge(ConfigFile::file_exact(file));
        } else {
            figment = figment.merge(ConfigFile::file(DEFAULT_FILE));
        }
        figment = figment.merge(environment::source()).merge(Serialized::defaults(flags));
        let mut config: Config =
            figment.extract().map_err(|error| ConfigError::Figment(explain(error)))?;
        // Read separately: a key that consists of digits is still a text.
        config.admin_key =
            std::env::var("ANNALS_ADMIN_KEY").ok().filter(|key| !key.is_empty()).map(Secret);
        if let Some(jwt) = &mut config.jwt
            && let Some(secret) = std::env::var("ANNALS_JWT__SECRET").ok()
        {
            jwt.secret = Some(Secret(secret));
        }
        config.check()?;
        Ok(config)
    }

    /// Checks every value.
    ///
    /// # Errors
    /// The first key whose value is invalid.
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
        let origin = |url: &String| {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', ' ']))
        };
        if !self.public_url.as_ref().is_none_or(origin) {
            return wrong(
                "public_url",
                "must be a scheme and a host, such as `https://annals.example`; the path belongs into `base_path`",
            );
        }
        if jiff::tz::TimeZone::get(&self.timezone).is_err() {
            return wrong("timezone", "must be an IANA time zone such as Europe/Stockholm");
        }
        if self.client_ip.v4_bits > 32 {
            return wrong("client_ip.v4_bits", "must be 0 to 32");
        }
        if self.client_ip.v6_bits > 128 {
            return wrong("client_ip.v6_bits", "must be 0 to 128");
        }
        if !(10_000..=10_000_000_000).contains(&self.audit_files.max_bytes) {
            return wrong("audit_files.max_bytes", "must be 10000 to 10000000000");
        }
        if self.audit_files.backups > 100 {
            return wrong("audit_files.backups", "must be 0 to 100");
        }
        if !(1..=100_000).contains(&self.streams.max) {
            return wrong("streams.max", "must be 1 to 100000");
        }
        if !(1..=3_600).contains(&self.streams.stall_seconds) {
            return wrong("streams.stall_seconds", "must be 1 to 3600");
        }
        let key = self.admin_key.as_ref().map_or(ADMIN_KEY_CHARS, |key| key.0.chars().count());
        if key < ADMIN_KEY_CHARS {
            let problem = "must have at least 32 characters; `openssl rand -hex 32` makes one";
            return wrong("ANNALS_ADMIN_KEY", problem);
        }
        self.risk.check()?;
        if let Some(jwt) = &self.jwt {
            jwt.check()?;
        }
        if !Postgres::CONNECTIONS.contains(&self.postgres.connections) {
            return wrong("postgres.connections", "must be 5 to 1000");
        }
        self.journal().map(drop)
    }

    /// Returns the database of the journal.
    pub fn journal(&self) -> Result<Database, ConfigError> {
        match &self.database {
            None => Ok(Database::Sqlite(self.data_dir.join("journal.db"))),
            Some(url) => {
                url.parse().map_err(|problem| ConfigError::Value { key: "database", problem })
            }
        }
    }
}

/// Renders every error of the configuration as one text, each with its key and source.
fn explain(errors: figment::Error) -> String {
    let faults: Vec<String> = errors
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
    faults.join("; ")
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
            (serde_json::json!({"public_url": "annals.example"}), "public_url"),
            (serde_json::json!({"public_url": "https://annals.example/annals/"}), "public_url"),
            (serde_json::json!({"timezone": "Europe/Atlantis"}), "timezone"),
            (serde_json::json!({"client_ip": {"v4_bits": 33}}), "client_ip.v4_bits"),
            (serde_json::json!({"streams": {"max": 0}}), "streams.max"),
            (serde_json::json!({"audit_files": {"max_bytes": 9}}), "audit_files.max_bytes"),
            (serde_json::json!({"audit_files": {"backups": 101}}), "audit_files.backups"),
            (serde_json::json!({"points": {"allow_negative": 1}}), "points.allow_negative"),
            (serde_json::json!({"streams": {"stall_seconds": 0}}), "streams.stall_seconds"),
            (serde_json::json!({"database": "mysql://x"}), "database"),
            (serde_json::json!({"postgres": {"connections": 4}}), "postgres.connections"),
            (serde_json::json!({"trusted_proxies": ["nearby"]}), "trusted_proxies"),
            (
                serde_json::json!({"rate_limit": {"key_per_minute": -1}}),
                "rate_limit.key_per_minute",
            ),
            (serde_json::json!({"require_consent": "everybody"}), "require_consent"),
        ] {
            let error = load(flags).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn the_journal_is_in_the_data_directory_unless_named() {
        let config = load(serde_json::json!({"data_dir": "/d"})).unwrap();
        assert_eq!(config.journal().unwrap(), Database::Sqlite("/d/journal.db".into()));
        let config = load(serde_json::json!({"database": "sqlite:/x/y.db"})).unwrap();
        assert_eq!(config.journal().unwrap(), Database::Sqlite("/x/y.db".into()));
        let url = "postgres://annals:secret@db.example/annals?sslmode=verify-full";
        let config = load(serde_json::json!({ "database": url })).unwrap();
        assert_eq!(config.journal().unwrap(), Database::Postgres(url.to_owned()));
        let shown = serde_json::to_string(&config).unwrap();
        assert!(shown.contains("postgres://annals:[set]@db.example/annals"), "{shown}");
        assert!(!format!("{config:?}").contains("secret"));
    }
}
