//! The TCP connections of a worker (RFC 4571 framing).

use std::collections::HashMap;
use std::io::{self, IoSlice};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use miso_ice::{Protocol, Tuple};
use miso_netio::{Interest, Poller, TcpConnection, TcpRecv, TcpSend, Token};
use miso_wire::{Deframer, frame_prefix};

use crate::metrics::TrafficMetrics;

/// Connections of a worker at once. More serves more peers behind firewalls, less bounds descriptors and memory.
const MAX_CONNECTIONS: usize = 4_096;
/// Connections of one remote address at once. More lets a large office in, less keeps one host from taking all.
const MAX_CONNECTIONS_PER_REMOTE: usize = 256;
/// A connection that is silent for so long is closed. A peer in a call sends checks every few seconds; less frees
/// descriptors of strangers sooner, more endures longer gaps of a peer's network.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// Bytes fetched by one receive call.
const READ_BYTES: usize = 65_536;

/// Name of a connection, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConnectionKey(u64);

impl ConnectionKey {
    /// Where the poller's tokens of connections begin; smaller ones belong to sockets and listeners.
    const FIRST_TOKEN: u64 = 1 << 32;

    /// The connection that a token stands for.
    pub const fn from_token(token: Token) -> Option<Self> {
        match token.0.checked_sub(Self::FIRST_TOKEN) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    const fn token(self) -> Token {
        Token(Self::FIRST_TOKEN + self.0)
    }
}

/// A connection.
#[derive(Debug)]
struct Connection {
    socket: TcpConnection,
    tuple: Tuple,
    deframer: Deframer,
    /// When something last came.
    heard: Instant,
    /// Whether the poller is asked to tell when there is room for sending.
    waits_for_room: bool,
}

/// What came of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// There may be more.
    Some,
    /// There is nothing more at present.
    Empty,
    /// The connection is of no more use.
    Over,
}

/// All connections.
#[derive(Debug)]
pub struct Connections {
    open: HashMap<ConnectionKey, Connection>,
    by_tuple: HashMap<Tuple, ConnectionKey>,
    by_remote: HashMap<IpAddr, usize>,
    /// Number of the next connection.
    next: u64,
    /// Where received bytes lie until they are cut into frames.
    buffer: Box<[u8]>,
}

impl Default for Connections {
    fn default() -> Self {
        Self::new()
    }
}

