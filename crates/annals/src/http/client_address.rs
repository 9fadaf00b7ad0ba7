//! The address of the client: the peer's, or the one that a trusted proxy reports.
//!
//! Anybody can send `X-Forwarded-For`. So the header is read from the right, where the nearest
//! proxy wrote, up to the first address that is not in `trusted_proxies`. Without it, a trusted
//! proxy's `Forwarded` (RFC 7239), else `CF-Connecting-IP` or `X-Real-IP` is read.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{Extensions, HeaderMap, HeaderName, header};
use ipnet::IpNet;

use super::Http;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Headers with one address, in the order in which they are looked for.
const SINGLE: [HeaderName; 2] =
    [HeaderName::from_static("cf-connecting-ip"), HeaderName::from_static("x-real-ip")];

/// Headers by which proxies name themselves, the client, or the host that was asked for.
const PROXY_HEADERS: [&str; 12] = [
    "cf-connecting-ip",
    "cf-ray",
    "fastly-client-ip",
    "fly-client-ip",
    "forwarded",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-forwarded-for",
    "x-original-host",
    "x-real-ip",
];

/// The client's address; `None` over the local socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClientAddress(pub(super) Option<IpAddr>);

impl ClientAddress {
    /// Returns the address of the client that sent a request with these headers.
    pub(super) fn of(
        extensions: &Extensions,
        headers: &HeaderMap,
        trusted: &[IpNet],
    ) -> ClientAddress {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        ClientAddress(peer.map(|ConnectInfo(peer)| client(peer.ip(), headers, trusted)))
    }

    /// `true` if the request was made on this machine, under a name of this machine. A proxy on this machine
    /// passes on requests of the whole world, whether or not it is named as trusted; a web page elsewhere can send a
    /// browser here under a name of its own.
    pub(super) fn is_local(self, headers: &HeaderMap) -> bool {
        let Some(address) = self.0 else {
            // The local socket.
            return true;
        };
        address.is_loopback() && !headers.keys().any(tells_of_a_proxy) && is_loopback_host(headers)
    }
}

/// `true` if proxies alone send this header.
fn tells_of_a_proxy(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with("x-forwarded") || name.starts_with("x-envoy-") || PROXY_HEADERS.contains(&name)
}

/// `true` if the request names this machine as its host.
pub(super) fn is_loopback_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    let authority = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    authority.is_some_and(|authority| {
        let name = authority.host().trim_start_matches('[').trim_end_matches(']');
        name.eq_ignore_ascii_case("localhost")
            || name.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
    })
}

impl FromRequestParts<Http> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        http: &Http,
    ) -> Result<ClientAddress, Infallible> {
        Ok(ClientAddress::of(&parts.extensions, &parts.headers, &http.config.trusted_proxies))
    }
}

fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut nearest = peer.to_canonical();
    for address in reported(headers).into_iter().rev() {
        if !is_trusted(&nearest) {
            break;
        }
        // Addresses to the left of an unreadable one cannot be trusted.
        let Some(address) = parse(address) else { break };
        nearest = address;
    }
    nearest
}

/// Returns the addresses that proxies report, the nearest proxy's last.
fn reported(headers: &HeaderMap) -> Vec<&str> {
    let listed = |name: &HeaderName| -> Vec<&str> {
        let values = headers.get_all(name).iter();
        let parts = values.flat_map(|value| value.to_str().unwrap_or_default().split(','));
        parts.map(str::trim).collect()
    };
    let forwarded_for = listed(&FORWARDED_FOR);
    if !forwarded_for.is_empty() {
        return forwarded_for;
    }
    let forwarded = listed(&header::FORWARDED);
    if !forwarded.is_empty() {
        return forwarded.into_iter().map(forwarded_for_of).collect();
    }
    let single = SINGLE.iter().find_map(|name| headers.get(name)?.to_str().ok());
    single.map(str::trim).into_iter().collect()
}

/// Returns the address in an element of `Forwarded`: `for="[2001:db8::1]:4711";proto=https`.
fn forwarded_for_of(element: &str) -> &str {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let mut addresses = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    addresses.next().map_or("", |(_, address)| address.trim().trim_matches('"'))
}

/// Parses an address as proxies write it: bare, with a port, or in brackets.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare.or_else(with_port).or_else(in_brackets).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_of(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let proxies = ["10.0.0.0/8", "::1/128"];
        for (peer, forwarded, client) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            // The client's own entries are to the left of the proxy's.
            ("10.0.0.1", &["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.2.3.4", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("::1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("::ffff:10.0.0.1", &["198.51.100.1:80"], "198.51.100.1"),
            ("10.0.0.1", &["1.2.3.4, unknown"], "10.0.0.1"),
            ("10.0.0.1", &[""], "10.0.0.1"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            assert_eq!(client_of(peer, forwarded, &proxies), client, "{peer} {forwarded:?}");
        }
        assert_eq!(client_of("10.0.0.1", &["1.2.3.4"], &[]), "10.0.0.1");
    }

    #[test]
    fn without_the_usual_header_others_are_read() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        for (pairs, expected) in [
            (&[("forwarded", "for=1.2.3.4, for=198.51.100.1;proto=https")][..], "198.51.100.1"),
            (&[("forwarded", "proto=https; For=\"[2001:db8::1]:4711\"")], "2001:db8::1"),
            (&[("forwarded", "for=1.2.3.4, for=_hidden")], "10.0.0.1"),
            (&[("forwarded", "for=198.51.100.1"), ("forwarded", "for=10.0.0.7")], "198.51.100.1"),
            (&[("x-real-ip", "198.51.100.1")], "198.51.100.1"),
            (&[("cf-connecting-ip", " 2001:db8::1 "), ("x-real-ip", "10.0.0.9")], "2001:db8::1"),
            (&[("x-real-ip", "1.2.3.4"), ("x-forwarded-for", "198.51.100.1")], "198.51.100.1"),
            (&[("x-real-ip", "nobody")], "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
            }
            let client_at = |peer: &str| client(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(client_at("10.0.0.1").to_string(), expected, "{pairs:?}");
            assert_eq!(client_at("203.0.113.9").to_string(), "203.0.113.9", "{pairs:?}");
        }
    }

    #[test]
    fn only_what_came_straight_from_this_machine_is_local() {
        let local = |peer: &str, pairs: &[(&str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
            }
            ClientAddress(Some(peer.parse().unwrap())).is_local(&headers)
        };
        for host in [
            "localhost",
            "LocalHost:8787",
            "127.0.0.1:8787",
            "127.9.9.9",
            "[::1]",
            "[::1]:8787",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(local("127.0.0.1", &[("host", host)]), "{host}");
        }
        for host in ["annals.example", "localhost.example", "10.0.0.7:8787", "[::]", "", "a b"] {
            assert!(!local("127.0.0.1", &[("host", host)]), "{host}");
        }
        assert!(local("::1", &[("host", "localhost"), ("accept", "*/*")]));
        assert!(!local("10.0.0.7", &[("host", "localhost")]));
        assert!(!local("127.0.0.1", &[]));
        assert!(!local("127.0.0.1", &[("host", "localhost"), ("host", "annals.example")]));
        for name in [
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded",
            "x-envoy-external-address",
        ]
        .into_iter()
        .chain(PROXY_HEADERS)
        {
            assert!(!local("127.0.0.1", &[("host", "localhost"), (name, "")]), "{name}");
        }
        assert!(ClientAddress(None).is_local(&HeaderMap::new()));
    }
}
