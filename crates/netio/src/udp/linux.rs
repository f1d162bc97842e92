//! UDP by `recvmmsg` and `sendmmsg`, with `UDP_GRO` and `UDP_SEGMENT`.

mod queue;
mod recv;

#[cfg(test)]
mod tests;

pub(super) use queue::{SendQueue, send};
pub(super) use recv::{RecvHeaders, recv};

use std::io;
use std::os::fd::BorrowedFd;

use super::Capabilities;
use crate::sys;

/// Turns segmentation offload on as far as the kernel knows it. Whether the device agrees shows
/// when it is used.
pub(super) fn enable_offload(fd: BorrowedFd<'_>) -> Capabilities {
    Capabilities {
        gro: sys::set_option(fd, libc::SOL_UDP, libc::UDP_GRO, 1).is_ok(),
        gso: sys::option::<1>(fd, libc::SOL_UDP, libc::UDP_SEGMENT).is_ok(),
    }
}

/// Makes the kernel tell the address that each datagram was sent to.
pub(super) fn report_destination(fd: BorrowedFd<'_>, ipv6: bool) -> io::Result<()> {
    if ipv6 {
        sys::set_option(fd, libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO, 1)
    } else {
        sys::set_option(fd, libc::IPPROTO_IP, libc::IP_PKTINFO, 1)
    }
}

/// Sets `SO_SNDBUF` or `SO_RCVBUF`, beyond the system's limit where the process may do so.
pub(super) fn set_buffer(fd: BorrowedFd<'_>, option: libc::c_int, bytes: usize) -> io::Result<()> {
    let bytes = libc::c_int::try_from(bytes).unwrap_or(libc::c_int::MAX);
    let force = if option == libc::SO_SNDBUF {
        libc::SO_SNDBUFFORCE
    } else {
        libc::SO_RCVBUFFORCE
    };
    sys::set_option(fd, libc::SOL_SOCKET, force, bytes)
        .or_else(|_| sys::set_option(fd, libc::SOL_SOCKET, option, bytes))
}

/// Reads the socket's count of drops.
pub(super) fn kernel_drops(fd: BorrowedFd<'_>) -> io::Result<u32> {
    const FIELDS: usize = libc::SK_MEMINFO_DROPS as usize + 1;
    let fields = sys::option::<FIELDS>(fd, libc::SOL_SOCKET, libc::SO_MEMINFO)?;
    let [.., drops] = fields;
    Ok(drops)
}
