//! `listen`: the address to listen on, as people write it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::{Deserialize, Deserializer};

/// Reads `8788`, `localhost:8788` (this machine alone), `:8788` (every address) and `192.0.2.7:8788`.
///
/// # Errors
/// The forms that are right.
pub fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    let (host, port) = text.rsplit_once(':').unwrap_or(("localhost", text));
    // Not `+80`, which the parser of numbers takes.
    let port: Option<u16> =
        port.parse().ok().filter(|_| port.bytes().all(|byte| byte.is_ascii_digit()));
    let ip = match host {
        "localhost" => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        "" | "*" => Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        _ => None,
    };
    let named = ip.zip(port).map(SocketAddr::from);
    named.or_else(|| text.parse().ok()).ok_or_else(|| {
        "must be a port such as 8788, or an address and a port such as localhost:8788, 192.0.2.7:8788, [::1]:8788, or \
         :8788 for every address"
            .to_owned()
    })
}

/// Deserializes the address; a port may be a number.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Listen {
        Port(u64),
        Text(String),
    }
    let text = match Listen::deserialize(from)? {
        Listen::Port(port) => port.to_string(),
        Listen::Text(text) => text,
    };
    parse_listen(&text).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (text, address) in [
            ("8788", "127.0.0.1:8788"),
            ("localhost:9000", "127.0.0.1:9000"),
            (":9000", "0.0.0.0:9000"),
            ("*:9000", "0.0.0.0:9000"),
            ("0.0.0.0:0", "0.0.0.0:0"),
            ("[::]:9000", "[::]:9000"),
            ("[::1]:9000", "[::1]:9000"),
        ] {
            assert_eq!(parse_listen(text).unwrap().to_string(), address, "{text}");
        }
        for text in [
            "",
            ":",
            "localhost",
            "70000",
            "+80",
            "-1",
            "example.org:80",
            "1.2.3.4",
            "::1:80:x",
            "tcp://10.0.0.7:80",
        ] {
            assert!(parse_listen(text).unwrap_err().contains(":8788"), "{text}");
        }
    }

    #[test]
    fn a_port_may_be_a_number() {
        let load = |listen: serde_json::Value| {
            Config::load(None, serde_json::json!({ "listen": listen })).map(|config| config.listen)
        };
        assert_eq!(load(8788.into()).unwrap(), "127.0.0.1:8788".parse().unwrap());
        assert_eq!(load(":8788".into()).unwrap(), "0.0.0.0:8788".parse().unwrap());
        let refused = load(70_000.into()).unwrap_err().to_string();
        assert!(refused.contains("`listen`") && refused.contains("localhost:8788"), "{refused}");
    }
}
