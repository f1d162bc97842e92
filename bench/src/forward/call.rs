//! A call: one producer, many consumers, each with a transport of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use miso_netio::{Outgoing, RecvBatch, UdpOptions, UdpSocket};
use miso_secure::{SrtpCryptoSuite, SrtpMasterKey};

use super::Subject;
use super::media::{Source, kind_of};
use super::peer::{Connected, Peers};
use super::server::Server;
use crate::limit::Cipher;
use crate::{Cost, Load, Pace, Reader, allocations};

/// Key and salt of everybody on plain transports.
const PLAIN_KEY: [u8; 44] = [0x5a; 44];

/// How often the producer's consent is kept alive.
const CONSENT: Duration = Duration::from_secs(5);

/// How long the engine may take to finish the last handshake.
const SETTLE: Duration = Duration::from_millis(200);

/// What some frames cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    /// Of the threads that forward.
    pub(super) cost: Cost,
    /// Allocations by them, where that can be known.
    pub(super) allocations: Option<u64>,
    /// Packets that reached the reader.
    pub(super) received: u64,
    /// Frames that came later than a whole period.
    pub(super) late_frames: u32,
}

impl Slice {
    /// This and another slice of the same measurement.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            cost: self.cost.and(other.cost),
            allocations: self
                .allocations
                .zip(other.allocations)
                .map(|(one, two)| one + two),
            received: self.received + other.received,
            late_frames: self.late_frames + other.late_frames,
        }
    }
}

/// A call with all its consumers at the reader.
pub(super) struct Call {
    /// What is sent.
    load: Load,
    /// Kept running as long as the call.
    server: Server,
    /// The producer's socket.
    socket: UdpSocket,
    /// What comes back to the producer: feedback.
    received: RecvBatch,
    /// The producer's path into the server.
    remote: SocketAddr,
    /// Makes the producer's packets.
    source: Source,
    /// The producer's check; none on a plain transport.
    check: Option<Vec<u8>>,
    /// When it was last sent.
    checked: Instant,
    /// What everybody's packets are sealed with.
    cipher: Cipher,
}

impl Call {
    /// Starts a server, connects everybody, and begins to keep the consents alive.
    pub(super) fn start(
        subject: &Subject,
        load: &Load,
        reader: &mut Reader,
    ) -> anyhow::Result<Self> {
        let server = Server::start(subject)?;
        reader.repeat_nothing()?;
        let call = match subject {
            Subject::Worker { plain: true, .. } => Self::over_plain(server, load, reader)?,
            _ => Self::over_webrtc(server, load, reader)?,
        };
        thread::sleep(SETTLE);
        Ok(call)
    }

    fn over_webrtc(mut server: Server, load: &Load, reader: &mut Reader) -> anyhow::Result<Self> {
        let peers = Peers::new()?;
        let mut socket = bind((Ipv4Addr::LOCALHOST, 0).into(), false)?;
        let remote = server.create_transport(peers.fingerprints())?;
        let sender = peers.connect(&mut socket, &remote)?;
        server.produce(kind_of(load))?;
        for index in 0..load.n {
            let check = connect_consumer(index, &mut server, &peers, reader)?;
            reader.repeat(index, remote.address, &check)?;
        }
        Ok(Self {
            load: *load,
            server,
            socket,
            received: RecvBatch::new(8),
            remote: remote.address,
            source: Source::new(load, &sender.keys.send)?,
            cipher: cipher_of(&sender)?,
            check: Some(sender.check),
            checked: Instant::now(),
        })
    }

    fn over_plain(mut server: Server, load: &Load, reader: &Reader) -> anyhow::Result<Self> {
        let socket = bind((Ipv4Addr::LOCALHOST, 0).into(), false)?;
        let remote = server.create_plain_transport(None, &PLAIN_KEY)?;
        server.produce(kind_of(load))?;
        for index in 0..load.n {
            server.create_plain_transport(Some(reader.destination(index)), &PLAIN_KEY)?;
            server.consume()?;
        }
        let keys = SrtpMasterKey::new(SrtpCryptoSuite::AeadAes256Gcm, &PLAIN_KEY)?;
        Ok(Self {
            load: *load,
            server,
            socket,
            received: RecvBatch::new(8),
            remote,
            source: Source::new(load, &keys)?,
            cipher: Cipher::Aes256Gcm,
            check: None,
            checked: Instant::now(),
        })
    }

    /// What everybody's packets are sealed with.
    pub(super) const fn cipher(&self) -> Cipher {
        self.cipher
    }

    /// Sends so many frames to the server at the load's rate, and tells what forwarding them cost.
    pub(super) fn measure(&mut self, frames: u32, reader: &mut Reader) -> anyhow::Result<Slice> {
        let packets = self.load.packets_per_frame() * u64::from(frames);
        let before = reader.received()?.datagrams;
        let allocations = allocations::counted();
        let meter = self.server.meter()?;
        let mut pace = Pace::new(self.load.frames_per_second);
        for _ in 0..frames {
            pace.wait();
            self.send_frame()?;
        }
        let after = reader.settle(before + packets)?.datagrams;
        Ok(Slice {
            cost: meter.stop(packets)?,
            allocations: self
                .server
                .is_in_this_process()
                .then(|| allocations::counted() - allocations),
            received: after - before,
            late_frames: pace.late(),
        })
    }

    fn send_frame(&mut self) -> anyhow::Result<()> {
        // Feedback to the producer is read and not followed.
        while self.socket.recv(&mut self.received)? > 0 {}
        if let Some(check) = &self.check
            && self.checked.elapsed() >= CONSENT
        {
            self.checked = Instant::now();
            send(&mut self.socket, self.remote, check, check.len())?;
        }
        for (run, length) in self.source.next_frame()? {
            send(&mut self.socket, self.remote, run, length)?;
        }
        Ok(())
    }
}

/// Connects a consumer; its check.
fn connect_consumer(
    index: usize,
    server: &mut Server,
    peers: &Peers,
    reader: &Reader,
) -> anyhow::Result<Vec<u8>> {
    let mut socket = bind(reader.destination(index), true)?;
    let remote = server.create_transport(peers.fingerprints())?;
    let connected = peers
        .connect(&mut socket, &remote)
        .with_context(|| format!("consumer {index}"))?;
    server.consume()?;
    Ok(connected.check)
}

fn bind(address: SocketAddr, reuse_port: bool) -> anyhow::Result<UdpSocket> {
    let options = UdpOptions {
        reuse_port,
        ..UdpOptions::default()
    };
    UdpSocket::bind(address, &options).with_context(|| format!("binding {address}"))
}

fn send(
    socket: &mut UdpSocket,
    remote: SocketAddr,
    payload: &[u8],
    segment: usize,
) -> anyhow::Result<()> {
    let outcome = socket.send([Outgoing {
        remote,
        source: None,
        payload,
        segment_size: Some(u16::try_from(segment)?),
    }]);
    if outcome.failed + outcome.blocked > 0 {
        bail!("the kernel did not take the producer's packets: {outcome:?}");
    }
    Ok(())
}

fn cipher_of(connected: &Connected) -> anyhow::Result<Cipher> {
    match connected.keys.suite() {
        SrtpCryptoSuite::AeadAes128Gcm => Ok(Cipher::Aes128Gcm),
        SrtpCryptoSuite::AeadAes256Gcm => Ok(Cipher::Aes256Gcm),
        other => bail!("the limit cannot seal with {}", other.name()),
    }
}
