//! Where the journal is kept.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde::{Deserialize, Serialize, Serializer};

/// A database as the configuration names it. Shown without its password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

/// Where the journal is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// In an SQLite file.
    Sqlite(PathBuf),
    /// In a PostgreSQL database, by URL.
    Postgres(String),
}

/// How PostgreSQL is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Postgres {
    /// Connections this process may open, 5 to 1,000.
    pub connections: u32,
    /// Whether tables are written anew by night after somebody was erased or events were deleted.
    pub vacuum: bool,
}

impl Postgres {
    /// How many connections do, and are allowed.
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
    /// What it names; what is wrong with it is told without repeating it, for it may hold a
    /// password.
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
        f.write_str(&hidden(&self.0))
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hidden(&self.0))
    }
}

impl Database {
    /// The file, where it is one.
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
            Database::Postgres(url) => f.write_str(&hidden(url)),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A URL without the password in it, nor one among its parameters.
fn hidden(url: &str) -> String {
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
