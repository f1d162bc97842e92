//! Server, links and peers in virtual time.

mod audio;
mod look;
mod neighbours;
mod peer;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use miso_ice::Protocol;
use miso_netsim::{HostId, LinkConfig};
use miso_ortc::MediaKind;
use miso_secure::{Certificate, DtlsContext, DtlsVersions};
use miso_sfu::command::{Command, Response};
use miso_sfu::event::Event;
use miso_sfu::{CommandError, ConsumerId};

use crate::client::Client;
use crate::raw::RawPeer;
use crate::server::Server;
use crate::sink::MediaSink;
use crate::wire::{Packet, Wire};

use neighbours::Neighbour;
pub use peer::{Consumed, DataConsumed, DataProduced, Peer, PeerId, PeerSettings, Produced};

/// Where the server listens for UDP.
pub const SERVER_UDP: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 44_444);
/// Where the server listens for TCP.
pub const SERVER_TCP: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 44_445);

/// Which endpoint an address belongs to.
#[derive(Clone, Copy, Debug)]
enum Owner {
    Client(usize),
    Raw(usize),
    Neighbour(usize),
}

/// Everything.
pub struct World {
    /// The server.
    pub server: Server,
    /// The links.
    pub wire: Wire,
    seed: u64,
    rng: fastrand::Rng,
    start: Instant,
    now: Instant,
    peers: Vec<Peer>,
    clients: Vec<Client>,
    raws: Vec<RawPeer>,
    neighbours: Vec<Neighbour>,
    owners: HashMap<SocketAddr, Owner>,
    next_host: u16,
    /// Steps since time last moved.
    steps_at_once: u32,
}

/// Steps without progress of time after which somebody's timer is taken to be stuck.
const MAX_STEPS_AT_ONCE: u32 = 100_000;

/// One certificate for all worlds of a process: making one takes longer than most tests.
pub fn dtls_context(versions: DtlsVersions) -> DtlsContext {
    static CERTIFICATE: OnceLock<Certificate> = OnceLock::new();
    let certificate = CERTIFICATE.get_or_init(|| {
        let today = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        Certificate::generate(today).expect("certificates can be made")
    });
    DtlsContext::with_versions(certificate.clone(), versions).expect("the DTLS library works")
}

#[expect(
    clippy::disallowed_methods,
    reason = "virtual time needs some instant to begin with"
)]
pub(crate) fn any_instant() -> Instant {
    Instant::now()
}

impl World {
    /// A world without peers. Links and media follow from the seed.
    pub fn new(seed: u64) -> Self {
        Self::with_dtls(seed, DtlsVersions::Any)
    }

    /// A world whose server is held to a version of DTLS.
    pub fn with_dtls(seed: u64, versions: DtlsVersions) -> Self {
        // The other stack draws its names from the generator of its thread, which also times its reports.
        fastrand::seed(seed);
        let start = any_instant();
        let mut wire = Wire::new(seed, start);
        wire.net.add_host(
            SERVER_UDP.ip(),
            LinkConfig::default(),
            LinkConfig::default(),
        );
        let listen = [(Protocol::Udp, SERVER_UDP), (Protocol::Tcp, SERVER_TCP)];
        Self {
            server: Server::new(seed, dtls_context(versions), &listen, start),
            wire,
            seed,
            rng: fastrand::Rng::with_seed(seed),
            start,
            now: start,
            peers: Vec::new(),
            clients: Vec::new(),
            raws: Vec::new(),
            neighbours: Vec::new(),
            owners: HashMap::new(),
            next_host: 1,
            steps_at_once: 0,
        }
    }

    /// What to say in every failure message.
    pub fn at(&self) -> String {
        format!("seed {} at {:?}", self.seed, self.now - self.start)
    }

    /// The time.
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// When it began.
    pub const fn start(&self) -> Instant {
        self.start
    }

    /// Carries out a command, and what follows of it.
    ///
    /// # Errors
    /// As the core's.
    pub fn command(&mut self, command: Command) -> Result<Response, CommandError> {
        let answer = self.server.command(command, self.now);
        self.drain_server();
        answer
    }

    /// As [`Self::command`], where failing fails the test.
    pub fn must(&mut self, command: Command) -> Response {
        let text = format!("{command:?}");
        match self.command(command) {
            Ok(answer) => answer,
            Err(error) => panic!("{}: {text} was refused: {error}", self.at()),
        }
    }

    /// Lets time pass.
    pub fn run_for(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(at) = self.poll_timeout().filter(|at| *at <= end) {
            self.step_at(at);
        }
        self.now = end;
    }

