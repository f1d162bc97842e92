//! Socket addresses as the kernel reads and writes them.

use std::mem::size_of;
#[cfg(target_os = "linux")]
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::net::{SocketAddr, SocketAddrV4, SocketAddrV6};

/// A `sockaddr` of either family. The family field decides which member is valid.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) union Name {
    /// Of family `AF_INET`.
    v4: libc::sockaddr_in,
    /// Of family `AF_INET6`.
    v6: libc::sockaddr_in6,
}

impl Name {
    /// Room for an address to be written by the kernel.
    pub(crate) fn empty() -> Self {
        // SAFETY: plain integers and arrays of them, for which zero is valid.
        let v6 = unsafe { std::mem::zeroed::<libc::sockaddr_in6>() };
        Self { v6 }
    }

    /// The address and the number of bytes that the kernel must read of it.
    pub(crate) fn encode(address: SocketAddr) -> (Self, libc::socklen_t) {
        match address {
            SocketAddr::V4(address) => Self::encode_v4(address),
            SocketAddr::V6(address) => Self::encode_v6(address),
        }
    }

    fn encode_v4(address: SocketAddrV4) -> (Self, libc::socklen_t) {
        let length = size_of::<libc::sockaddr_in>();
        let v4 = libc::sockaddr_in {
            #[cfg(not(target_os = "linux"))]
            sin_len: length as u8,
            sin_family: libc::AF_INET as libc::sa_family_t,
            sin_port: address.port().to_be(),
            sin_addr: libc::in_addr {
                s_addr: u32::from_ne_bytes(address.ip().octets()),
            },
            sin_zero: [0; 8],
        };
        let mut name = Self::empty();
        name.v4 = v4;
        (name, length as libc::socklen_t)
    }

    fn encode_v6(address: SocketAddrV6) -> (Self, libc::socklen_t) {
        let length = size_of::<libc::sockaddr_in6>();
        let v6 = libc::sockaddr_in6 {
            #[cfg(not(target_os = "linux"))]
            sin6_len: length as u8,
            sin6_family: libc::AF_INET6 as libc::sa_family_t,
            sin6_port: address.port().to_be(),
            sin6_flowinfo: address.flowinfo(),
            sin6_addr: libc::in6_addr {
                s6_addr: address.ip().octets(),
            },
            sin6_scope_id: address.scope_id(),
        };
        (Self { v6 }, length as libc::socklen_t)
    }

    /// What the kernel wrote, IPv4-mapped addresses as IPv4. `None` for any other family.
    #[cfg(target_os = "linux")]
    pub(crate) fn decode(&self) -> Option<SocketAddr> {
        // SAFETY: the family lies at the same place in both members, and all of the union is
        // initialised: by `empty` or `encode` first, then perhaps by the kernel.
        let family = libc::c_int::from(unsafe { self.v4.sin_family });
        match family {
            libc::AF_INET => {
                // SAFETY: the family says which member is valid.
                let v4 = unsafe { self.v4 };
                let ip = Ipv4Addr::from(v4.sin_addr.s_addr.to_ne_bytes());
                Some(SocketAddr::from((ip, u16::from_be(v4.sin_port))))
            }
            libc::AF_INET6 => {
                // SAFETY: the family says which member is valid.
                let v6 = unsafe { self.v6 };
                let ip = Ipv6Addr::from(v6.sin6_addr.s6_addr);
                let port = u16::from_be(v6.sin6_port);
                Some(normalise(SocketAddrV6::new(ip, port, 0, v6.sin6_scope_id)))
            }
            _ => None,
        }
    }

    /// The address as the kernel's calls take it.
    pub(crate) fn as_ptr(&self) -> *const libc::sockaddr {
        (&raw const *self).cast()
    }
}

/// An IPv6 socket address, as IPv4 if it is an IPv4-mapped one (RFC 4291 section 2.5.5.2).
pub(crate) fn normalise(address: SocketAddrV6) -> SocketAddr {
    match address.ip().to_ipv4_mapped() {
        Some(ip) => SocketAddr::from((ip, address.port())),
        None => SocketAddr::V6(address),
    }
}

/// Any socket address, as IPv4 if it is an IPv4-mapped one.
pub(crate) fn normalise_any(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(_) => address,
        SocketAddr::V6(address) => normalise(address),
    }
}

/// An address as a socket of IPv6 takes it: IPv4 becomes IPv4-mapped.
pub(crate) fn to_ipv6(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) => SocketAddr::from((v4.ip().to_ipv6_mapped(), v4.port())),
        SocketAddr::V6(_) => address,
    }
}

/// An IP address as a socket of IPv6 takes it.
#[cfg(target_os = "linux")]
pub(crate) fn ip_to_ipv6(ip: IpAddr) -> Ipv6Addr {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    }
}
