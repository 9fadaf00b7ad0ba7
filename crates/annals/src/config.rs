//! Configuration: defaults < file < `ANNALS_…` environment < flags.
//!
//! An unknown key or a wrong value is an error that names it and where it stands.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

mod database;
mod jwt;
mod pages;
mod risk;

pub use database::{Database, DatabaseUrl, Postgres};
pub use jwt::{Jwt, JwtAlgorithm};
pub use pages::{Pages, PathRule};
pub use risk::{Hundredths, Risk, RiskFactor, RiskStep};

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
    /// `sqlite:PATH` or `postgres://…`; absent: `journal.db` in the data directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseUrl>,
    /// How PostgreSQL is used, where it is.
    pub postgres: Postgres,
    /// Whether the database is a host's file, with its tables beside ours: for programs that have
    /// Annals inside.
    #[serde(skip)]
    pub host_file: bool,
    /// The path everything is served under, such as `/annals/`.
    pub base_path: String,
    /// The IANA time zone whose calendar says which day an event falls on.
    pub timezone: String,
    /// A file that overrides and extends the catalog.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<PathBuf>,
    /// What is logged: `error`, `warn`, `info`, `debug`, `trace`, or per module.
    pub log: String,
    /// How the log is written.
    pub log_format: LogFormat,
    /// Proxies that may say where a request came from, as networks.
    pub trusted_proxies: Vec<IpNet>,
    /// How often one may ask.
    pub rate_limit: RateLimit,
    /// How much of a visitor's address is kept.
    pub client_ip: ClientIp,
    /// Secrets in events.
    pub redaction: Redaction,
    /// Streams of events.
    pub streams: Streams,
    /// Points for families.
    pub points: Points,
    /// A file of points events for each user account.
    pub audit_files: AuditFiles,
    /// Which paths are one page.
    pub pages: Pages,
    /// How learners' risk of dropping out is scored.
    pub risk: Risk,
    /// Whose consent is needed before their activity is recorded.
    pub require_consent: RequireConsent,
    /// How the application's people show who they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt: Option<Jwt>,
    /// The bootstrap admin key, from `ANNALS_ADMIN_KEY` alone; never printed.
    #[serde(skip)]
    pub admin_key: Option<Secret>,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line, for programs.
    Json,
}

/// How often one may ask, each in requests a minute; 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// By key, whatever its role.
    pub key_per_minute: u32,
    /// By client address, for callers that anybody can be: ingest keys and people.
    pub address_per_minute: u32,
    /// Attempts to sign in, and wrong keys, by client address.
    pub attempts_per_minute: u32,
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

/// How many may follow, and how patiently they are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Streams {
    /// Streams open at once, 1 to 100,000.
    pub max: u32,
    /// A client that takes nothing for so many seconds is cut off, 1 to 3,600.
    pub stall_seconds: u32,
}

/// Which keys hold secrets, beside the built-in ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    /// Further key names whose values are never stored.
    pub keys: Vec<String>,
}

/// What balances may do, and what is earned beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Points {
    /// Whether penalties and corrections may take more than there is.
    pub allow_negative: bool,
    /// The file that says which badges and certificates are earned by what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<PathBuf>,
}

/// How large audit files grow, and how many are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditFiles {
    /// A file is rotated before the line that would make it longer, 10,000 to 10,000,000,000.
    pub max_bytes: u64,
    /// Rotated files kept beside each, 0 to 100.
    pub backups: u32,
}

/// Whose consent is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequireConsent {
    /// Nobody's.
    Nobody,
    /// A guardian's, for each child.
    Children,
}

/// A secret that does not print itself.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// This secret; [`Config::check`] says whether it is long enough.
    pub fn new(secret: impl Into<String>) -> Secret {
        Secret(secret.into())
    }

    /// The secret itself.
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
        let environment =
            Env::prefixed("ANNALS_").ignore(&["admin_key", "config", "jwt__secret"]).split("__");
        figment = figment.merge(environment).merge(Serialized::defaults(flags));
        let mut config: Config =
            figment.extract().map_err(|error| ConfigError::Figment(explain(error)))?;
        // Read by itself: a key of digits is still a text.
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

    /// Where the journal is kept.
    pub fn journal(&self) -> Result<Database, ConfigError> {
        match &self.database {
            None => Ok(Database::Sqlite(self.data_dir.join("journal.db"))),
            Some(url) => {
                url.parse().map_err(|problem| ConfigError::Value { key: "database", problem })
            }
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
    fn the_journal_lies_in_the_data_directory_unless_named() {
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