impl Connections {
    /// None.
    pub fn new() -> Self {
        Self {
            open: HashMap::new(),
            by_tuple: HashMap::new(),
            by_remote: HashMap::new(),
            next: 0,
            buffer: vec![0; READ_BYTES].into_boxed_slice(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Takes a connection in; false if it had to be refused.
    pub fn add(&mut self, socket: TcpConnection, poller: &mut Poller, now: Instant) -> bool {
        let remote = socket.remote_addr().ip();
        let of_remote = self.by_remote.get(&remote).copied().unwrap_or(0);
        if self.open.len() >= MAX_CONNECTIONS || of_remote >= MAX_CONNECTIONS_PER_REMOTE {
            return false;
        }
        let key = ConnectionKey(self.next);
        if poller.add(&socket, key.token(), Interest::Read).is_err() {
            return false;
        }
        self.next += 1;
        let tuple = Tuple::new(Protocol::Tcp, socket.local_addr(), socket.remote_addr());
        let deframer = Deframer::new();
        let connection = Connection {
            socket,
            tuple,
            deframer,
            heard: now,
            waits_for_room: false,
        };
        self.open.insert(key, connection);
        self.by_tuple.insert(tuple, key);
        *self.by_remote.entry(remote).or_insert(0) += 1;
        true
    }

    /// Closes a connection; its path, if it was open.
    pub fn close(&mut self, key: ConnectionKey, poller: &mut Poller) -> Option<Tuple> {
        let connection = self.open.remove(&key)?;
        // Dropping the socket removes it from the set anyway.
        let _not_watched = poller.remove(&connection.socket);
        self.by_tuple.remove(&connection.tuple);
        let remote = connection.tuple.remote().ip();
        if let Some(count) = self.by_remote.get_mut(&remote) {
            *count -= 1;
            if *count == 0 {
                self.by_remote.remove(&remote);
            }
        }
        Some(connection.tuple)
    }

    /// Closes the connection of a path, if it is open.
    pub fn close_tuple(&mut self, tuple: &Tuple, poller: &mut Poller) {
        if let Some(key) = self.by_tuple.get(tuple).copied() {
            self.close(key, poller);
        }
    }

    /// Closes all.
    pub fn clear(&mut self, poller: &mut Poller) {
        for key in self.open.keys().copied().collect::<Vec<_>>() {
            self.close(key, poller);
        }
    }

    /// The connections from which nothing came for too long.
    pub fn idle(&self, now: Instant) -> Vec<ConnectionKey> {
        let is_idle = |connection: &Connection| {
            now.saturating_duration_since(connection.heard) >= IDLE_TIMEOUT
        };
        self.open
            .iter()
            .filter(|(_, it)| is_idle(it))
            .map(|(key, _)| *key)
            .collect()
    }

    /// Fetches what one call gives and hands every complete frame to `take`.
    pub fn read(
        &mut self,
        key: ConnectionKey,
        counters: &mut TrafficMetrics,
        now: Instant,
        mut take: impl FnMut(&mut [u8], &Tuple),
    ) -> Read {
        let Some(connection) = self.open.get_mut(&key) else {
            return Read::Empty;
        };
        let received = match connection.socket.recv(&mut self.buffer) {
            Ok(TcpRecv::Bytes(received)) => received,
            Ok(TcpRecv::Empty) => return Read::Empty,
            Ok(TcpRecv::Closed) | Err(_) => return Read::Over,
        };
        connection.heard = now;
        counters.tcp_bytes_received += received as u64;
        let mut rest = self.buffer.get(..received).unwrap_or_default();
        while !rest.is_empty() {
            let taken = connection.deframer.push(rest);
            rest = rest.get(taken..).unwrap_or_default();
            loop {
                match connection.deframer.next_frame() {
                    Ok(Some(frame)) => {
                        counters.tcp_frames_received += 1;
                        take(frame, &connection.tuple);
                    }
                    Ok(None) => break,
                    Err(_) => return Read::Over,
                }
            }
        }
        Read::Some
    }

    /// Sends a frame. The key of the connection if it turned out to be of no more use.
    pub fn send(
        &mut self,
        tuple: &Tuple,
        frame: &[u8],
        poller: &mut Poller,
        counters: &mut TrafficMetrics,
    ) -> Option<ConnectionKey> {
        let key = self.by_tuple.get(tuple).copied();
        let found = key.and_then(|key| Some((key, self.open.get_mut(&key)?)));
        let (Some((key, connection)), Ok(prefix)) = (found, frame_prefix(frame.len())) else {
            counters.tcp_send_failed += 1;
            return None;
        };
        let sent = connection
            .socket
            .send(&[IoSlice::new(&prefix), IoSlice::new(frame)]);
        match sent {
            Ok(TcpSend::Accepted) => {
                counters.tcp_frames_sent += 1;
                counters.tcp_bytes_sent += frame.len() as u64;
            }
            Ok(TcpSend::Refused) => counters.tcp_send_failed += 1,
            Err(_) => {
                counters.tcp_send_failed += 1;
                return Some(key);
            }
        }
        connection.watch_for_room(key, poller).err().map(|_| key)
    }

    /// Goes on sending what had to wait. The key if the connection turned out to be of no more use.
    pub fn flush(&mut self, key: ConnectionKey, poller: &mut Poller) -> Option<ConnectionKey> {
        let connection = self.open.get_mut(&key)?;
        let flushed = connection.socket.flush();
        let watched = flushed.and_then(|_| connection.watch_for_room(key, poller));
        watched.err().map(|_| key)
    }
}

impl Connection {
    /// Asks the poller to tell of room for sending exactly while something waits for it.
    fn watch_for_room(&mut self, key: ConnectionKey, poller: &mut Poller) -> io::Result<()> {
        let waits = self.socket.queued() > 0;
        if waits == self.waits_for_room {
            return Ok(());
        }
        self.waits_for_room = waits;
        let interest = if waits {
            Interest::ReadWrite
        } else {
            Interest::Read
        };
        poller.change(&self.socket, key.token(), interest)
    }
}

#[cfg(test)]
mod tests;
