//! TEMPORARY: the core on a thread of its own.
use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::bail;
use miso_ice::{ConsentTimeout, ListenInfo, Offers, Protocol};
use miso_netio::{
    Events, Interest, Outgoing, Poller, RecvBatch, Token, UdpOptions, UdpSocket, Waker,
};
use miso_ortc::{
    ConsumerOptions, ConsumerType, PreparedProducer, ProducerOptions, RtpCapabilities,
    TransportCname, consumer_rtp_parameters, prepare_producer, router_rtp_capabilities,
};
use miso_secure::{Certificate, DtlsContext, DtlsRole, Fingerprint};
use miso_sfu::command::{
    Command, Consume, Produce, Response, RouterCommand, TransportCommand, WebRtcTransportOptions,
};
use miso_sfu::{
    Batch, CommandError, ConsumerId, ProducerId, RouterId, TransportId, Worker, WorkerConfig,
};
use miso_wire::Bitrate;

use super::media;
use super::peer::Remote;
use crate::Load;

type Job = (Command, mpsc::Sender<Result<Response, CommandError>>);

pub(super) struct Transport {
    id: u64,
    pub(super) remote: Remote,
}

pub(super) struct Engine {
    jobs: Option<mpsc::Sender<Job>>,
    waker: Waker,
    thread: Option<thread::JoinHandle<()>>,
    local: SocketAddr,
    next: u64,
    kind: miso_ortc::MediaKind,
    capabilities: RtpCapabilities,
    producer: Option<PreparedProducer>,
}

impl Engine {
    pub(super) fn start(load: &Load) -> anyhow::Result<Self> {
        let options = UdpOptions {
            send_buffer: Some(4 << 20),
            recv_buffer: Some(4 << 20),
            ..UdpOptions::default()
        };
        let mut socket = UdpSocket::bind(([127, 0, 0, 1], 0).into(), &options)?;
        let local = socket.local_addr();
        let mut poller = Poller::new()?;
        poller.add(&socket, Token(0), Interest::Read)?;
        let waker = poller.waker();
        let (jobs, todo) = mpsc::channel::<Job>();
        let dtls = DtlsContext::new(Certificate::generate(SystemTime::now())?)?;
        let run = move || {
            let mut core = Worker::new(WorkerConfig {
                dtls,
                seed: [7; 32],
                unix_time_at_start: SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default(),
                start: Instant::now(),
            });
            let mut ready = Events::with_capacity(16);
            let mut received = RecvBatch::default();
            let destinations = std::env::var("FLUSH")
                .ok()
                .and_then(|x| x.parse().ok())
                .unwrap_or(32);
            let mut batch = Batch::new(destinations * 13_000, destinations);
            loop {
                let timeout = core
                    .poll_timeout()
                    .map(|at| at.saturating_duration_since(Instant::now()));
                if poller.wait(timeout, &mut ready).is_err() {
                    return;
                }
                let now = Instant::now();
                core.handle_timeout(now);
                drain(&mut core, &mut batch, &mut socket, now);
                for _ in 0..8 {
                    if !matches!(socket.recv(&mut received), Ok(1..)) {
                        break;
                    }
                    let now = Instant::now();
                    for datagram in received.datagrams_mut() {
                        core.handle_datagram(
                            datagram.payload,
                            Protocol::Udp,
                            (datagram.local, datagram.remote),
                            now,
                        );
                    }
                    drain(&mut core, &mut batch, &mut socket, now);
                    if !received.is_full() {
                        break;
                    }
                }
                loop {
                    match todo.try_recv() {
                        Ok((command, answer)) => {
                            drop(answer.send(core.handle_command(command, Instant::now())))
                        }
                        Err(mpsc::TryRecvError::Empty) => break,
                        Err(mpsc::TryRecvError::Disconnected) => return,
                    }
                    drain(&mut core, &mut batch, &mut socket, Instant::now());
                }
            }
        };
        let thread = thread::Builder::new()
            .name("miso-worker-0".to_owned())
            .spawn(run)?;
        let capabilities = router_rtp_capabilities(&media::router_codecs()?)?;
        let engine = Self {
            jobs: Some(jobs),
            waker,
            thread: Some(thread),
            local,
            next: 2,
            kind: media::kind_of(load),
            capabilities,
            producer: None,
        };
        engine.ask(Command::CreateRouter(RouterId(1)))?;
        Ok(engine)
    }

