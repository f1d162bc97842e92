//! Sending by `sendmmsg`, each message perhaps a run of segments.

use std::io;
use std::mem;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, RawFd};
use std::ptr;

use crate::sys::Name;
use crate::sys::control::Control;
use crate::udp::Shape;
use crate::udp::send::{Outgoing, SendOutcome};

/// Messages per system call. More saves little beyond some tens; fewer costs calls.
pub(super) const SLOTS: usize = 64;

/// How often in a row segments may be refused, though the same datagrams went out singly,
/// before the socket stops trying. More bears with single paths that cannot (a small MTU, a
/// tunnel); fewer wastes fewer calls where nothing can.
pub(super) const MAX_REFUSALS: u8 = 8;

/// Messages for the kernel, in the form that it wants. Allocated once; empty between calls.
pub(in crate::udp) struct SendQueue {
    /// Handed to the kernel. Those below `length` are valid.
    headers: Box<[libc::mmsghdr; SLOTS]>,
    /// The payload of each message.
    vectors: Box<[libc::iovec; SLOTS]>,
    /// The destination of each message.
    names: Box<[Name; SLOTS]>,
    /// The control messages of each message.
    controls: Box<[Control; SLOTS]>,
    /// How each message divides into datagrams.
    runs: Box<[Run; SLOTS]>,
    /// Messages waiting.
    length: usize,
    /// Refusals of segments since the last success.
    refusals: u8,
}

// SAFETY: the raw pointers are to the queue's own heap memory, which moves with it, and to
// payloads that only live through one call to `send`; the next one begins with an empty queue.
unsafe impl Send for SendQueue {}

/// How a message divides into datagrams.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// The number of datagrams.
    datagrams: usize,
    /// Bytes of each but the last, if the kernel is to cut them.
    segment: Option<u16>,
    /// Bytes of control messages but for the one that asks for segments.
    plain_control: usize,
}

/// The two system calls, so that tests can let them fail.
pub(super) trait Kernel {
    /// Sends some of the messages, at least one. `Err` is about the first of them.
    fn send_many(&mut self, headers: &mut [libc::mmsghdr]) -> io::Result<usize>;

    /// Sends one message.
    fn send_one(&mut self, header: &libc::msghdr) -> io::Result<()>;
}

/// The real kernel: calls on this descriptor.
struct Socket(RawFd);

impl Kernel for Socket {
    fn send_many(&mut self, headers: &mut [libc::mmsghdr]) -> io::Result<usize> {
        // SAFETY: the queue hands over only headers that it has filled; they point to its own
        // buffers and to payloads borrowed through the call to `send`.
        let result = unsafe {
            libc::sendmmsg(
                self.0,
                headers.as_mut_ptr(),
                headers.len() as libc::c_uint,
                libc::MSG_DONTWAIT as _,
            )
        };
        let sent = crate::sys::check(result)?;
        Ok(usize::try_from(sent).unwrap_or(0))
    }

    fn send_one(&mut self, header: &libc::msghdr) -> io::Result<()> {
        // SAFETY: as in `send_many`.
        let result = unsafe { libc::sendmsg(self.0, header, libc::MSG_DONTWAIT) };
        if result < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
}

/// Sends all messages in as few calls as possible.
pub(in crate::udp) fn send<'a, I>(
    socket: &std::net::UdpSocket,
    shape: &mut Shape,
    queue: &mut SendQueue,
    messages: I,
) -> SendOutcome
where
    I: IntoIterator<Item = Outgoing<'a>>,
{
    queue.send(&mut Socket(socket.as_raw_fd()), shape, messages)
}

impl SendQueue {
    /// An empty queue.
    pub(in crate::udp) fn new() -> Self {
        // SAFETY: both are plain C structures for which zero (null pointers) is valid.
        let (header, vector) =
            unsafe { (mem::zeroed::<libc::mmsghdr>(), mem::zeroed::<libc::iovec>()) };
        let run = Run {
            datagrams: 0,
            segment: None,
            plain_control: 0,
        };
        Self {
            headers: Box::new([header; SLOTS]),
            vectors: Box::new([vector; SLOTS]),
            names: Box::new([Name::empty(); SLOTS]),
            controls: Box::new([Control::EMPTY; SLOTS]),
            runs: Box::new([run; SLOTS]),
            length: 0,
            refusals: 0,
        }
    }

