//! UDP by plain `recvfrom` and `sendto`, for systems without batches and offload.

use std::io;
use std::net::UdpSocket;
use std::os::fd::BorrowedFd;

use super::recv::{Message, RecvBatch, SLOT_BYTES};
use super::send::{Outgoing, SendOutcome};
use super::{Capabilities, Shape};
use crate::sys;

/// Nothing is needed beside the payload buffers but their number.
pub(super) struct RecvHeaders {
    /// Messages that fit into a batch.
    slots: usize,
}

impl RecvHeaders {
    /// For batches of `slots` messages.
    pub(super) fn new(slots: usize) -> Self {
        Self { slots }
    }

    /// The number of messages that fit.
    pub(super) fn slots(&self) -> usize {
        self.slots
    }
}

/// Nothing is queued: each datagram is a call.
#[derive(Debug)]
pub(super) struct SendQueue;

impl SendQueue {
    /// An empty queue.
    pub(super) fn new() -> Self {
        Self
    }
}

/// There is no offload.
pub(super) fn enable_offload(_fd: BorrowedFd<'_>) -> Capabilities {
    Capabilities {
        gro: false,
        gso: false,
    }
}

/// The destination is not told; datagrams carry the bound address as theirs.
pub(super) fn report_destination(_fd: BorrowedFd<'_>, _ipv6: bool) -> io::Result<()> {
    Ok(())
}

/// Sets `SO_SNDBUF` or `SO_RCVBUF`; a size beyond the system's limit leaves the default.
pub(super) fn set_buffer(fd: BorrowedFd<'_>, option: libc::c_int, bytes: usize) -> io::Result<()> {
    let bytes = libc::c_int::try_from(bytes).unwrap_or(libc::c_int::MAX);
    match sys::set_option(fd, libc::SOL_SOCKET, option, bytes) {
        Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => Ok(()),
        result => result,
    }
}

/// The system does not count drops for a socket.
pub(super) fn kernel_drops(_fd: BorrowedFd<'_>) -> io::Result<u32> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Fills the batch, a call for each datagram.
pub(super) fn recv(socket: &UdpSocket, shape: &Shape, batch: &mut RecvBatch) -> io::Result<()> {
    let (storage, _, messages) = batch.parts();
    for slot in storage.chunks_exact_mut(SLOT_BYTES) {
        match retry_interrupted(|| socket.recv_from(slot)) {
            Ok((length, remote)) => messages.push(Message {
                length,
                segment: length.max(1),
                remote: sys::normalise_any(remote),
                local: shape.local,
            }),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) if messages.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(())
}

/// Sends all messages, a call for each datagram. The source address is the system's choice.
#[expect(
    clippy::needless_pass_by_ref_mut,
    reason = "as on Linux, where a refusal of offload is noted"
)]
pub(super) fn send<'a, I>(
    socket: &UdpSocket,
    shape: &mut Shape,
    _queue: &mut SendQueue,
    messages: I,
) -> SendOutcome
where
    I: IntoIterator<Item = Outgoing<'a>>,
{
    let mut outcome = SendOutcome::default();
    for message in messages {
        let Some(destination) = shape.destination(message.remote) else {
            outcome.fail(message.datagrams(), io::ErrorKind::Unsupported);
            continue;
        };
        for part in message.parts(false) {
            if outcome.blocked > 0 {
                outcome.blocked += 1;
                continue;
            }
            outcome.system_calls += 1;
            match retry_interrupted(|| socket.send_to(part, destination)) {
                Ok(_) => outcome.sent += 1,
                Err(error) if is_full(&error) => outcome.blocked += 1,
                Err(error) => outcome.fail(1, error.kind()),
            }
        }
    }
    outcome
}

/// Repeats a call for as long as a signal interrupts it.
fn retry_interrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Whether an error means that the send buffer or the device's queue is full.
fn is_full(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || error.raw_os_error() == Some(libc::ENOBUFS)
}
