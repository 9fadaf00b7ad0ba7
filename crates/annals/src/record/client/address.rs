//! A cut of addresses down to a network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Number of leading bits of an address that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpPrefixes {
    /// Bits of IPv4, 0 to 32; 0 keeps nothing.
    pub v4: u8,
    /// Bits of IPv6, 0 to 128; 0 keeps nothing.
    pub v6: u8,
}

impl Default for IpPrefixes {
    /// Returns /24 and /48: a neighbourhood, not a household.
    fn default() -> IpPrefixes {
        IpPrefixes { v4: 24, v6: 48 }
    }
}

impl IpPrefixes {
    /// Returns the network an address lies in. IPv4 addresses written as IPv6 are cut as IPv4, or
    /// their /48 would hide all of them.
    pub fn cut(self, ip: IpAddr) -> Option<IpAddr> {
        match ip.to_canonical() {
            IpAddr::V4(_) | IpAddr::V6(_) if self.keeps_nothing(ip) => None,
            IpAddr::V4(ip) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.v4.min(32))).unwrap_or(0);
                Some(Ipv4Addr::from_bits(ip.to_bits() & mask).into())
            }
            IpAddr::V6(ip) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.v6.min(128))).unwrap_or(0);
                Some(Ipv6Addr::from_bits(ip.to_bits() & mask).into())
            }
        }
    }

    fn keeps_nothing(self, ip: IpAddr) -> bool {
        match ip.to_canonical() {
            IpAddr::V4(_) => self.v4 == 0,
            IpAddr::V6(_) => self.v6 == 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_cut_to_their_network() {
        let cut = |ip: &str, prefixes: IpPrefixes| {
            prefixes.cut(ip.parse().unwrap()).map(|ip| ip.to_string()).unwrap_or_default()
        };
        let default = IpPrefixes::default();
        assert_eq!(cut("203.0.113.77", default), "203.0.113.0");
        assert_eq!(cut("::ffff:203.0.113.77", default), "203.0.113.0");
        assert_eq!(cut("2001:db8:1:2:3:4:5:6", default), "2001:db8:1::");
        assert_eq!(cut("::1", default), "::");
        assert_eq!(cut("203.0.113.77", IpPrefixes { v4: 32, v6: 0 }), "203.0.113.77");
        assert_eq!(cut("203.0.113.77", IpPrefixes { v4: 255, v6: 0 }), "203.0.113.77");
        assert_eq!(cut("203.0.113.77", IpPrefixes { v4: 0, v6: 48 }), "");
        assert_eq!(cut("2001:db8::1", IpPrefixes { v4: 24, v6: 0 }), "");
        assert_eq!(cut("2001:db8::1", IpPrefixes { v4: 24, v6: 128 }), "2001:db8::1");
    }
}
