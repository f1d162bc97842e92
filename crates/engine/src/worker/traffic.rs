//! From the core's send buffer to the sockets.

use std::net::SocketAddr;

use miso_ice::Protocol;
use miso_netio::{Outgoing, Poller, UdpSocket};
use miso_sfu::Batch;

use super::connections::{ConnectionKey, Connections};
use super::own_sockets::OwnSockets;
use crate::metrics::TrafficMetrics;

/// Destinations that one flush serves. More saves system calls, less keeps the sealed packets in the processor's cache
/// until the kernel has taken them; 10 to 50 measured best.
const FLUSH_DESTINATIONS: usize = 32;
/// Messages that one flush holds: as many as one send call takes. A destination needs several where packets cannot be
/// joined; audio needs little more than a message each. More allots memory that frames of video do not use.
pub(super) const FLUSH_MESSAGES: usize = 64;
/// Bytes that one flush carries: for each destination a frame of ten packets.
pub(super) const FLUSH_BYTES: usize = FLUSH_DESTINATIONS * 10 * 1_300;

/// Sends the datagrams of the batch that do not leave by transports' own sockets, those of each socket by as few calls as
/// possible. `bound` says where each socket is bound.
pub(super) fn send_datagrams(
    sockets: &mut [UdpSocket],
    bound: &[SocketAddr],
    (batch, own): (&Batch, &OwnSockets),
    counters: &mut TrafficMetrics,
) {
    let is_only = bound.len() == 1;
    for (index, (socket, address)) in sockets.iter_mut().zip(bound).enumerate() {
        let is_wildcard = address.ip().is_unspecified();
        let messages = batch.messages().filter(|message| {
            message.tuple.protocol() == Protocol::Udp
                && !own.has(&message.tuple.local())
                && (is_only || owner(bound, message.tuple.local()) == Some(index))
        });
        let outcome = socket.send(messages.map(|message| {
            counters.udp_bytes_sent += message.bytes.len() as u64;
            Outgoing {
                remote: message.tuple.remote(),
                source: is_wildcard.then(|| message.tuple.local().ip()),
                payload: message.bytes,
                segment_size: u16::try_from(message.segment_size).ok(),
            }
        }));
        counters.add_sent(&outcome);
    }
}

/// The socket that sends from a local address: the one bound to it, or else to a wildcard that covers it.
fn owner(bound: &[SocketAddr], local: SocketAddr) -> Option<usize> {
    let covers = |it: &SocketAddr| it.ip().is_unspecified() && it.port() == local.port();
    let exact = || bound.iter().position(|it| *it == local);
    let same_family = || {
        bound
            .iter()
            .position(|it| covers(it) && it.is_ipv4() == local.is_ipv4())
    };
    let any = || bound.iter().position(covers);
    exact().or_else(same_family).or_else(any)
}

/// Sends the frames of the batch; the connections that turned out to be of no more use.
pub(super) fn send_frames(
    connections: &mut Connections,
    batch: &Batch,
    poller: &mut Poller,
    counters: &mut TrafficMetrics,
) -> Vec<ConnectionKey> {
    let frames = batch
        .messages()
        .filter(|message| message.tuple.protocol() == Protocol::Tcp);
    // Collecting nothing allocates nothing.
    frames
        .filter_map(|frame| connections.send(frame.tuple, frame.bytes, poller, counters))
        .collect()
}

#[cfg(test)]
mod tests;
