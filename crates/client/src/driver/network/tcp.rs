//! Packets by TCP (RFC 4571, RFC 6544).

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use miso_wire::{Deframer, frame_prefix};
use str0m::Candidate;
use str0m::net::{Protocol, TcpType};
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Datagram, Network, Opened};

/// For how long a connection may take. Longer: slower networks do. Shorter: the next address is tried sooner.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes that are read at once.
const READ_LEN: usize = 16_384;
/// Bytes that may wait to be sent; packets beyond are lost, as on any full link. More: longer delay. Less: more loss in
/// bursts.
const MAX_WAITING: usize = 262_144;

pub(in crate::driver) struct Tcp {
    stream: TcpStream,
    local: SocketAddr,
    remote: SocketAddr,
    deframer: Deframer,
    /// The packet received last.
    packet: Vec<u8>,
    /// Framed packets that were not sent yet.
    waiting: Vec<u8>,
}

/// A connection to the first of `remote` that accepts one.
pub(super) async fn open(remote: &[SocketAddr]) -> Option<Opened> {
    for address in remote {
        let Ok(Ok(stream)) = timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await else {
            continue;
        };
        // Media waits for nobody. Where it cannot be set it is merely slower.
        let _ = stream.set_nodelay(true);
        let Ok(own) = stream.local_addr() else {
            continue;
        };
        let candidate = |address, kind| {
            let built = Candidate::builder()
                .tcp()
                .host(address)
                .tcptype(kind)
                .build();
            built.ok()
        };
        return Some(Opened {
            local: candidate(own, TcpType::Active)?,
            remote: vec![candidate(*address, TcpType::Passive)?],
            network: Network::Tcp(Tcp {
                stream,
                local: own,
                remote: *address,
                deframer: Deframer::new(),
                packet: Vec::new(),
                waiting: Vec::new(),
            }),
        });
    }
    None
}

impl Tcp {
    pub(super) async fn receive(&mut self) -> Option<Datagram> {
        loop {
            if let Some(packet) = self.deframer.next_frame().ok()? {
                self.packet.clear();
                self.packet.extend_from_slice(packet);
                return Some(Datagram {
                    protocol: Protocol::Tcp,
                    from: self.remote,
                    to: self.local,
                    length: self.packet.len(),
                });
            }
            let interest = if self.waiting.is_empty() {
                Interest::READABLE
            } else {
                Interest::READABLE | Interest::WRITABLE
            };
            let ready = self.stream.ready(interest).await.ok()?;
            if ready.is_writable() {
                self.flush().ok()?;
            }
            if ready.is_readable() {
                self.read().ok()?;
            }
        }
    }

    pub(super) fn buffer(&self) -> &[u8] {
        &self.packet
    }

    pub(super) fn send(&mut self, packet: &[u8]) {
        let Ok(prefix) = frame_prefix(packet.len()) else {
            return;
        };
        if self.waiting.len() + prefix.len() + packet.len() > MAX_WAITING {
            return;
        }
        self.waiting.extend(prefix);
        self.waiting.extend_from_slice(packet);
        // A broken connection is noticed when it is read.
        let _ = self.flush();
    }

    fn flush(&mut self) -> io::Result<()> {
        while !self.waiting.is_empty() {
            match self.stream.try_write(&self.waiting) {
                Ok(written) => drop(self.waiting.drain(..written)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn read(&mut self) -> io::Result<()> {
        let mut bytes = [0; READ_LEN];
        match self.stream.try_read(&mut bytes) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(length) => {
                let taken = self.deframer.push(bytes.get(..length).unwrap_or_default());
                // It holds no whole frame, so only one of a length that no transport sends leaves too little room.
                let fits = taken == length;
                fits.then_some(())
                    .ok_or_else(|| io::ErrorKind::InvalidData.into())
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }
}