    fn ask(&self, command: Command) -> anyhow::Result<Response> {
        let (answer, answered) = mpsc::channel();
        if let Some(jobs) = &self.jobs {
            jobs.send((command, answer))?;
        }
        self.waker.wake();
        answered
            .recv()?
            .map_err(|error| anyhow::anyhow!("{error:?}"))
    }

    pub(super) fn create_transport(
        &mut self,
        fingerprints: &[Fingerprint],
    ) -> anyhow::Result<Transport> {
        self.next += 1;
        let id = self.next;
        let options = WebRtcTransportOptions {
            listen: vec![ListenInfo {
                protocol: Protocol::Udp,
                ip: self.local.ip(),
                port: self.local.port(),
                announced_address: None,
                expose_internal_ip: false,
            }],
            offers: Offers::default(),
            ice_consent_timeout: ConsentTimeout::default(),
            initial_available_outgoing_bitrate: Bitrate(600_000),
            sctp: None,
        };
        let Response::WebRtcTransport(made) = self.ask(Command::Router(
            RouterId(1),
            RouterCommand::CreateWebRtcTransport(TransportId(id), Box::new(options)),
        ))?
        else {
            bail!("no transport")
        };
        self.ask(Command::Transport(
            TransportId(id),
            TransportCommand::Connect {
                fingerprints: fingerprints.to_vec(),
                role: DtlsRole::Client,
            },
        ))?;
        Ok(Transport {
            id,
            remote: Remote {
                address: self.local,
                ufrag: made.ice_credentials.ufrag().as_str().to_owned(),
                password: made.ice_credentials.password().to_owned(),
                fingerprints: made.dtls_fingerprints,
            },
        })
    }

    pub(super) fn produce(&mut self, transport: &Transport) -> anyhow::Result<()> {
        let options = ProducerOptions {
            kind: self.kind,
            parameters: media::parameters(self.kind)?,
            router: &self.capabilities,
        };
        let prepared = prepare_producer(options, &mut TransportCname::default(), &mut random)?;
        let produce = Produce {
            kind: self.kind,
            rtp_parameters: prepared.parameters.clone(),
            rtp_mapping: prepared.mapping.clone(),
            paused: false,
            key_frame_request_delay: std::time::Duration::ZERO,
        };
        self.ask(Command::Transport(
            TransportId(transport.id),
            TransportCommand::Produce(ProducerId(2), Box::new(produce)),
        ))?;
        self.producer = Some(prepared);
        Ok(())
    }

    pub(super) fn consume(&mut self, transport: &Transport) -> anyhow::Result<()> {
        let Some(producer) = &self.producer else {
            bail!("no producer")
        };
        let options = ConsumerOptions {
            consumable: &producer.consumable,
            remote: &self.capabilities,
            mid: miso_wire::Mid::new(b"0").ok(),
            enable_rtx: self.kind == miso_ortc::MediaKind::Video,
            pipe: false,
        };
        let parameters = consumer_rtp_parameters(options, &mut random)?;
        let consume = Consume {
            producer_id: ProducerId(2),
            kind: self.kind,
            rtp_parameters: parameters,
            consumer_type: ConsumerType::Simple,
            consumable_rtp_encodings: producer.consumable.encodings.clone(),
            paused: false,
            preferred_layers: None,
            ignore_dtx: false,
        };
        self.ask(Command::Transport(
            TransportId(transport.id),
            TransportCommand::Consume(ConsumerId(transport.id + 100_000), Box::new(consume)),
        ))?;
        Ok(())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        drop(self.jobs.take());
        self.waker.wake();
        drop(self.thread.take().map(thread::JoinHandle::join));
    }
}

fn drain(core: &mut Worker, batch: &mut Batch, socket: &mut UdpSocket, now: Instant) {
    loop {
        core.poll_transmit(batch, now);
        if batch.is_empty() {
            break;
        }
        socket.send(batch.messages().map(|message| Outgoing {
            remote: message.tuple.remote(),
            source: None,
            payload: message.bytes,
            segment_size: u16::try_from(message.segment_size).ok(),
        }));
        batch.clear();
    }
    while core.poll_event().is_some() {}
}

fn random() -> u32 { use std::hash::{BuildHasher, Hasher}; (std::collections::hash_map::RandomState::new().build_hasher().finish() & 0xffff_ffff) as u32 }
