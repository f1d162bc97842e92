//! The sockets of transports and WebRTC servers.

mod listen;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use miso_engine::TrafficMetrics;
use miso_engine::shell::{ConnectionKey, Connections, Read};
use miso_ice::{Protocol, Tuple};
use miso_netio::{Interest, Outgoing, Poller, RecvBatch, TcpListener, Token, UdpSocket};
use miso_sfu::{Batch, TransportId, Worker};

pub(crate) use listen::ListenRequest;

/// Receive calls per wake-up and UDP socket. More saves waits under load, less lets timers and requests in sooner.
const MAX_RECV_CALLS: usize = 8;
/// Reads per wake-up and TCP connection.
const MAX_TCP_READS: usize = 4;
/// Connections accepted per wake-up and listener. More serves bursts sooner, less keeps media from waiting.
const MAX_ACCEPTS: usize = 16;
/// How often idle connections are looked for, and paused listeners are watched again.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);
/// Messages that one flush holds: as many as one send call takes.
const FLUSH_MESSAGES: usize = 64;
/// Bytes that one flush carries: frames of ten packets to some thirty destinations stay in the processor's cache.
const FLUSH_BYTES: usize = 32 * 10 * 1_300;

/// Name of a socket, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SocketId(u64);

impl SocketId {
    /// Tokens of sockets begin here; smaller ones belong to the channel.
    const FIRST_TOKEN: u64 = 16;

    fn token(self) -> Token {
        Token(Self::FIRST_TOKEN + self.0)
    }

    fn from_token(token: Token) -> Option<Self> {
        token.0.checked_sub(Self::FIRST_TOKEN).map(Self)
    }
}

/// A listening socket.
#[derive(Debug)]
enum Socket {
    Udp(UdpSocket),
    Tcp(TcpListener),
}

/// A listening socket, and how it is announced.
#[derive(Debug)]
struct Listening {
    socket: Socket,
    bound: SocketAddr,
    announced: Option<String>,
    /// The transport whose socket it is alone; none where packets say by themselves whose they are.
    owner: Option<TransportId>,
}

impl Listening {
    const fn protocol(&self) -> Protocol {
        match self.socket {
            Socket::Udp(_) => Protocol::Udp,
            Socket::Tcp(_) => Protocol::Tcp,
        }
    }
}

/// All sockets, and what waits for them.
#[derive(Debug)]
pub(crate) struct Net {
    pub(crate) poller: Poller,
    sockets: HashMap<SocketId, Listening>,
    by_address: HashMap<(Protocol, SocketAddr), SocketId>,
    next: u64,
    /// Sockets that are closed once everything is sent.
    closing: Vec<SocketId>,
    /// Listeners that are not watched for a while, since accepting failed.
    paused: Vec<SocketId>,
    connections: Connections,
    received: RecvBatch,
    batch: Batch,
    counters: TrafficMetrics,
    sweep_at: Option<Instant>,
}

