//! The core under test, driven as the engine drives it: negotiation by `miso-ortc`, then commands.

mod data;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use miso_ice::{ConsentTimeout, ListenInfo, Offers, Protocol};
use miso_ortc::{
    ConsumerOptions, MediaKind, MidAllocator, ProducerOptions, ProducerType,
    RouterRtpCodecCapability, RtpCapabilities, RtpParameters, SctpStreamIds, SctpStreamParameters,
    TransportCname, can_consume, consumer_rtp_parameters, prepare_producer,
    router_rtp_capabilities,
};
use miso_secure::{DtlsContext, DtlsRole, Fingerprint};
use miso_sfu::command::{
    Command, Consume, DirectTransportOptions, NewConsumer, PlainTransportOptions, PreferredLayers,
    Produce, Response, RouterCommand, SctpTransportOptions, TransportCommand,
    WebRtcTransportOptions,
};
use miso_sfu::dump::WebRtcTransportDump;
use miso_sfu::event::Event;
use miso_sfu::{
    Batch, CommandError, ConsumerId, DataProducerId, DropReason, ProducerId, RouterId, TransportId,
    Worker, WorkerConfig,
};
use miso_wire::Bitrate;

use crate::negotiate::{AudioExtras, h264_parameters};

/// Bytes and messages of the send buffer, as the engine makes it.
const BATCH: (usize, usize) = (256 * 1024, 512);
/// Time since the Unix epoch when a world begins.
const UNIX_TIME: Duration = Duration::from_secs(1_790_000_000);

/// A producer as the engine remembers it.
#[derive(Clone, Debug)]
pub struct ProducerRecord {
    /// Where it is.
    pub transport: TransportId,
    /// Audio or video.
    pub kind: MediaKind,
    /// How its encodings relate.
    pub producer_type: ProducerType,
    /// What consumers can get of it.
    pub consumable: RtpParameters,
}

/// A data producer as the engine remembers it.
#[derive(Clone, Debug)]
struct DataProducerRecord {
    parameters: Option<SctpStreamParameters>,
    label: String,
    protocol: String,
}

/// What belongs to one transport.
#[derive(Debug, Default)]
struct TransportRecord {
    cname: TransportCname,
    mids: MidAllocator,
    streams: SctpStreamIds,
}

/// How a WebRTC transport is made.
#[derive(Clone, Copy, Debug)]
pub struct TransportSettings {
    /// Silence after which consent is lost, seconds.
    pub consent_timeout: u64,
    /// DataChannels.
    pub sctp: Option<SctpTransportOptions>,
}

impl Default for TransportSettings {
    fn default() -> Self {
        Self {
            consent_timeout: 30,
            sctp: Some(SctpTransportOptions::default()),
        }
    }
}

/// How a consumer is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConsumeSettings {
    /// Whether it starts paused.
    pub paused: bool,
    /// Whether lost packets are sent again; none is mediasoup's default, for video only.
    pub enable_rtx: Option<bool>,
    /// Layers to start with.
    pub preferred_layers: Option<PreferredLayers>,
    /// What the peer takes of audio besides Opus.
    pub audio: AudioExtras,
}

/// A consumer that was made.
#[derive(Clone, Debug)]
pub struct NewConsumerRecord {
    /// Its name.
    pub id: ConsumerId,
    /// Audio or video.
    pub kind: MediaKind,
    /// What the peer gets.
    pub parameters: RtpParameters,
    /// Its first state.
    pub state: NewConsumer,
}

/// A worker with one router, and the memory of an engine.
pub struct Server {
    /// The core.
    pub worker: Worker,
    /// Everything that it told, with the time.
    pub events: Vec<(Instant, Event)>,
    /// Datagrams that it sent.
    pub sent: u64,
    router: RouterId,
    capabilities: RtpCapabilities,
    listen: Vec<ListenInfo>,
    next_id: u64,
    rng: fastrand::Rng,
    transports: HashMap<TransportId, TransportRecord>,
    producers: HashMap<ProducerId, ProducerRecord>,
    data_producers: HashMap<DataProducerId, DataProducerRecord>,
    batch: Batch,
}