    /// As [`send`], on any kernel.
    pub(super) fn send<'a, K, I>(
        &mut self,
        kernel: &mut K,
        shape: &mut Shape,
        messages: I,
    ) -> SendOutcome
    where
        K: Kernel,
        I: IntoIterator<Item = Outgoing<'a>>,
    {
        // What an earlier call left behind, had it panicked, points to payloads that are gone.
        self.length = 0;
        let mut outcome = SendOutcome::default();
        for message in messages {
            if outcome.blocked > 0 {
                outcome.blocked += message.datagrams();
                continue;
            }
            let Some(destination) = shape.destination(message.remote) else {
                outcome.fail(message.datagrams(), io::ErrorKind::Unsupported);
                continue;
            };
            for part in message.parts(shape.capabilities.gso) {
                if self.length == SLOTS {
                    self.flush(kernel, shape, &mut outcome);
                }
                self.push(
                    shape,
                    destination,
                    Outgoing {
                        payload: part,
                        ..message
                    },
                );
            }
        }
        self.flush(kernel, shape, &mut outcome);
        outcome
    }

    /// Adds a message that the kernel takes as one. The queue must not be full.
    fn push(&mut self, shape: &Shape, destination: SocketAddr, part: Outgoing<'_>) {
        let slot = self.length;
        let datagrams = part.datagrams();
        let segment = part.segment_size.filter(|_| datagrams > 1);
        let control = &mut self.controls[slot];
        let mut plain_control = 0;
        if let Some(source) = part.source
            && shape.bound.ip().is_unspecified()
        {
            plain_control = control.push_source(0, source, shape.bound.is_ipv6());
        }
        let control_length = match segment {
            Some(bytes) => control.push_segment(plain_control, bytes),
            None => plain_control,
        };
        let (name, name_length) = Name::encode(destination);
        self.names[slot] = name;
        self.vectors[slot].iov_base = part.payload.as_ptr().cast_mut().cast();
        self.vectors[slot].iov_len = part.payload.len();
        self.runs[slot] = Run {
            datagrams,
            segment,
            plain_control,
        };
        let header = &mut self.headers[slot].msg_hdr;
        header.msg_name = (&raw mut self.names[slot]).cast();
        header.msg_namelen = name_length;
        header.msg_iov = &raw mut self.vectors[slot];
        header.msg_iovlen = 1;
        set_control(header, self.controls[slot].as_mut_ptr(), control_length);
        self.length += 1;
    }

    /// Hands all waiting messages to the kernel.
    fn flush<K: Kernel>(&mut self, kernel: &mut K, shape: &mut Shape, outcome: &mut SendOutcome) {
        let length = mem::take(&mut self.length);
        let mut next = 0;
        while next < length {
            if outcome.blocked > 0 {
                outcome.blocked += self.datagrams(next, length);
                return;
            }
            outcome.system_calls += 1;
            match kernel.send_many(&mut self.headers[next..length]) {
                Ok(count) => {
                    let end = (next + count.max(1)).min(length);
                    self.note_sent(next, end, outcome);
                    next = end;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_full(&error) => {
                    outcome.blocked += self.datagrams(next, length);
                    return;
                }
                Err(error) => {
                    if self.runs[next].segment.is_some() && may_refuse_segments(&error) {
                        self.send_singly(next, kernel, shape, outcome);
                    } else {
                        outcome.fail(self.runs[next].datagrams, error.kind());
                    }
                    next += 1;
                }
            }
        }
    }

    /// The number of datagrams in a range of messages.
    fn datagrams(&self, start: usize, end: usize) -> usize {
        self.runs[start..end].iter().map(|run| run.datagrams).sum()
    }

    /// Counts messages that the kernel took.
    fn note_sent(&mut self, start: usize, end: usize, outcome: &mut SendOutcome) {
        outcome.sent += self.datagrams(start, end);
        if self.runs[start..end]
            .iter()
            .any(|run| run.segment.is_some())
        {
            self.refusals = 0;
        }
    }

    /// Sends the datagrams of one message, whose segmentation was refused, each by a call, and
    /// gives segmentation up if that was the fault too often.
    fn send_singly<K: Kernel>(
        &mut self,
        slot: usize,
        kernel: &mut K,
        shape: &mut Shape,
        outcome: &mut SendOutcome,
    ) {
        let Run {
            segment,
            plain_control,
            datagrams,
        } = self.runs[slot];
        let segment = usize::from(segment.unwrap_or(u16::MAX));
        let libc::iovec { iov_base, iov_len } = self.vectors[slot];
        let before = *outcome;
        for index in 0..datagrams {
            let start = index * segment;
            let mut vector = libc::iovec {
                iov_base: iov_base.wrapping_byte_add(start),
                iov_len: (iov_len - start).min(segment),
            };
            let mut header = self.headers[slot].msg_hdr;
            header.msg_iov = &raw mut vector;
            let control = header.msg_control;
            set_control(&mut header, control, plain_control);
            outcome.system_calls += 1;
            match retry_interrupted(|| kernel.send_one(&header)) {
                Ok(()) => outcome.sent += 1,
                Err(error) if is_full(&error) => {
                    outcome.blocked += datagrams - index;
                    break;
                }
                Err(error) => outcome.fail(1, error.kind()),
            }
        }
        if outcome.sent > before.sent {
            self.refusals = self.refusals.saturating_add(1);
            shape.capabilities.gso &= self.refusals < MAX_REFUSALS;
        }
    }
}

/// Repeats a call for as long as a signal interrupts it.
fn retry_interrupted(mut call: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Sets the control messages of a header; none must be a null pointer for some kernels.
fn set_control(header: &mut libc::msghdr, control: *mut libc::c_void, length: usize) {
    header.msg_control = if length == 0 {
        ptr::null_mut()
    } else {
        control
    };
    header.msg_controllen = length as _;
}

/// Whether an error means that the send buffer or the device's queue is full.
fn is_full(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || error.raw_os_error() == Some(libc::ENOBUFS)
}

/// Whether an error can mean that kernel, device or path do not take segments: no checksum
/// offload or IPsec (EIO), unknown to the kernel (EINVAL, EOPNOTSUPP), path MTU (EINVAL or
/// EMSGSIZE by version).
fn may_refuse_segments(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EIO | libc::EINVAL | libc::EOPNOTSUPP | libc::EMSGSIZE)
    )
}

impl std::fmt::Debug for SendQueue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SendQueue")
            .field("length", &self.length)
            .field("refusals", &self.refusals)
            .finish_non_exhaustive()
    }
}
