//! The addresses of this machine.

#[cfg(test)]
mod tests;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ptr;

use crate::sys::check;

/// An address of an interface that is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceAddress {
    /// The address.
    pub ip: IpAddr,
    /// Whether the interface leads only to this machine.
    pub is_loopback: bool,
}

/// The IPv4 and IPv6 addresses of all interfaces that are up, in the system's order.
///
/// # Errors
/// Those of the system (getifaddrs(3)).
pub fn interface_addresses() -> io::Result<Vec<InterfaceAddress>> {
    let mut head: *mut libc::ifaddrs = ptr::null_mut();
    // SAFETY: the pointer is to room for one pointer.
    check(unsafe { libc::getifaddrs(&raw mut head) })?;
    let list = List(head);
    Ok(list.addresses())
}

/// The system's list, freed on drop.
struct List(*mut libc::ifaddrs);

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: the list came from getifaddrs and is freed once.
        unsafe { libc::freeifaddrs(self.0) };
    }
}

impl List {
    fn addresses(&self) -> Vec<InterfaceAddress> {
        let mut found = Vec::new();
        let mut next = self.0;
        // SAFETY: each pointer of the list is null or to a valid entry until the list is freed.
        while let Some(entry) = unsafe { next.as_ref() } {
            next = entry.ifa_next;
            let has = |flag: libc::c_int| entry.ifa_flags & flag.cast_unsigned() != 0;
            if let Some(ip) = ip_of(entry.ifa_addr)
                && has(libc::IFF_UP)
            {
                let is_loopback = has(libc::IFF_LOOPBACK);
                found.push(InterfaceAddress { ip, is_loopback });
            }
        }
        found
    }
}

/// The IP address at `address`; `None` if there is none or it is of another family.
fn ip_of(address: *const libc::sockaddr) -> Option<IpAddr> {
    // SAFETY: null, or to a socket address of some family, which begins with a `sockaddr`.
    let family = unsafe { address.as_ref() }?.sa_family;
    match libc::c_int::from(family) {
        libc::AF_INET => {
            // SAFETY: the family says which structure it is; the copy needs no alignment.
            let v4 = unsafe { address.cast::<libc::sockaddr_in>().read_unaligned() };
            Some(Ipv4Addr::from(v4.sin_addr.s_addr.to_ne_bytes()).into())
        }
        libc::AF_INET6 => {
            // SAFETY: as above.
            let v6 = unsafe { address.cast::<libc::sockaddr_in6>().read_unaligned() };
            Some(Ipv6Addr::from(v6.sin6_addr.s6_addr).into())
        }
        _ => None,
    }
}
