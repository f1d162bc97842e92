//! The system calls that all sockets share.

mod name;

#[cfg(target_os = "linux")]
pub(crate) mod control;

pub(crate) use name::{Name, normalise_any, to_ipv6};

use std::io;
use std::mem::size_of;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// Turns the `-1` of a system call into the error that it left behind.
pub(crate) fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

/// Opens a non-blocking socket of the address' family, closed on exec.
///
/// `kind` is `SOCK_DGRAM` or `SOCK_STREAM`.
pub(crate) fn open(address: SocketAddr, kind: libc::c_int) -> io::Result<OwnedFd> {
    let domain = match address {
        SocketAddr::V4(_) => libc::AF_INET,
        SocketAddr::V6(_) => libc::AF_INET6,
    };
    #[cfg(target_os = "linux")]
    let kind = kind | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: takes no pointers.
    let fd = check(unsafe { libc::socket(domain, kind, 0) })?;
    // SAFETY: the descriptor was just made and nobody else owns it.
    let fd = unsafe { OwnedFd::from_raw_fd(fd) };
    #[cfg(not(target_os = "linux"))]
    make_non_blocking(&fd)?;
    Ok(fd)
}

/// Sets close-on-exec and non-blocking mode where `socket` cannot.
#[cfg(not(target_os = "linux"))]
pub(crate) fn make_non_blocking(fd: &OwnedFd) -> io::Result<()> {
    // SAFETY: the descriptor is open; the call takes no pointers.
    check(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC) })?;
    // SAFETY: as above.
    check(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) })?;
    Ok(())
}

/// Binds the socket to a local address.
pub(crate) fn bind(fd: BorrowedFd<'_>, address: SocketAddr) -> io::Result<()> {
    let (name, length) = Name::encode(address);
    // SAFETY: `name` is a socket address of `length` bytes that lives through the call.
    check(unsafe { libc::bind(fd.as_raw_fd(), name.as_ptr(), length) })?;
    Ok(())
}

/// Makes a bound stream socket accept connections.
pub(crate) fn listen(fd: BorrowedFd<'_>, backlog: libc::c_int) -> io::Result<()> {
    // SAFETY: takes no pointers.
    check(unsafe { libc::listen(fd.as_raw_fd(), backlog) })?;
    Ok(())
}

/// Sets an option whose value is a C `int`.
pub(crate) fn set_option(
    fd: BorrowedFd<'_>,
    level: libc::c_int,
    option: libc::c_int,
    value: libc::c_int,
) -> io::Result<()> {
    // SAFETY: the pointer is to one `c_int` and the length says so.
    check(unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            level,
            option,
            (&raw const value).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    })?;
    Ok(())
}

/// Reads an option whose value is an array of `N` 32-bit integers; the kernel may fill fewer.
pub(crate) fn option<const N: usize>(
    fd: BorrowedFd<'_>,
    level: libc::c_int,
    option: libc::c_int,
) -> io::Result<[u32; N]> {
    let mut values = [0_u32; N];
    let mut length = size_of::<[u32; N]>() as libc::socklen_t;
    // SAFETY: the pointer is to `length` writable bytes; every bit pattern is a valid `u32`.
    check(unsafe {
        libc::getsockopt(
            fd.as_raw_fd(),
            level,
            option,
            values.as_mut_ptr().cast(),
            &raw mut length,
        )
    })?;
    Ok(values)
}

/// Options of every socket that `bind` takes: address family and port sharing.
pub(crate) fn prepare(
    fd: BorrowedFd<'_>,
    address: SocketAddr,
    ipv6_only: bool,
    reuse_port: bool,
) -> io::Result<()> {
    if address.is_ipv6() {
        let value = libc::c_int::from(ipv6_only);
        set_option(fd, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, value)?;
    }
    if reuse_port {
        set_option(fd, libc::SOL_SOCKET, libc::SO_REUSEPORT, 1)?;
    }
    Ok(())
}
