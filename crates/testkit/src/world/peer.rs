//! Peers as mediasoup-client makes them: two connections, negotiated parameters.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use miso_ice::Protocol;
use miso_netsim::{HostId, LinkConfig};
use miso_ortc::{HeaderExtensionUri, MediaKind, SctpStreamParameters};
use miso_secure::{DtlsRole, FingerprintAlgorithm};
use miso_sfu::dump::WebRtcTransportDump;
use miso_sfu::{CommandError, ConsumerId, DataConsumerId, DataProducerId, ProducerId, TransportId};
use miso_wire::{Bitrate, Mid, Rid, Ssrc};
use str0m::channel::ChannelId;
use str0m::config::DtlsVersion;

use super::{Owner, World};
use crate::client::{Client, ClientSettings};
use crate::negotiate::{Dialect, Encoding, recv_capabilities_with};
use crate::server::{ConsumeSettings, TransportSettings};
use crate::source::{
    Described, DescribedSource, OpusSource, Source, VideoSettings, Vp8Source, Vp9Source,
};

/// First port of a peer's connections.
const FIRST_PORT: u16 = 5_000;
/// Level of a voice, dBov.
pub(super) const VOICE: i8 = -30;

/// A peer of a [`World`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PeerId(pub(super) usize);

/// How a peer is.
#[derive(Clone, Debug)]
pub struct PeerSettings {
    /// From the peer to the core of the network.
    pub up: LinkConfig,
    /// To the peer.
    pub down: LinkConfig,
    /// DTLS versions that it speaks.
    pub dtls: DtlsVersion,
    /// Its DTLS role.
    pub role: DtlsRole,
    /// With which hash its certificate is announced.
    pub fingerprint: FingerprintAlgorithm,
    /// Whether the announced fingerprint is another certificate's.
    pub lies: bool,
    /// How it reaches the server.
    pub protocol: Protocol,
    /// Whether it estimates what it can send, beginning here.
    pub estimate: Option<Bitrate>,
    /// Whether it offers transport-wide feedback; without it, REMB.
    pub transport_cc: bool,
    /// Whether RTCP is counted.
    pub count_rtcp: bool,
    /// How much faster its clock goes than the world's, in millionths.
    pub drift_ppm: i32,
    /// Its transports on the server.
    pub transport: TransportSettings,
}

impl Default for PeerSettings {
    fn default() -> Self {
        Self {
            up: LinkConfig::default().delay(Duration::from_millis(10)),
            down: LinkConfig::default().delay(Duration::from_millis(10)),
            dtls: DtlsVersion::Auto,
            role: DtlsRole::Client,
            fingerprint: FingerprintAlgorithm::Sha256,
            lies: false,
            protocol: Protocol::Udp,
            estimate: None,
            transport_cc: true,
            count_rtcp: false,
            drift_ppm: 0,
            transport: TransportSettings::default(),
        }
    }
}

/// One direction of a peer.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    pub(super) client: usize,
    /// The server's side.
    pub transport: TransportId,
}

/// A peer.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Where its links are.
    pub host: HostId,
    /// Its address.
    pub ip: IpAddr,
    /// By which it sends.
    pub send: Endpoint,
    /// By which it receives.
    pub recv: Endpoint,
    pub(super) dialect: Dialect,
    next_mid: u32,
    next_stream: u16,
}

/// A producer of a peer.
#[derive(Clone, Debug)]
pub struct Produced {
    /// Whose.
    pub peer: PeerId,
    /// Its name.
    pub id: ProducerId,
    /// The SSRCs of its streams, the lowest layer first.
    pub ssrcs: Vec<Ssrc>,
}

impl Produced {
    /// The SSRC of its first stream.
    pub fn ssrc(&self) -> Ssrc {
        *self.ssrcs.first().expect("producers have a stream")
    }
}

/// A consumer of a peer.
#[derive(Clone, Copy, Debug)]
pub struct Consumed {
    /// Whose.
    pub peer: PeerId,
    /// Its name.
    pub id: ConsumerId,
    /// Audio or video.
    pub kind: MediaKind,
    /// Under which it arrives.
    pub ssrc: Ssrc,
}

/// A data producer of a peer.
#[derive(Clone, Copy, Debug)]
pub struct DataProduced {
    /// Whose.
    pub peer: PeerId,
    /// Its name.
    pub id: DataProducerId,
    /// The channel to write to.
    pub channel: ChannelId,
}

