//! UDP and TCP sockets, batching, segmentation offload; the only crate with `unsafe`.
//!
//! Everything here is non-blocking and belongs to one thread; the [`Waker`] alone crosses
//! threads. Nothing is logged: what went wrong is in return values and counters.
//!
//! * [`UdpSocket`] moves datagrams in batches. One receive call fills a [`RecvBatch`], one send
//!   call takes any number of [`Outgoing`] messages, each of which may be a run of equal
//!   segments that kernel or device cut into datagrams (Linux `UDP_GRO` and `UDP_SEGMENT`).
//!   Where they refuse, the same calls do the same work datagram by datagram, and
//!   [`UdpSocket::capabilities`] says so.
//! * [`TcpListener`] and [`TcpConnection`] carry bytes for ICE-TCP; the framing of RFC 4571 is
//!   not done here.
//! * [`Poller`] waits for all of them, for a deadline and for other threads.
//! * [`take_inherited`] takes descriptors that the parent process left open.
//! * [`process`] tells what a thread costs and binds it to a core.
//!
//! On Linux everything is used that the kernel has; other Unix systems get the same interface
//! over plain system calls.
#![expect(
    unsafe_code,
    reason = "system calls that the standard library does not offer are made here and nowhere else"
)]

mod inherited;
mod interfaces;
mod poller;
pub mod process;
mod sys;
mod tcp;
mod udp;

pub use inherited::take_inherited;
pub use interfaces::{InterfaceAddress, interface_addresses};
pub use poller::{Event, Events, Interest, Poller, Token, Waker};
pub use tcp::{TcpConnection, TcpListener, TcpOptions, TcpRecv, TcpSend};
pub use udp::{
    Capabilities, Datagram, DatagramsMut, MAX_DATAGRAM_BYTES, MAX_SEGMENTS, Offload, Outgoing,
    RecvBatch, SendOutcome, UdpOptions, UdpSocket,
};
