//! Where a request came from: the peer, or what a trusted proxy says of it.
//!
//! Anybody can send `X-Forwarded-For`. It is believed only as far as `trusted_proxies` reaches:
//! read from the right, where the nearest proxy wrote, up to the first address that is not one of
//! them.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName, header};
use ipnet::IpNet;

use super::Http;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client's address; none over the local socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClientAddress(pub(super) Option<IpAddr>);

impl ClientAddress {
    /// The address of whoever sent a request with these headers.
    pub(super) fn of(
        extensions: &Extensions,
        headers: &HeaderMap,
        trusted: &[IpNet],
    ) -> ClientAddress {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        ClientAddress(peer.map(|ConnectInfo(peer)| client(peer.ip(), headers, trusted)))
    }

    /// Whether the request was made on this machine itself. A proxy on this machine that nobody
    /// named as trusted passes on requests of the whole world.
    pub(super) fn is_local(self, headers: &HeaderMap) -> bool {
        let forwarded = headers.contains_key(FORWARDED_FOR)
            || headers.contains_key(header::FORWARDED)
            || headers.contains_key(header::VIA);
        self.0.is_none_or(|address| address.is_loopback()) && !forwarded
    }
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
    let forwarded: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .collect();
    for address in forwarded.into_iter().rev() {
        if !is_trusted(&nearest) {
            break;
        }
        // What cannot be read hides whatever stands before it.
        let Some(address) = parse(address.trim()) else { break };
        nearest = address;
    }
    nearest
}

/// An address as proxies write it: bare, with a port, in brackets.
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
            // What the client wrote itself stands to the left of what the proxy saw.
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
}
