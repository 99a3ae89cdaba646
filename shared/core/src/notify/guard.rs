//! Where a notification may go. A shop names the address, so without this it could have us call what only we can reach.
//!
//! It judges the addresses that a name resolved to, never the name: the connection has to go to the address judged.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether this machine itself may be called, which only the local stack allows: its shop runs beside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Loopback {
    /// As everywhere but on a developer's machine.
    Refused,
    /// Loopback addresses too, and http. Other networks stay refused.
    Allowed,
}

/// Why a notification may not go there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    /// Anybody on the way could read it and answer it.
    #[error("the address has to begin with https://")]
    NotHttps,
    /// The address is not a public one.
    #[error("the name leads to {address}, {what}; only public addresses are called")]
    NotPublic {
        /// Where the name leads.
        address: IpAddr,
        /// What kind of address that is.
        what: &'static str,
    },
}

/// Whether this URL's scheme is good enough.
///
/// # Errors
/// [`Barred::NotHttps`].
pub fn may_call(url: &str, loopback: Loopback) -> Result<(), Barred> {
    let scheme = url::Url::parse(url).map(|url| url.scheme().to_owned()).unwrap_or_default();
    match (scheme.as_str(), loopback) {
        ("https", _) | ("http", Loopback::Allowed) => Ok(()),
        _ => Err(Barred::NotHttps),
    }
}

/// Whether this address may be connected to.
///
/// # Errors
/// [`Barred::NotPublic`].
pub fn may_reach(address: IpAddr, loopback: Loopback) -> Result<(), Barred> {
    // An IPv4 address written as IPv6 (::ffff:…) reaches what it reaches as IPv4.
    let canonical = address.to_canonical();
    if loopback == Loopback::Allowed && canonical.is_loopback() {
        return Ok(());
    }
    let not_public = match canonical {
        IpAddr::V4(address) => kind_of_v4(address),
        IpAddr::V6(address) => kind_of_v6(address),
    };
    not_public.map_or(Ok(()), |what| Err(Barred::NotPublic { address, what }))
}

/// The IPv4 ranges that are not public, by the IANA special-purpose registry (RFC 6890 and its updates), multicast and
/// reserved ones added. The first that holds an address names it.
#[rustfmt::skip]
const V4: [(Ipv4Addr, u32, &str); 17] = [
    (Ipv4Addr::new(0, 0, 0, 0), 32, "the unspecified address"),
    (Ipv4Addr::new(0, 0, 0, 0), 8, "an address of the own network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "a private address"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "an address behind a carrier's NAT"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "a loopback address"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "a link-local address"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "a private address"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "an address for protocols"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "an address for documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a 6to4 address"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "a private address"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "an address for benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "an address for documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "an address for documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "a multicast address"),
    (Ipv4Addr::new(255, 255, 255, 255), 32, "the broadcast address"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "a reserved address"),
];

/// The IPv6 ranges that are not public, likewise.
#[rustfmt::skip]
const V6: [(Ipv6Addr, u32, &str); 12] = [
    (Ipv6Addr::UNSPECIFIED, 128, "the unspecified address"),
    (Ipv6Addr::LOCALHOST, 128, "a loopback address"),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, "an address of a local NAT64"),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, "an address that is discarded"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "an address for protocols"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "an address for documentation"),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "a 6to4 address"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "an address for documentation"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "a unique local address"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "a link-local address"),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, "a site-local address"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "a multicast address"),
];

/// What routers on the internet carry at all: global unicast.
const GLOBAL_UNICAST: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// A NAT64 behind these reaches the IPv4 address in the last 32 bits (RFC 6052).
const NAT64: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

fn kind_of_v4(address: Ipv4Addr) -> Option<&'static str> {
    let holds = |(first, bits): (Ipv4Addr, u32)| {
        let differs = address.to_bits() ^ first.to_bits();
        differs.checked_shr(u32::BITS.saturating_sub(bits)).unwrap_or(0) == 0
    };
    V4.into_iter().find(|(first, bits, _)| holds((*first, *bits))).map(|(_, _, what)| what)
}

fn kind_of_v6(address: Ipv6Addr) -> Option<&'static str> {
    let holds = |(first, bits): (Ipv6Addr, u32)| {
        let differs = address.to_bits() ^ first.to_bits();
        differs.checked_shr(u128::BITS.saturating_sub(bits)).unwrap_or(0) == 0
    };
    if holds(NAT64) {
        let [.., a, b, c, d] = address.octets();
        return kind_of_v4(Ipv4Addr::new(a, b, c, d));
    }
    let known = V6.into_iter().find(|(first, bits, _)| holds((*first, *bits))).map(|(_, _, what)| what);
    known.or_else(|| (!holds(GLOBAL_UNICAST)).then_some("no public address"))
}