/// A data consumer of a peer.
#[derive(Clone, Copy, Debug)]
pub struct DataConsumed {
    /// Whose.
    pub peer: PeerId,
    /// Its name.
    pub id: DataConsumerId,
    /// The channel that it arrives by.
    pub channel: ChannelId,
}

/// The RID of a stream of a simulcast.
fn rid_of(index: usize) -> Rid {
    Rid::new(format!("r{index}").as_bytes()).expect("a short RID")
}

impl World {
    /// Adds a peer. Its connections begin at once; they need time to be there.
    pub fn add_peer(&mut self, settings: &PeerSettings) -> PeerId {
        let id = PeerId(self.peers.len());
        let (host, ip) = self.add_host(settings.up, settings.down);
        let dialect = Dialect {
            transport_cc: Dialect::CHROMIUM
                .transport_cc
                .filter(|_| settings.transport_cc),
            ..Dialect::CHROMIUM
        };
        let send = self.add_client(settings, dialect, SocketAddr::new(ip, FIRST_PORT));
        let recv_dialect = Dialect::of_router(self.server.capabilities());
        let recv = self.add_client(settings, recv_dialect, SocketAddr::new(ip, FIRST_PORT + 1));
        self.peers.push(Peer {
            host,
            ip,
            send,
            recv,
            dialect,
            next_mid: 0,
            next_stream: 0,
        });
        id
    }

    /// Adds a peer and waits until both its connections are there.
    pub fn add_connected_peer(&mut self, settings: &PeerSettings) -> PeerId {
        let id = self.add_peer(settings);
        self.wait_for_peers(&[id]);
        id
    }

    /// Waits until all connections of these peers are there.
    pub fn wait_for_peers(&mut self, peers: &[PeerId]) {
        let connected = self.run_until(Duration::from_secs(15), |world| {
            peers.iter().all(|peer| world.is_connected(*peer))
        });
        if !connected {
            let missing: Vec<String> = peers
                .iter()
                .filter_map(|peer| self.why_not(*peer))
                .collect();
            panic!("{}: peers do not connect: {missing:?}", self.at());
        }
    }

    fn why_not(&mut self, id: PeerId) -> Option<String> {
        if self.is_connected(id) {
            return None;
        }
        let (send, recv) = (self.peer(id).send.transport, self.peer(id).recv.transport);
        let seen = [self.transport_events(send), self.transport_events(recv)];
        let errors = [
            self.sender(id).log.error.clone(),
            self.receiver(id).log.error.clone(),
        ];
        Some(format!("server saw {seen:?}, the peer {errors:?}"))
    }

    /// Whether both connections of a peer are there.
    pub fn is_connected(&mut self, id: PeerId) -> bool {
        self.sender(id).log.connected_at.is_some() && self.receiver(id).log.connected_at.is_some()
    }

    fn add_client(
        &mut self,
        settings: &PeerSettings,
        dialect: Dialect,
        local: SocketAddr,
    ) -> Endpoint {
        let (transport, dump) = self
            .server
            .create_transport(settings.transport, self.now)
            .expect("transports can be made");
        let client = ClientSettings {
            dialect,
            dtls: settings.dtls,
            estimate: settings.estimate,
            protocol: settings.protocol,
            count_rtcp: settings.count_rtcp,
            drift_ppm: settings.drift_ppm,
        };
        let mut client = Client::new(&client, local, self.now);
        self.connect_client(&mut client, settings, (transport, &dump));
        client.proceed(&mut self.wire, self.now);
        let index = self.clients.len();
        self.owners.insert(local, Owner::Client(index));
        self.clients.push(client);
        Endpoint {
            client: index,
            transport,
        }
    }

    fn connect_client(
        &mut self,
        client: &mut Client,
        settings: &PeerSettings,
        (transport, dump): (TransportId, &WebRtcTransportDump),
    ) {
        let fingerprint = if settings.lies {
            miso_secure::Fingerprint::of(settings.fingerprint, b"another certificate")
        } else {
            client.fingerprint(settings.fingerprint)
        };
        let role = self
            .server
            .connect(transport, vec![fingerprint], settings.role, self.now);
        let role = role.expect("a new transport can be connected");
        client.start(dump, role);
    }

    /// A peer speaks.
    pub fn produce_audio(&mut self, peer: PeerId) -> Produced {
        let source = Source::Opus(OpusSource::new(VOICE, &mut self.rng, self.now));
        self.produce(peer, MediaKind::Audio, vec![(None, source)], Duration::ZERO)
            .expect("audio can be produced")
    }

