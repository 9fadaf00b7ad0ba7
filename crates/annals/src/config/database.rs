//! `database` and `[postgres]`: the database of the journal.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde::{Deserialize, Serialize, Serializer};

/// A database as the configuration names it. Shown without its password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

/// The database of the journal.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database, by URL.
    Postgres(String),
}

/// Settings for PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Postgres {
    /// Number of connections this process may open, 5 to 1,000.
    pub connections: u32,
    /// `true` rewrites tables by night after somebody was erased or events were deleted.
    pub vacuum: bool,
}

impl Postgres {
    /// The allowed numbers of connections.
    pub(super) const CONNECTIONS: RangeInclusive<u32> = 5..=1_000;
}

impl Default for Postgres {
    fn default() -> Postgres {
        Postgres { connections: 12, vacuum: true }
    }
}

impl From<String> for DatabaseUrl {
    fn from(url: String) -> DatabaseUrl {
        DatabaseUrl(url)
    }
}

impl DatabaseUrl {
    /// Parses the database. An error does not repeat the text, which may contain a password.
    pub fn parse(&self) -> Result<Database, String> {
        let url = self.0.as_str();
        if let Some(path) = url.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            return Ok(Database::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Database::Postgres(url.to_owned()));
        }
        Err("must be `sqlite:PATH` or `postgres://USER@HOST/DATABASE`".to_owned())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.0))
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&without_password(&self.0))
    }
}

impl Database {
    /// Returns the file of an SQLite database.
    pub fn file(&self) -> Option<&PathBuf> {
        match self {
            Database::Sqlite(path) => Some(path),
            Database::Postgres(_) => None,
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Database::Sqlite(path) => path.display().fmt(f),
            Database::Postgres(url) => f.write_str(&without_password(url)),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Returns a URL without its password, including one among its parameters.
fn without_password(url: &str) -> String {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let place = match place.rsplit_once('@') {
        Some((user, host)) => {
            let start = user.find("://").map_or(0, |at| at + 3);
            let name = user[start..].split(':').next().unwrap_or_default();
            let secret = if user[start..].contains(':') { ":[set]" } else { "" };
            format!("{}{name}{secret}@{host}", &user[..start])
        }
        None => place.to_owned(),
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let shown: Vec<&str> = pairs
        .map(|pair| if pair.starts_with("password=") { "password=[set]" } else { pair })
        .collect();
    if shown.is_empty() { place } else { format!("{place}?{}", shown.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        for (url, shown) in [
            ("postgres://annals@db/annals", "postgres://annals@db/annals"),
            ("postgres://annals:s3@cret@db/annals", "postgres://annals:[set]@db/annals"),
            (
                "postgres://db/annals?user=a&password=x",
                "postgres://db/annals?user=a&password=[set]",
            ),
            ("sqlite:/a:b@c.db", "/a:b@c.db"),
        ] {
            assert_eq!(DatabaseUrl(url.to_owned()).parse().unwrap().to_string(), shown);
        }
    }
}