impl Server {
    /// A server that listens on these addresses, with Opus, VP8 and VP9, RED and RTX.
    pub fn new(
        seed: u64,
        dtls: DtlsContext,
        listen: &[(Protocol, SocketAddr)],
        now: Instant,
    ) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed ^ 0x5e7e);
        let mut worker_seed = [0; 32];
        rng.fill(&mut worker_seed);
        let mut worker = Worker::new(WorkerConfig {
            dtls,
            seed: worker_seed,
            unix_time_at_start: UNIX_TIME,
            start: now,
        });
        let router = RouterId(1);
        worker
            .handle_command(Command::CreateRouter(router), now)
            .expect("the first router is new");
        let codecs = [
            ("audio/opus", 48_000, 2),
            ("video/VP8", 90_000, 1),
            ("video/VP9", 90_000, 1),
            ("video/H264", 90_000, 1),
            ("video/AV1", 90_000, 1),
            ("audio/red", 48_000, 2),
            ("audio/rtx", 48_000, 1),
        ];
        let codecs = codecs.map(|(mime_type, clock_rate, channels)| {
            let codec = RouterRtpCodecCapability::new(mime_type, clock_rate, channels);
            let codec = codec.expect("a known codec");
            match mime_type {
                "video/H264" => codec.with_parameters(h264_parameters()),
                _ => codec,
            }
        });
        let listen = listen
            .iter()
            .map(|(protocol, address)| listen_info(*protocol, *address));
        Self {
            worker,
            events: Vec::new(),
            sent: 0,
            router,
            capabilities: router_rtp_capabilities(&codecs).expect("codecs that are supported"),
            listen: listen.collect(),
            next_id: 2,
            rng,
            transports: HashMap::new(),
            producers: HashMap::new(),
            data_producers: HashMap::new(),
            batch: Batch::new(BATCH.0, BATCH.1),
        }
    }

    /// The router.
    pub fn router(&self) -> RouterId {
        self.router
    }

    /// What the router can forward.
    pub fn capabilities(&self) -> &RtpCapabilities {
        &self.capabilities
    }

    /// What the engine remembers of a producer.
    pub fn producer(&self, id: ProducerId) -> Option<&ProducerRecord> {
        self.producers.get(&id)
    }

    /// How often something was not used for this cause.
    pub fn drops(&self, reason: DropReason) -> u64 {
        self.worker.drops(reason)
    }

    /// A name that was not used yet.
    pub fn next_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Sends by batches of another size from now on.
    pub fn set_batch(&mut self, bytes: usize, messages: usize) {
        self.batch = Batch::new(bytes, messages);
    }

    /// Carries out a command.
    ///
    /// # Errors
    /// As the core's.
    pub fn command(&mut self, command: Command, now: Instant) -> Result<Response, CommandError> {
        self.worker.handle_command(command, now)
    }

    /// Makes a WebRTC transport.
    ///
    /// # Errors
    /// As the core's.
    pub fn create_transport(
        &mut self,
        settings: TransportSettings,
        now: Instant,
    ) -> Result<(TransportId, WebRtcTransportDump), CommandError> {
        let id = TransportId(self.next_id());
        let options = WebRtcTransportOptions {
            sockets: Default::default(),
            listen: self.listen.clone(),
            offers: Offers::default(),
            ice_consent_timeout: ConsentTimeout::from_secs(settings.consent_timeout),
            initial_available_outgoing_bitrate: Bitrate::kbps(600),
            sctp: settings.sctp,
        };
        let command = RouterCommand::CreateWebRtcTransport(id, Box::new(options));
        let answer = self.command(Command::Router(self.router, command), now)?;
        self.transports.insert(id, TransportRecord::default());
        match answer {
            Response::WebRtcTransport(dump) => Ok((id, *dump)),
            other => panic!("CreateWebRtcTransport was answered with {other:?}"),
        }
    }

    /// Makes a direct transport.
    ///
    /// # Errors
    /// As the core's.
    pub fn create_direct_transport(&mut self, now: Instant) -> Result<TransportId, CommandError> {
        let id = TransportId(self.next_id());
        let options = DirectTransportOptions {
            max_send_message_size: 262_144,
            max_receive_message_size: 262_144,
        };
        let command = RouterCommand::CreateDirectTransport(id, options);
        self.command(Command::Router(self.router, command), now)?;
        self.transports.insert(id, TransportRecord::default());
        Ok(id)
    }

    /// Makes a plain transport, as if sockets were bound where the options say.
    ///
    /// # Errors
    /// As the core's.
    pub fn create_plain_transport(
        &mut self,
        options: PlainTransportOptions,
        now: Instant,
    ) -> Result<TransportId, CommandError> {
        let id = TransportId(self.next_id());
        let command = RouterCommand::CreatePlainTransport(id, Box::new(options));
        self.command(Command::Router(self.router, command), now)?;
        self.transports.insert(id, TransportRecord::default());
        Ok(id)
    }

    /// Tells a transport who its peer is. The role that it takes.
    ///
    /// # Errors
    /// As the core's.
    pub fn connect(
        &mut self,
        transport: TransportId,
        fingerprints: Vec<Fingerprint>,
        role: DtlsRole,
        now: Instant,
    ) -> Result<DtlsRole, CommandError> {
        let command = TransportCommand::Connect { fingerprints, role };
        match self.command(Command::Transport(transport, command), now)? {
            Response::Connected(role) => Ok(role),
            other => panic!("Connect was answered with {other:?}"),
        }
    }

    /// Makes a producer of what a peer says that it sends.
    ///
    /// # Errors
    /// As the core's.
    pub fn produce(
        &mut self,
        transport: TransportId,
        (kind, parameters): (MediaKind, RtpParameters),
        key_frame_request_delay: Duration,
        now: Instant,
    ) -> Result<ProducerId, CommandError> {
        let id = ProducerId(self.next_id());
        let record = self.transports.entry(transport).or_default();
        let options = ProducerOptions {
            kind,
            parameters,
            router: &self.capabilities,
        };
        let rng = &mut self.rng;
        let prepared = prepare_producer(options, &mut record.cname, &mut || rng.u32(..))
            .map_err(|error| CommandError::type_error(error.to_string()))?;
        let produce = Produce {
            kind,
            rtp_parameters: prepared.parameters,
            rtp_mapping: prepared.mapping,
            paused: false,
            key_frame_request_delay,
            numbers_packets: false,
        };
        let command = TransportCommand::Produce(id, Box::new(produce));
        self.command(Command::Transport(transport, command), now)?;
        self.producers.insert(
            id,
            ProducerRecord {
                transport,
                kind,
                producer_type: prepared.producer_type,
                consumable: prepared.consumable,
            },
        );
        Ok(id)
    }

    /// Makes a consumer for a peer that can take `remote`.
    ///
    /// # Errors
    /// As the core's, and when the peer cannot take anything of the producer.
    pub fn consume(
        &mut self,
        (transport, producer): (TransportId, ProducerId),
        remote: &RtpCapabilities,
        settings: ConsumeSettings,
        now: Instant,
    ) -> Result<NewConsumerRecord, CommandError> {
        let id = ConsumerId(self.next_id());
        let source = self
            .producers
            .get(&producer)
            .ok_or_else(|| CommandError::not_found("Producer not found"))?;
        if !can_consume(&source.consumable, remote) {
            return Err(CommandError::error("cannot consume"));
        }
        let kind = source.kind;
        let record = self.transports.entry(transport).or_default();
        let options = ConsumerOptions {
            consumable: &source.consumable,
            remote,
            mid: record.mids.allocate(),
            enable_rtx: settings.enable_rtx.unwrap_or(kind == MediaKind::Video),
            pipe: false,
        };
        let rng = &mut self.rng;
        let parameters = consumer_rtp_parameters(options, &mut || rng.u32(..))
            .map_err(|error| CommandError::type_error(error.to_string()))?;
        let consume = Consume {
            producer_id: producer,
            kind,
            rtp_parameters: parameters.clone(),
            consumer_type: source.producer_type.into(),
            consumable_rtp_encodings: source.consumable.encodings.clone(),
            paused: settings.paused,
            preferred_layers: settings.preferred_layers,
            ignore_dtx: false,
        };
        let command = TransportCommand::Consume(id, Box::new(consume));
        match self.command(Command::Transport(transport, command), now)? {
            Response::Consumer(state) => Ok(NewConsumerRecord {
                id,
                kind,
                parameters,
                state,
            }),
            other => panic!("Consume was answered with {other:?}"),
        }
    }

    /// Takes everything out that the core has: datagrams go to `send` with protocol, source and destination.
    pub fn drain(
        &mut self,
        now: Instant,
        mut send: impl FnMut(Protocol, (SocketAddr, SocketAddr), &[u8]),
    ) {
        loop {
            self.worker.poll_transmit(&mut self.batch, now);
            if self.batch.is_empty() {
                break;
            }
            for message in self.batch.messages() {
                let path = (message.tuple.local(), message.tuple.remote());
                for datagram in message.bytes.chunks(message.segment_size) {
                    self.sent += 1;
                    send(message.tuple.protocol(), path, datagram);
                }
            }
            self.batch.clear();
        }
        while let Some(event) = self.worker.poll_event() {
            self.events.push((now, event));
        }
    }
}

fn listen_info(protocol: Protocol, address: SocketAddr) -> ListenInfo {
    let ip: IpAddr = address.ip();
    ListenInfo {
        protocol,
        ip,
        port: address.port(),
        announced_address: None,
        expose_internal_ip: false,
    }
}
