//! Receiving a batch by one `recvmmsg`.

use std::io;
use std::mem;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::os::fd::AsRawFd;
use std::ptr;

use crate::sys::control::{CONTROL_BYTES, Control, Received};
use crate::sys::{self, Name};
use crate::udp::Shape;
use crate::udp::recv::{Message, RecvBatch, SLOT_BYTES};

/// What `recvmmsg` needs beside the payload buffers, one of each per message.
pub(in crate::udp) struct RecvHeaders {
    /// Handed to the kernel; their pointers are set anew for every call.
    headers: Box<[libc::mmsghdr]>,
    /// Where each payload goes.
    vectors: Box<[libc::iovec]>,
    /// Where each sender's address goes.
    names: Box<[Name]>,
    /// Where the control messages go.
    controls: Box<[Control]>,
}

// SAFETY: the raw pointers in `headers` and `vectors` are written and used within one call to
// `recv`, on one thread; between calls nothing reads them.
unsafe impl Send for RecvHeaders {}

impl RecvHeaders {
    /// For batches of `slots` messages.
    pub(in crate::udp) fn new(slots: usize) -> Self {
        // SAFETY: both are plain C structures for which zero (null pointers) is valid.
        let (header, vector) =
            unsafe { (mem::zeroed::<libc::mmsghdr>(), mem::zeroed::<libc::iovec>()) };
        Self {
            headers: vec![header; slots].into_boxed_slice(),
            vectors: vec![vector; slots].into_boxed_slice(),
            names: vec![Name::empty(); slots].into_boxed_slice(),
            controls: vec![Control::EMPTY; slots].into_boxed_slice(),
        }
    }

    /// The number of messages that fit.
    pub(in crate::udp) fn slots(&self) -> usize {
        self.headers.len()
    }

    /// Points every header at its buffers.
    fn aim(&mut self, storage: &mut [u8]) {
        let slots = storage
            .chunks_exact_mut(SLOT_BYTES)
            .zip(self.vectors.iter_mut())
            .zip(self.names.iter_mut().zip(self.controls.iter_mut()));
        for (header, ((buffer, vector), (name, control))) in self.headers.iter_mut().zip(slots) {
            vector.iov_base = buffer.as_mut_ptr().cast();
            vector.iov_len = buffer.len();
            let message = &mut header.msg_hdr;
            message.msg_name = ptr::from_mut(name).cast();
            message.msg_namelen = size_of::<Name>() as libc::socklen_t;
            message.msg_iov = vector;
            message.msg_iovlen = 1;
            message.msg_control = control.as_mut_ptr();
            message.msg_controllen = CONTROL_BYTES as _;
            message.msg_flags = 0;
        }
    }

    /// Receives what is there and returns the number of messages.
    fn receive(&mut self, fd: libc::c_int, storage: &mut [u8]) -> io::Result<usize> {
        self.aim(storage);
        loop {
            // SAFETY: `aim` has just set as many headers as are announced, each to buffers of
            // the announced sizes that are borrowed mutably until this function returns.
            let result = unsafe {
                libc::recvmmsg(
                    fd,
                    self.headers.as_mut_ptr(),
                    self.headers.len() as libc::c_uint,
                    libc::MSG_DONTWAIT as _,
                    ptr::null_mut(),
                )
            };
            match sys::check(result) {
                Ok(count) => return Ok(usize::try_from(count).unwrap_or(0)),
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => return Ok(0),
                    io::ErrorKind::Interrupted => {}
                    _ => return Err(error),
                },
            }
        }
    }
}

/// Fills the batch by one system call.
pub(in crate::udp) fn recv(
    socket: &std::net::UdpSocket,
    shape: &Shape,
    batch: &mut RecvBatch,
) -> io::Result<()> {
    let (storage, headers, messages) = batch.parts();
    let count = headers.receive(socket.as_raw_fd(), storage)?;
    for (header, name) in headers.headers.iter().zip(&headers.names).take(count) {
        // SAFETY: the kernel has filled this header in the call above; it points to a control
        // buffer of `headers`, which is borrowed.
        let received = unsafe { Received::read(&header.msg_hdr) };
        let length = header.msg_len as usize;
        messages.push(Message {
            // A sender of an unknown family cannot be answered: its message counts as empty.
            length: name.decode().map_or(0, |_| length.min(SLOT_BYTES)),
            segment: received.segment.unwrap_or(length).max(1),
            remote: name.decode().unwrap_or(shape.local),
            local: local(shape, &received),
        });
    }
    Ok(())
}

/// The address that a datagram was sent to.
fn local(shape: &Shape, received: &Received) -> SocketAddr {
    let port = shape.local.port();
    match received.destination {
        None => shape.local,
        Some(IpAddr::V4(ip)) => SocketAddr::from((ip, port)),
        Some(IpAddr::V6(ip)) if ip.is_unicast_link_local() => {
            SocketAddrV6::new(ip, port, 0, received.interface).into()
        }
        Some(IpAddr::V6(ip)) => SocketAddr::from((ip, port)),
    }
}
