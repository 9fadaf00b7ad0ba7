//! The database's URL, and the encryption of the connection.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use annals_store::{Result, StoreError};

/// A database and the way to connect to it.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

/// The URL's TLS mode.
#[derive(Debug, PartialEq, Eq)]
enum Mode {
    Off,
    /// The server's certificate must be valid for the requested name.
    Verified,
}

/// The parameters that libpq knows and the driver does not, removed from the URL; the rest is the
/// driver's.
struct Parts {
    rest: String,
    mode: Option<Mode>,
    roots: Option<PathBuf>,
}

impl Target {
    /// Reads a URL. The error does not repeat it, since it may hold a password.
    pub(super) fn parse(url: &str) -> Result<Target> {
        let refused = |why: String| StoreError::NotAJournal(format!("the database's URL {why}"));
        let parts = split(url).map_err(refused)?;
        let mut config: Config =
            parts.rest.parse().map_err(|error| refused(format!("cannot be read: {error}")))?;
        let mode = parts.mode.unwrap_or_else(|| default_mode(&config));
        config.ssl_mode(if mode == Mode::Off { SslMode::Disable } else { SslMode::Require });
        config.application_name("annals");
        let tls = tls(&mode, parts.roots.as_deref()).map_err(StoreError::NotAJournal)?;
        Ok(Target { config, tls })
    }
}

fn split(url: &str) -> std::result::Result<Parts, String> {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let mut parts = Parts { rest: String::new(), mode: None, roots: None };
    let mut rest = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (_, value) = form_urlencoded::parse(pair.as_bytes()).next().unwrap_or_default();
        match pair.split('=').next() {
            Some("sslmode") => {
                parts.mode = Some(match &*value {
                    "disable" => Mode::Off,
                    // Encryption without knowing the peer is worth little, so `require` verifies as
                    // well.
                    "require" | "verify-full" => Mode::Verified,
                    _ => return Err("can have `sslmode=verify-full` or `sslmode=disable`".into()),
                });
            }
            Some("sslrootcert") => parts.roots = Some(PathBuf::from(value.into_owned())),
            _ => rest.push(pair),
        }
    }
    parts.rest = if rest.is_empty() { place.into() } else { format!("{place}?{}", rest.join("&")) };
    Ok(parts)
}

/// The default mode: off if nothing leaves the machine, verified otherwise.
fn default_mode(config: &Config) -> Mode {
    let local = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        }
    };
    if config.get_hosts().iter().all(local) { Mode::Off } else { Mode::Verified }
}

fn tls(
    mode: &Mode,
    roots: Option<&std::path::Path>,
) -> std::result::Result<MakeRustlsConnect, String> {
    let mut store = RootCertStore::empty();
    match roots {
        _ if *mode == Mode::Off => {}
        Some(path) => {
            let describe = |error: String| format!("`sslrootcert` {}: {error}", path.display());
            let read = CertificateDer::pem_file_iter(path);
            for certificate in read.map_err(|error| describe(error.to_string()))? {
                let certificate = certificate.map_err(|error| describe(error.to_string()))?;
                store.add(certificate).map_err(|error| describe(error.to_string()))?;
            }
        }
        None => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> Mode {
        let parts = split(url).unwrap();
        parts.mode.unwrap_or_else(|| default_mode(&parts.rest.parse().unwrap()))
    }

    #[test]
    fn only_what_leaves_the_machine_is_verified_unless_the_url_says_otherwise() {
        for (url, wanted) in [
            ("postgres://a@%2Frun%2Fpostgresql/annals", Mode::Off),
            ("postgres://a@localhost/annals", Mode::Off),
            ("postgres://a@127.0.0.1:5433/annals?connect_timeout=3", Mode::Off),
            ("postgres://a@db.example/annals", Mode::Verified),
            ("postgres://a@localhost,db.example/annals", Mode::Verified),
            ("postgres://a@db.example/annals?sslmode=disable", Mode::Off),
            ("postgres://a@localhost/annals?sslmode=verify-full", Mode::Verified),
            ("postgres://a@localhost/annals?sslmode=require", Mode::Verified),
        ] {
            assert_eq!(mode(url), wanted, "{url}");
        }
    }

    #[test]
    fn what_cannot_be_kept_is_refused_and_no_password_is_repeated() {
        for url in [
            "postgres://a:secret@db/annals?sslmode=prefer",
            "postgres://a:secret@db/annals?sslmode=verify-ca",
            "postgres://a:secret@db/annals?nonsense=1",
            "postgres://a:secret@db:port/annals",
        ] {
            let error = Target::parse(url).err().unwrap().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
        let missing = "postgres://a@db/annals?sslrootcert=/nowhere.pem";
        let error = Target::parse(missing).err().unwrap().to_string();
        assert!(error.contains("/nowhere.pem"), "{error}");
    }
}
