//! The sockets that belong to one transport each: opened on the worker's thread when the transport is made, closed with
//! it.

mod ports;

use std::collections::HashMap;
use std::net::SocketAddr;

use miso_ice::Protocol;
use miso_netio::{Interest, Outgoing, Poller, Token, UdpOptions, UdpSocket};
use miso_sfu::{Batch, CommandError, TransportId};

use self::ports::Ports;
use crate::metrics::TrafficMetrics;
use crate::types::TransportListenInfo;

/// A socket of a transport.
#[derive(Debug)]
pub(super) struct OwnSocket {
    pub(super) socket: UdpSocket,
    /// Where it is bound.
    pub(super) bound: SocketAddr,
    /// Whose it is.
    pub(super) transport: TransportId,
}

/// All of a worker.
#[derive(Debug, Default)]
pub(super) struct OwnSockets {
    /// By index, which is what the poller's tokens say; none where one was closed.
    slots: Vec<Option<OwnSocket>>,
    /// The index of each by where it is bound. Of several that share a port any will do for sending.
    by_address: HashMap<SocketAddr, usize>,
    ports: Ports,
    /// Transports that are gone; their last packets have yet to leave.
    retired: Vec<TransportId>,
    /// Datagrams that the kernel dropped at sockets that are closed, so that the sum never falls.
    drops_of_closed: u64,
}

impl OwnSockets {
    /// Opens sockets for a transport and watches them; where they are bound. All or none.
    ///
    /// # Errors
    /// When there is no free port, or the system refuses.
    pub(super) fn open(
        &mut self,
        transport: TransportId,
        listen: &[TransportListenInfo],
        (poller, first_token): (&mut Poller, u64),
    ) -> Result<Vec<SocketAddr>, CommandError> {
        let mut bound = Vec::with_capacity(listen.len());
        for info in listen {
            match self.open_one(transport, info, (poller, first_token)) {
                Ok(address) => bound.push(address),
                Err(error) => {
                    self.close(transport, poller);
                    return Err(error);
                }
            }
        }
        Ok(bound)
    }

    fn open_one(
        &mut self,
        transport: TransportId,
        info: &TransportListenInfo,
        (poller, first_token): (&mut Poller, u64),
    ) -> Result<SocketAddr, CommandError> {
        let socket = self.ports.bind(info)?;
        let bound = socket.local_addr();
        let index = self.insert(OwnSocket {
            socket,
            bound,
            transport,
        });
        let token = Token(first_token + index as u64);
        if let Some(own) = self.get_mut(index) {
            poller
                .add(&own.socket, token, Interest::Read)
                .map_err(|error| CommandError::error(format!("cannot watch a socket: {error}")))?;
        }
        Ok(bound)
    }

    /// The socket at this index.
    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut OwnSocket> {
        self.slots.get_mut(index)?.as_mut()
    }

    /// Whether one is bound there.
    pub(super) fn has(&self, bound: &SocketAddr) -> bool {
        !self.by_address.is_empty() && self.by_address.contains_key(bound)
    }

    /// Those of this transport are to be closed once the last packets have left.
    pub(super) fn retire(&mut self, transport: TransportId) {
        self.retired.push(transport);
    }

    /// Whether some are to be closed.
    pub(super) fn has_retired(&self) -> bool {
        !self.retired.is_empty()
    }

    /// Closes what is to be closed.
    pub(super) fn close_retired(&mut self, poller: &mut Poller) {
        while let Some(transport) = self.retired.pop() {
            self.close(transport, poller);
        }
    }

    /// Closes all.
    pub(super) fn clear(&mut self, poller: &mut Poller) {
        self.retired.clear();
        for socket in std::mem::take(&mut self.slots).into_iter().flatten() {
            self.close_one(&socket, poller);
        }
        self.by_address.clear();
    }

    /// Closes the sockets of a transport.
    pub(super) fn close(&mut self, transport: TransportId, poller: &mut Poller) {
        for index in 0..self.slots.len() {
            let slot = self.slots.get_mut(index);
            let closed = slot.and_then(|slot| slot.take_if(|it| it.transport == transport));
            if let Some(socket) = closed {
                self.close_one(&socket, poller);
                self.by_address.remove(&socket.bound);
            }
        }
        while matches!(self.slots.last(), Some(None)) {
            self.slots.pop();
        }
        // Another one may share the port of one that is gone.
        for (index, slot) in self.slots.iter().enumerate() {
            if let Some(socket) = slot {
                self.by_address.entry(socket.bound).or_insert(index);
            }
        }
    }

    /// Sends the datagrams of the batch that leave by these sockets, those side by side by as few calls as possible.
    pub(super) fn send(&mut self, batch: &Batch, counters: &mut TrafficMetrics) {
        if self.by_address.is_empty() {
            return;
        }
        let mut messages = batch
            .messages()
            .filter(|message| message.tuple.protocol() == Protocol::Udp)
            .peekable();
        while let Some(next) = messages.peek() {
            let local = next.tuple.local();
            let index = self.by_address.get(&local);
            let slot = index.and_then(|index| self.slots.get_mut(*index));
            let Some(own) = slot.and_then(Option::as_mut) else {
                messages.next();
                continue;
            };
            let run = std::iter::from_fn(|| messages.next_if(|it| it.tuple.local() == local));
            let outcome = own.socket.send(run.map(|message| {
                counters.udp_bytes_sent += message.bytes.len() as u64;
                Outgoing {
                    remote: message.tuple.remote(),
                    source: None,
                    payload: message.bytes,
                    segment_size: u16::try_from(message.segment_size).ok(),
                }
            }));
            counters.add_sent(&outcome);
        }
    }

    /// Datagrams that the kernel dropped at these sockets and those before them.
    pub(super) fn kernel_drops(&self) -> u64 {
        let sockets = self.slots.iter().flatten();
        let drops = sockets.filter_map(|it| it.socket.kernel_drops().ok());
        drops.map(u64::from).sum::<u64>() + self.drops_of_closed
    }

    /// What goes before a socket is dropped, which closes it.
    fn close_one(&mut self, own: &OwnSocket, poller: &mut Poller) {
        // Closing takes it out of the poller in any case.
        let _ = poller.remove(&own.socket);
        self.drops_of_closed += own.socket.kernel_drops().map_or(0, u64::from);
        self.ports.release(own.bound);
    }

    fn insert(&mut self, socket: OwnSocket) -> usize {
        let free = self.slots.iter().position(Option::is_none);
        let index = free.unwrap_or(self.slots.len());
        self.by_address.insert(socket.bound, index);
        match self.slots.get_mut(index) {
            Some(slot) => *slot = Some(socket),
            None => self.slots.push(Some(socket)),
        }
        index
    }
}

/// How the socket of such a place is opened.
fn udp_options(info: &TransportListenInfo) -> UdpOptions {
    let buffer = |bytes: u32| usize::try_from(bytes).ok().filter(|bytes| *bytes > 0);
    UdpOptions {
        ipv6_only: info.flags.ipv6_only,
        reuse_port: info.flags.udp_reuse_port,
        send_buffer: buffer(info.send_buffer_size),
        recv_buffer: buffer(info.recv_buffer_size),
        ..UdpOptions::default()
    }
}