    /// A peer shows itself.
    pub fn produce_video(&mut self, peer: PeerId, settings: VideoSettings) -> Produced {
        let source = Source::Vp8(Vp8Source::new(settings, &mut self.rng, self.now));
        self.produce(peer, MediaKind::Video, vec![(None, source)], Duration::ZERO)
            .expect("video can be produced")
    }

    /// A peer shows itself in several layers of one stream.
    pub fn produce_svc(&mut self, peer: PeerId, settings: VideoSettings) -> Produced {
        let source = Source::Vp9(Vp9Source::new(settings, &mut self.rng, self.now));
        self.produce(peer, MediaKind::Video, vec![(None, source)], Duration::ZERO)
            .expect("layered video can be produced")
    }

    /// A peer shows itself in several sizes, the smallest first.
    pub fn produce_simulcast(&mut self, peer: PeerId, layers: &[VideoSettings]) -> Produced {
        let mut streams = Vec::new();
        for (index, settings) in layers.iter().enumerate() {
            streams.push((
                Some(rid_of(index)),
                Source::Vp8(Vp8Source::new(*settings, &mut self.rng, self.now)),
            ));
        }
        self.produce(peer, MediaKind::Video, streams, Duration::ZERO)
            .expect("simulcast can be produced")
    }

    /// A peer shows itself in streams of AV1 or H.264, the smallest first; with one, in the layers of that.
    pub fn produce_described(
        &mut self,
        peer: PeerId,
        format: Described,
        streams: &[VideoSettings],
    ) -> Produced {
        let is_simulcast = streams.len() > 1;
        let mut sources = Vec::new();
        for (index, settings) in streams.iter().enumerate() {
            let source = DescribedSource::new(format, *settings, &mut self.rng, self.now);
            sources.push((
                is_simulcast.then(|| rid_of(index)),
                Source::Described(source),
            ));
        }
        self.produce(peer, MediaKind::Video, sources, Duration::ZERO)
            .expect("video with descriptors can be produced")
    }

    /// Makes a producer of these streams.
    ///
    /// # Errors
    /// As the core's.
    pub fn produce(
        &mut self,
        id: PeerId,
        kind: MediaKind,
        streams: Vec<(Option<Rid>, Source)>,
        key_frame_request_delay: Duration,
    ) -> Result<Produced, CommandError> {
        let mut encodings = Vec::new();
        for (rid, source) in streams {
            let is_video = !matches!(source, Source::Opus(_));
            let rtx = is_video.then(|| Ssrc(self.rng.u32(1..)));
            let encoding = Encoding {
                layers: source.layers(),
                codec: source.codec(),
                is_red: matches!(&source, Source::Opus(source) if source.is_red()),
                ..Encoding::plain(Ssrc(self.rng.u32(1..)), rtx, rid)
            };
            encodings.push((encoding, source));
        }
        self.produce_encodings(id, kind, encodings, key_frame_request_delay)
    }

    /// Makes a producer of streams whose names are known.
    pub(super) fn produce_encodings(
        &mut self,
        id: PeerId,
        kind: MediaKind,
        encodings: Vec<(Encoding, Source)>,
        key_frame_request_delay: Duration,
    ) -> Result<Produced, CommandError> {
        let peer = self.peers.get_mut(id.0).expect("a peer of this world");
        let mid = peer.next_mid.to_string();
        peer.next_mid += 1;
        let (dialect, transport) = (peer.dialect, peer.send.transport);
        let names: Vec<Encoding> = encodings.iter().map(|(encoding, _)| *encoding).collect();
        let parameters = dialect.producer_parameters(
            kind,
            Mid::new(mid.as_bytes()).ok(),
            &names,
            super::name_of(kind),
        );
        let producer = self.server.produce(
            transport,
            (kind, parameters),
            key_frame_request_delay,
            self.now,
        )?;
        let first_seq = self.rng.u16(..);
        self.sender(id).send(&mid, kind, encodings, first_seq);
        self.drain_client(self.peer(id).send);
        self.drain_server();
        Ok(Produced {
            peer: id,
            id: producer,
            ssrcs: names.iter().map(|encoding| encoding.ssrc).collect(),
        })
    }

    /// A peer consumes a producer.
    pub fn consume(&mut self, peer: PeerId, producer: ProducerId) -> Consumed {
        self.consume_with(peer, producer, ConsumeSettings::default())
    }