    /// Lets time pass until `done`, at most for so long. Whether it came to be.
    pub fn run_until(&mut self, limit: Duration, mut done: impl FnMut(&mut Self) -> bool) -> bool {
        let end = self.now + limit;
        loop {
            if done(self) {
                return true;
            }
            let Some(at) = self.poll_timeout().filter(|at| *at <= end) else {
                self.now = end;
                return done(self);
            };
            self.step_at(at);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let clients = self.clients.iter().filter_map(Client::poll_timeout);
        let raws = self.raws.iter().filter_map(RawPeer::poll_timeout);
        let neighbours = self.neighbours.iter().filter_map(Neighbour::poll_timeout);
        let others = [self.wire.poll_timeout(), self.server.worker.poll_timeout()];
        clients
            .chain(raws)
            .chain(neighbours)
            .chain(others.into_iter().flatten())
            .min()
    }

    fn step_at(&mut self, at: Instant) {
        self.steps_at_once = if at > self.now {
            0
        } else {
            self.steps_at_once + 1
        };
        if self.steps_at_once > MAX_STEPS_AT_ONCE {
            let server = self
                .server
                .worker
                .poll_timeout()
                .map(|at| at.checked_duration_since(self.now));
            panic!(
                "{}: time stands still; the server waits for {server:?}",
                self.at()
            );
        }
        self.now = self.now.max(at);
        self.step();
    }

    fn step(&mut self) {
        let now = self.now;
        while let Some(packet) = self.wire.deliver(now) {
            self.deliver(packet);
        }
        self.server.worker.handle_timeout(now);
        for client in &mut self.clients {
            client.handle_timeout(&mut self.wire, now);
        }
        for raw in &mut self.raws {
            raw.handle_timeout(&mut self.wire, now);
        }
        for neighbour in &mut self.neighbours {
            neighbour.handle_timeout(&mut self.wire, now);
        }
        self.drain_server();
    }

    fn deliver(&mut self, mut packet: Packet) {
        if packet.to.ip() == SERVER_UDP.ip() {
            let path = (packet.to, packet.from);
            self.server
                .worker
                .handle_datagram(&mut packet.bytes, packet.protocol, path, self.now);
            return;
        }
        match self.owners.get(&packet.to) {
            Some(Owner::Client(index)) => {
                if let Some(client) = self.clients.get_mut(*index) {
                    client.handle_packet(&packet, &mut self.wire, self.now);
                }
            }
            Some(Owner::Raw(index)) => {
                if let Some(raw) = self.raws.get_mut(*index) {
                    raw.handle_packet(&packet, &mut self.wire, self.now);
                }
            }
            Some(Owner::Neighbour(index)) => {
                if let Some(neighbour) = self.neighbours.get_mut(*index) {
                    neighbour.handle_packet(&packet, &mut self.wire, self.now);
                }
            }
            None => {}
        }
    }

    /// Puts on the wire what the server has to send, and takes its events.
    pub fn drain_server(&mut self) {
        let (wire, now) = (&mut self.wire, self.now);
        self.server.drain(now, |protocol, path, bytes| {
            wire.send(protocol, path, bytes, now)
        });
    }

    /// Hands the server a datagram of anybody's, past all links.
    pub fn inject(&mut self, bytes: &[u8], from: SocketAddr) {
        let mut bytes = bytes.to_vec();
        self.server
            .worker
            .handle_datagram(&mut bytes, Protocol::Udp, (SERVER_UDP, from), self.now);
    }

    /// Everything that the server told so far, which is forgotten.
    pub fn take_events(&mut self) -> Vec<(Instant, Event)> {
        std::mem::take(&mut self.server.events)
    }

    /// A new host, with an address of its own.
    pub fn add_host(&mut self, up: LinkConfig, down: LinkConfig) -> (HostId, IpAddr) {
        let [high, low] = self.next_host.to_be_bytes();
        self.next_host += 1;
        let address = IpAddr::V4(Ipv4Addr::new(10, 1, high, low));
        (self.wire.net.add_host(address, up, down), address)
    }

    /// Adds a peer that speaks with our own crates, over perfect links.
    pub fn add_raw(&mut self) -> usize {
        let (_, ip) = self.add_host(LinkConfig::default(), LinkConfig::default());
        let local = SocketAddr::new(ip, 7_000);
        let raw = RawPeer::connect(&mut self.server, local, self.rng.u64(..), self.now);
        self.owners.insert(local, Owner::Raw(self.raws.len()));
        self.raws.push(raw);
        self.raws.len() - 1
    }

    /// A raw peer, with what it needs to act.
    pub fn raw(&mut self, index: usize) -> (&mut RawPeer, &mut Server, &mut Wire, Instant) {
        let raw = self.raws.get_mut(index).expect("a raw peer of this world");
        (raw, &mut self.server, &mut self.wire, self.now)
    }

    /// A peer.
    pub fn peer(&self, id: PeerId) -> &Peer {
        self.peers.get(id.0).expect("a peer of this world")
    }

    /// The connection by which a peer sends.
    pub fn sender(&mut self, id: PeerId) -> &mut Client {
        let index = self.peer(id).send.client;
        self.clients.get_mut(index).expect("a client of this world")
    }

    /// The connection by which a peer receives.
    pub fn receiver(&mut self, id: PeerId) -> &mut Client {
        let index = self.peer(id).recv.client;
        self.clients.get_mut(index).expect("a client of this world")
    }

    /// What a consumer of a peer got.
    pub fn sink(&mut self, consumed: &Consumed) -> &MediaSink {
        self.receiver(consumed.peer).sink(consumed.ssrc)
    }

    /// Changes both links of a peer.
    pub fn set_links(&mut self, id: PeerId, up: LinkConfig, down: LinkConfig) {
        let host = self.peer(id).host;
        let links = [
            (self.wire.net.uplink(host), up),
            (self.wire.net.downlink(host), down),
        ];
        for (link, config) in links {
            if let Some(link) = link {
                self.wire.net.configure(link, config, self.now);
            }
        }
    }

    /// Events of a consumer so far, as text.
    pub fn consumer_events(&self, id: ConsumerId) -> Vec<String> {
        let of_consumer = |(_, event): &(Instant, Event)| match event {
            Event::Consumer(consumer, event) if *consumer == id => Some(format!("{event:?}")),
            _ => None,
        };
        self.server.events.iter().filter_map(of_consumer).collect()
    }
}

/// The kinds, for loops.
pub(crate) const fn name_of(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
    }
}
