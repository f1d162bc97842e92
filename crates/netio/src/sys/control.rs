//! Control messages: what travels beside a datagram between kernel and program.

use std::mem::size_of;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ptr;

use super::name::ip_to_ipv6;

/// Room for the control messages of one datagram, aligned as their headers need it.
///
/// The largest set is an IPv6 packet information (40 bytes with its header) and one integer
/// (24 bytes); the rest is for kernels that add something unasked.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub(crate) struct Control([u8; CONTROL_BYTES]);

/// Size of [`Control`]. Smaller loses messages, larger costs cache.
pub(crate) const CONTROL_BYTES: usize = 128;

impl Control {
    /// Without any message.
    pub(crate) const EMPTY: Self = Self([0; CONTROL_BYTES]);

    /// Where the kernel reads or writes.
    pub(crate) fn as_mut_ptr(&mut self) -> *mut libc::c_void {
        self.0.as_mut_ptr().cast()
    }

    /// Writes one message at `offset` and returns where the next one goes.
    ///
    /// # Panics
    /// If the message does not fit, which the few callers in this crate exclude.
    fn push<T: Copy>(
        &mut self,
        offset: usize,
        (level, kind): (libc::c_int, libc::c_int),
        value: T,
    ) -> usize {
        // SAFETY: pure arithmetic on the size.
        let (length, space) = unsafe {
            (
                libc::CMSG_LEN(size_of::<T>() as u32) as usize,
                libc::CMSG_SPACE(size_of::<T>() as u32) as usize,
            )
        };
        assert!(offset + space <= CONTROL_BYTES, "control message fits");
        // SAFETY: `space` bytes from `offset` on lie inside the array, as just checked. The
        // array is aligned for a header, and every offset is a sum of `CMSG_SPACE`s, which
        // are multiples of that alignment. The value is written unaligned.
        unsafe {
            let header = self.0.as_mut_ptr().add(offset).cast::<libc::cmsghdr>();
            (*header).cmsg_len = length as _;
            (*header).cmsg_level = level;
            (*header).cmsg_type = kind;
            ptr::write_unaligned(libc::CMSG_DATA(header).cast::<T>(), value);
        }
        offset + space
    }

    /// Asks for the address that a datagram leaves from (ip(7), ipv6(7)).
    ///
    /// `ipv6` is the socket's family. An IPv6 source on an IPv4 socket is not asked for.
    pub(crate) fn push_source(&mut self, offset: usize, source: IpAddr, ipv6: bool) -> usize {
        if ipv6 {
            let info = libc::in6_pktinfo {
                ipi6_addr: libc::in6_addr {
                    s6_addr: ip_to_ipv6(source).octets(),
                },
                ipi6_ifindex: 0,
            };
            return self.push(offset, (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO), info);
        }
        let IpAddr::V4(source) = source else {
            return offset;
        };
        let info = libc::in_pktinfo {
            ipi_ifindex: 0,
            ipi_spec_dst: libc::in_addr {
                s_addr: u32::from_ne_bytes(source.octets()),
            },
            ipi_addr: libc::in_addr { s_addr: 0 },
        };
        self.push(offset, (libc::IPPROTO_IP, libc::IP_PKTINFO), info)
    }

    /// Asks for the payload to be cut into datagrams of `bytes` (udp(7), `UDP_SEGMENT`).
    pub(crate) fn push_segment(&mut self, offset: usize, bytes: u16) -> usize {
        self.push(offset, (libc::SOL_UDP, libc::UDP_SEGMENT), bytes)
    }
}

/// What the kernel said beside a received message.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Received {
    /// Size of the segments that were merged into the message, if several were.
    pub(crate) segment: Option<usize>,
    /// The address that the datagram was sent to; IPv4-mapped as IPv4.
    pub(crate) destination: Option<IpAddr>,
    /// Index of the interface that it came in by, where known.
    pub(crate) interface: u32,
}

impl Received {
    /// Reads the control messages of a message that `recvmmsg` filled.
    ///
    /// # Safety
    /// `message` must be as the kernel left it: its control pointer and length describe
    /// memory that is readable during the call.
    pub(crate) unsafe fn read(message: &libc::msghdr) -> Self {
        let mut received = Self::default();
        // SAFETY: the caller vouches for the control area.
        let mut header = unsafe { libc::CMSG_FIRSTHDR(message) };
        while !header.is_null() {
            // SAFETY: the macros return only headers that lie wholly in the control area.
            unsafe {
                received.take(&*header);
                header = libc::CMSG_NXTHDR(message, header);
            }
        }
        received
    }

    /// # Safety
    /// `header` must lie in a control area together with the data that its length announces.
    unsafe fn take(&mut self, header: &libc::cmsghdr) {
        match (header.cmsg_level, header.cmsg_type) {
            (libc::SOL_UDP, libc::UDP_GRO) => {
                // SAFETY: by the caller; the kernel sends a C `int`.
                let size = unsafe { value::<libc::c_int>(header) };
                self.segment = size.and_then(|size| usize::try_from(size).ok());
            }
            (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                // SAFETY: by the caller; the kernel sends this structure.
                if let Some(info) = unsafe { value::<libc::in_pktinfo>(header) } {
                    let ip = Ipv4Addr::from(info.ipi_addr.s_addr.to_ne_bytes());
                    self.destination = Some(IpAddr::V4(ip));
                }
            }
            (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                // SAFETY: by the caller; the kernel sends this structure.
                if let Some(info) = unsafe { value::<libc::in6_pktinfo>(header) } {
                    let ip = Ipv6Addr::from(info.ipi6_addr.s6_addr);
                    self.destination = Some(ip.to_canonical());
                    self.interface = info.ipi6_ifindex as _;
                }
            }
            _ => {}
        }
    }
}

/// The value of a control message, if it is long enough to hold one.
///
/// # Safety
/// `header` must lie in a control area together with the data that its length announces, and
/// every bit pattern must be a valid `T`.
unsafe fn value<T: Copy>(header: &libc::cmsghdr) -> Option<T> {
    // SAFETY: pure arithmetic on the size.
    let needed = unsafe { libc::CMSG_LEN(size_of::<T>() as u32) };
    if header.cmsg_len < needed as _ {
        return None;
    }
    // SAFETY: the announced length covers a `T`; the data may be unaligned.
    Some(unsafe { ptr::read_unaligned(libc::CMSG_DATA(header).cast::<T>()) })
}