    /// A peer consumes a producer in this way.
    pub fn consume_with(
        &mut self,
        id: PeerId,
        producer: ProducerId,
        settings: ConsumeSettings,
    ) -> Consumed {
        let transport = self.peer(id).recv.transport;
        let mut remote = recv_capabilities_with(self.server.capabilities(), settings.audio);
        if self.peer(id).dialect.transport_cc.is_none() {
            let is_for_feedback =
                |uri: &HeaderExtensionUri| *uri == HeaderExtensionUri::TransportWideCc;
            remote
                .header_extensions
                .retain(|extension| !is_for_feedback(&extension.uri));
        }
        let made = self
            .server
            .consume((transport, producer), &remote, settings, self.now);
        let made = made.unwrap_or_else(|error| panic!("{}: cannot consume: {error}", self.at()));
        let ssrc = self.receiver(id).receive(&made.parameters, made.kind);
        self.drain_client(self.peer(id).recv);
        self.drain_server();
        Consumed {
            peer: id,
            id: made.id,
            kind: made.kind,
            ssrc,
        }
    }

    /// A peer opens a DataChannel to send by. Stream ids count up.
    pub fn produce_data(
        &mut self,
        id: PeerId,
        label: &str,
        reliability: (Option<bool>, Option<u16>, Option<u16>),
    ) -> DataProduced {
        let peer = self.peers.get_mut(id.0).expect("a peer of this world");
        let stream = peer.next_stream;
        peer.next_stream += 1;
        let transport = peer.send.transport;
        let (ordered, life_time, retransmits) = reliability;
        let parameters = SctpStreamParameters::new(stream, ordered, life_time, retransmits)
            .expect("parameters that fit");
        let producer = self
            .server
            .produce_data(transport, Some(parameters), label, self.now);
        let producer =
            producer.unwrap_or_else(|error| panic!("{}: cannot produce data: {error}", self.at()));
        let channel = self.sender(id).open_channel(label, &parameters);
        self.drain_client(self.peer(id).send);
        self.drain_server();
        DataProduced {
            peer: id,
            id: producer,
            channel,
        }
    }

    /// A peer opens a DataChannel to receive by.
    pub fn consume_data(&mut self, id: PeerId, producer: DataProducerId) -> DataConsumed {
        let transport = self.peer(id).recv.transport;
        let made = self
            .server
            .consume_data(transport, producer, false, self.now);
        let (consumer, parameters) =
            made.unwrap_or_else(|error| panic!("{}: cannot consume data: {error}", self.at()));
        let parameters = parameters.expect("a stream on a transport with SCTP");
        let channel = self.receiver(id).open_channel("", &parameters);
        self.drain_client(self.peer(id).recv);
        self.drain_server();
        DataConsumed {
            peer: id,
            id: consumer,
            channel,
        }
    }

    /// A peer sends a message. False when it cannot at present.
    pub fn send_message(&mut self, data: &DataProduced, binary: bool, message: &[u8]) -> bool {
        let sent = self
            .sender(data.peer)
            .send_message(data.channel, binary, message);
        self.drain_client(self.peer(data.peer).send);
        sent
    }

    /// Lets a connection put out what it has, after it was changed from outside.
    pub fn drain_client(&mut self, endpoint: Endpoint) {
        let now = self.now;
        if let Some(client) = self.clients.get_mut(endpoint.client) {
            client.proceed(&mut self.wire, now);
        }
    }

    /// A peer changes networks: its sending connection goes on from another address.
    pub fn migrate(&mut self, id: PeerId, links: (LinkConfig, LinkConfig)) -> SocketAddr {
        let (_, ip) = self.add_host(links.0, links.1);
        let endpoint = self.peer(id).send;
        let local = SocketAddr::new(ip, FIRST_PORT);
        self.owners.insert(local, Owner::Client(endpoint.client));
        self.sender(id).migrate(local);
        self.drain_client(endpoint);
        local
    }

    /// A peer closes the connection by which it sends, with a goodbye.
    pub fn close_sender(&mut self, id: PeerId) {
        let (endpoint, now) = (self.peer(id).send, self.now);
        if let Some(client) = self.clients.get_mut(endpoint.client) {
            client.close(&mut self.wire, now);
        }
    }

    /// A peer vanishes without a word.
    pub fn kill(&mut self, id: PeerId) {
        self.sender(id).kill();
        self.receiver(id).kill();
    }
}