impl Net {
    /// No sockets.
    ///
    /// # Errors
    /// Those of the system: no descriptors left.
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self {
            poller: Poller::new()?,
            sockets: HashMap::new(),
            by_address: HashMap::new(),
            next: 0,
            closing: Vec::new(),
            paused: Vec::new(),
            connections: Connections::new(),
            received: RecvBatch::default(),
            batch: Batch::new(FLUSH_BYTES, FLUSH_MESSAGES),
            counters: TrafficMetrics::default(),
            sweep_at: None,
        })
    }

    /// Where a socket is bound.
    pub(crate) fn bound(&self, id: SocketId) -> Option<(Protocol, SocketAddr)> {
        let listening = self.sockets.get(&id)?;
        Some((listening.protocol(), listening.bound))
    }

    /// Gives sockets to a transport: what comes there is its alone.
    pub(crate) fn give(&mut self, sockets: &[SocketId], owner: TransportId) {
        for id in sockets {
            if let Some(listening) = self.sockets.get_mut(id) {
                listening.owner = Some(owner);
            }
        }
    }

    /// Takes a socket in and begins to watch it.
    fn insert(&mut self, listening: Listening) -> std::io::Result<SocketId> {
        let id = SocketId(self.next);
        match &listening.socket {
            Socket::Udp(socket) => self.poller.add(socket, id.token(), Interest::Read)?,
            Socket::Tcp(listener) => self.poller.add(listener, id.token(), Interest::Read)?,
        }
        self.next += 1;
        self.by_address
            .insert((listening.protocol(), listening.bound), id);
        self.sockets.insert(id, listening);
        Ok(id)
    }

    /// Closes sockets as soon as what is on its way is sent.
    pub(crate) fn close_later(&mut self, ids: impl IntoIterator<Item = SocketId>) {
        self.closing.extend(ids);
    }

    /// Closes what is to be closed.
    pub(crate) fn close_pending(&mut self) {
        for id in std::mem::take(&mut self.closing) {
            let Some(listening) = self.sockets.remove(&id) else {
                continue;
            };
            // Closing the descriptor ends the watch as well.
            let _not_watched = match &listening.socket {
                Socket::Udp(socket) => self.poller.remove(socket),
                Socket::Tcp(listener) => self.poller.remove(listener),
            };
            self.paused.retain(|paused| *paused != id);
            let address = (listening.protocol(), listening.bound);
            if self.by_address.get(&address) == Some(&id) {
                self.by_address.remove(&address);
                // Another may share the port.
                let same = |it: &Listening| (it.protocol(), it.bound) == address;
                let heir = self.sockets.iter().find(|(_, it)| same(it));
                if let Some((heir, _)) = heir {
                    self.by_address.insert(address, *heir);
                }
            }
        }
    }

    /// The address under which peers know a local one.
    pub(crate) fn announced(&self, protocol: Protocol, local: SocketAddr) -> String {
        let listening =
            owner(&self.by_address, protocol, local).and_then(|id| self.sockets.get(&id));
        listening
            .and_then(|it| it.announced.clone())
            .unwrap_or_else(|| local.ip().to_string())
    }

    /// Serves a socket or connection that has something.
    pub(crate) fn handle_ready(&mut self, token: Token, core: &mut Worker) {
        if let Some(key) = ConnectionKey::from_token(token) {
            self.serve_connection(key, core);
            return;
        }
        let Some(id) = SocketId::from_token(token) else {
            return;
        };
        match self.sockets.get(&id).map(Listening::protocol) {
            Some(Protocol::Udp) => self.receive(id, core),
            Some(Protocol::Tcp) => self.accept(id, Instant::now()),
            None => {}
        }
    }

    /// Hands everything that a receive call gave to the core, then serves all consumers of it at once.
    fn receive(&mut self, id: SocketId, core: &mut Worker) {
        for _ in 0..MAX_RECV_CALLS {
            let Some(Listening {
                socket: Socket::Udp(socket),
                bound,
                owner,
                ..
            }) = self.sockets.get_mut(&id)
            else {
                return;
            };
            match socket.recv(&mut self.received) {
                Ok(0) | Err(_) => return,
                Ok(count) => self.counters.udp_packets_received += count as u64,
            }
            let now = Instant::now();
            for datagram in self.received.datagrams_mut() {
                match *owner {
                    Some(owner) => {
                        let path = (*bound, datagram.remote);
                        core.handle_own_datagram(owner, datagram.payload, path, now);
                    }
                    None => {
                        let path = (datagram.local, datagram.remote);
                        core.handle_datagram(datagram.payload, Protocol::Udp, path, now);
                    }
                }
            }
            self.transmit(core, now);
            if !self.received.is_full() {
                return;
            }
        }
    }

    fn serve_connection(&mut self, key: ConnectionKey, core: &mut Worker) {
        let now = Instant::now();
        if self.connections.flush(key, &mut self.poller).is_some() {
            self.lose(key, core, now);
            return;
        }
        for _ in 0..MAX_TCP_READS {
            let read = self
                .connections
                .read(key, &mut self.counters, now, |frame, tuple| {
                    let path = (tuple.local(), tuple.remote());
                    core.handle_datagram(frame, Protocol::Tcp, path, now);
                });
            match read {
                Read::Some => self.transmit(core, now),
                Read::Empty => return,
                Read::Over => {
                    self.lose(key, core, now);
                    return;
                }
            }
        }
    }

    fn accept(&mut self, id: SocketId, now: Instant) {
        let Some(Listening {
            socket: Socket::Tcp(listener),
            ..
        }) = self.sockets.get_mut(&id)
        else {
            return;
        };
        for _ in 0..MAX_ACCEPTS {
            match listener.accept() {
                Ok(Some(socket)) => {
                    if !self.connections.add(socket, &mut self.poller, now) {
                        self.counters.tcp_refused += 1;
                    }
                }
                Ok(None) => break,
                Err(_) => {
                    // No descriptors are left: the connection stays and would be told of again and again.
                    if self.poller.remove(listener).is_ok() {
                        self.paused.push(id);
                    }
                    break;
                }
            }
        }
        self.schedule_sweep(now);
    }

    /// When [`Self::sweep`] is due.
    pub(crate) const fn sweep_at(&self) -> Option<Instant> {
        self.sweep_at
    }

    /// Watches paused listeners again and closes idle connections.
    pub(crate) fn sweep(&mut self, core: &mut Worker, now: Instant) {
        self.sweep_at = None;
        for id in std::mem::take(&mut self.paused) {
            if let Some(Listening {
                socket: Socket::Tcp(listener),
                ..
            }) = self.sockets.get(&id)
                && self
                    .poller
                    .add(listener, id.token(), Interest::Read)
                    .is_err()
            {
                self.paused.push(id);
            }
        }
        for key in self.connections.idle(now) {
            self.lose(key, core, now);
        }
        self.schedule_sweep(now);
    }

    fn schedule_sweep(&mut self, now: Instant) {
        let needed = !self.connections.is_empty() || !self.paused.is_empty();
        if needed && self.sweep_at.is_none() {
            self.sweep_at = Some(now + SWEEP_INTERVAL);
        }
    }

    /// Closes a connection that is of no more use, and tells the core.
    fn lose(&mut self, key: ConnectionKey, core: &mut Worker, now: Instant) {
        if let Some(tuple) = self.connections.close(key, &mut self.poller) {
            core.handle_connection_closed(tuple.local(), tuple.remote(), now);
        }
    }

    /// Closes the connection of a path.
    pub(crate) fn close_connection(&mut self, tuple: &Tuple) {
        self.connections.close_tuple(tuple, &mut self.poller);
    }

    /// Sends everything that the core has to send.
    pub(crate) fn transmit(&mut self, core: &mut Worker, now: Instant) {
        loop {
            core.poll_transmit(&mut self.batch, now);
            if self.batch.is_empty() {
                return;
            }
            for connection in self.flush() {
                self.lose(connection, core, now);
            }
        }
    }

    /// Sends the batch and empties it. The connections that turned out to be of no more use.
    fn flush(&mut self) -> Vec<ConnectionKey> {
        let mut lost = Vec::new();
        let mut messages = self.batch.messages().peekable();
        while let Some(first) = messages.peek() {
            let (protocol, local) = (first.tuple.protocol(), first.tuple.local());
            let mut run = std::iter::from_fn(|| {
                messages.next_if(|it| it.tuple.protocol() == protocol && it.tuple.local() == local)
            });
            if protocol == Protocol::Tcp {
                for frame in run {
                    lost.extend(self.connections.send(
                        frame.tuple,
                        frame.bytes,
                        &mut self.poller,
                        &mut self.counters,
                    ));
                }
                continue;
            }
            let owner = owner(&self.by_address, protocol, local);
            let Some(Listening {
                socket: Socket::Udp(socket),
                bound,
                ..
            }) = owner.and_then(|id| self.sockets.get_mut(&id))
            else {
                // Its socket is closed: what was meant to leave by it is lost, as on the wire.
                run.by_ref().for_each(drop);
                continue;
            };
            // From a wildcard the kernel chooses, unless the packet says from where.
            let is_chosen = bound.ip().is_unspecified() && !local.ip().is_unspecified();
            let source = is_chosen.then(|| local.ip());
            let outcome = socket.send(run.map(|message| Outgoing {
                remote: message.tuple.remote(),
                source,
                payload: message.bytes,
                segment_size: u16::try_from(message.segment_size).ok(),
            }));
            self.counters.udp_packets_sent += outcome.sent as u64;
            self.counters.udp_send_failed += outcome.failed as u64;
        }
        drop(messages);
        self.batch.clear();
        lost
    }
}

/// The socket of a local address: the one bound to it, or else to a wildcard that covers it.
fn owner(
    by_address: &HashMap<(Protocol, SocketAddr), SocketId>,
    protocol: Protocol,
    local: SocketAddr,
) -> Option<SocketId> {
    let v4 = SocketAddr::from(([0; 4], local.port()));
    let v6 = SocketAddr::from(([0_u16; 8], local.port()));
    let candidates = [Some(local), local.is_ipv4().then_some(v4), Some(v6)];
    candidates
        .into_iter()
        .flatten()
        .find_map(|address| by_address.get(&(protocol, address)).copied())
}
