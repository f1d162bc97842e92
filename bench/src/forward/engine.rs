//! What the benchmark asks of the engine, as an application would.

use std::net::{IpAddr, Ipv4Addr};
use std::time::SystemTime;

use anyhow::{Context, bail};
use miso_engine::{
    Certificate, ConsumerOptions, DtlsFingerprint, DtlsParameters, DtlsRole, EngineOptions,
    Producer, ProducerOptions, Router, RouterEvents, WebRtcTransport, WebRtcTransportOptions,
};
use miso_ortc::MediaKind;
use miso_secure::Fingerprint;
use tokio::runtime::{Builder, Runtime};

use super::media;
use super::peer::Remote;

/// The engine with one router, and what is in it.
pub(super) struct Engine {
    /// Drives the requests, on the calling thread.
    runtime: Runtime,
    engine: Option<miso_engine::Engine>,
    router: Router,
    /// Kept, as an application would; nothing happens that it must react to.
    _events: RouterEvents,
    producer: Option<Producer>,
    /// The transport that was made last.
    last: Option<WebRtcTransport>,
}

impl Engine {
    /// Starts an engine with one worker on the loopback interface, and a router in it.
    pub(super) fn start() -> anyhow::Result<Self> {
        let runtime = Builder::new_current_thread().build()?;
        let options = EngineOptions {
            workers: 1,
            listen_ips: vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
            base_port: 0,
            ..EngineOptions::new(Certificate::generate(SystemTime::now())?)
        };
        let engine = runtime.block_on(miso_engine::Engine::start(options))?;
        let (router, events) = runtime.block_on(engine.create_router(media::router_codecs()?))?;
        Ok(Self {
            runtime,
            engine: Some(engine),
            router,
            _events: events,
            producer: None,
            last: None,
        })
    }

    /// Makes a transport for a peer with this certificate, which will begin the handshake.
    pub(super) fn create_transport(
        &mut self,
        fingerprints: &[Fingerprint],
    ) -> anyhow::Result<Remote> {
        let options = WebRtcTransportOptions {
            enable_tcp: false,
            ..WebRtcTransportOptions::default()
        };
        let made = self.router.create_webrtc_transport(options);
        let transport = self.runtime.block_on(made)?;
        let remote = Remote {
            address: address_of(&transport)?,
            ufrag: transport.ice_parameters().username_fragment,
            password: transport.ice_parameters().password,
            fingerprints: parse_fingerprints(&transport.dtls_parameters().fingerprints)?,
        };
        let parameters = DtlsParameters {
            role: DtlsRole::Client,
            fingerprints: fingerprints.iter().map(DtlsFingerprint::from).collect(),
        };
        self.runtime.block_on(transport.connect(parameters))?;
        self.last = Some(transport);
        Ok(remote)
    }

    /// Makes the producer, on the transport that was made last.
    pub(super) fn produce(&mut self, kind: MediaKind) -> anyhow::Result<()> {
        let transport = self.last.as_ref().context("no transport")?;
        let options = ProducerOptions::new(kind, media::parameters(kind)?);
        self.producer = Some(self.runtime.block_on(transport.produce(options))?);
        Ok(())
    }

    /// Makes a consumer of the producer, on the transport that was made last, for a device that can take all that the
    /// router has.
    pub(super) fn consume(&self) -> anyhow::Result<()> {
        let transport = self.last.as_ref().context("no transport")?;
        let producer = self.producer.as_ref().context("no producer")?;
        let capabilities = self.router.rtp_capabilities().clone();
        let options = ConsumerOptions::new(producer.id(), capabilities);
        self.runtime.block_on(transport.consume(options))?;
        Ok(())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(engine) = self.engine.take() {
            self.runtime.block_on(engine.close());
        }
    }
}

fn address_of(transport: &WebRtcTransport) -> anyhow::Result<std::net::SocketAddr> {
    let Some(candidate) = transport.ice_candidates().first() else {
        bail!("a transport without candidates");
    };
    let ip: IpAddr = candidate
        .address
        .parse()
        .context("the candidate's address")?;
    Ok((ip, candidate.port).into())
}

pub(super) fn parse_fingerprints(told: &[DtlsFingerprint]) -> anyhow::Result<Vec<Fingerprint>> {
    let parse = |fingerprint: &DtlsFingerprint| {
        let algorithm = fingerprint.algorithm.parse()?;
        Ok(Fingerprint::parse(algorithm, &fingerprint.value)?)
    };
    told.iter().map(parse).collect()
}
