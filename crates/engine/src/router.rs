//! Routers: media switching domains. Everything that a router holds is reached through it.

mod close;
mod events;
mod tables;

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use miso_ortc::{RtpCapabilities, can_consume, validate_rtp_capabilities};
use miso_sfu::command::{self, RouterCommand};
use miso_sfu::command::{Command, Response};
use miso_sfu::{RouterId, RtpObserverId, TransportId};
use serde_json::Value;

use crate::base::Base;
use crate::error::{RequestError, expect_answer};
use crate::event_queue::EventQueue;
use crate::ids::{new_name, next_number};
use crate::json;
use crate::observer::{ActiveSpeakerObserver, AudioLevelObserver, ObserverCore};
use crate::sync::lock;
use crate::transport::{
    DirectTransport, PipeTransport, PlainTransport, SocketPart, TransportCore, WebRtcPart,
    WebRtcTransport, sockets_of, webrtc_options,
};
use crate::types::{
    ActiveSpeakerOptions, AudioLevelOptions, DirectTransportOptions, PipeTransportOptions,
    PlainTransportOptions, WebRtcTransportOptions,
};
use crate::worker::{Kind, OnSockets, WorkerShared};

pub(crate) use tables::Tables;

/// A media switching domain. Clones are handles of one router; when the last one is dropped, or [`close`](Self::close)
/// is called, it closes with all that it holds.
#[derive(Clone, Debug)]
pub struct Router(Arc<Owner>);

/// Closes the router when it goes. The objects of a router hold its core, not this.
#[derive(Debug)]
struct Owner(Arc<RouterCore>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Router {
    /// Takes the router that was just made in the core.
    pub(crate) fn new(core: Arc<RouterCore>) -> Self {
        Self(Arc::new(Owner(core)))
    }

    fn core(&self) -> &Arc<RouterCore> {
        &self.0.0
    }

    /// Its id, a UUID.
    pub fn id(&self) -> &str {
        &self.core().name
    }

    /// What producers may send in it, and under which names.
    pub fn rtp_capabilities(&self) -> &RtpCapabilities {
        &self.core().capabilities
    }

    /// Whether it is closed.
    pub fn closed(&self) -> bool {
        lock(&self.core().tables).is_closed
    }

    /// Whether a side with these capabilities can take anything of a producer; false for an unknown producer.
    pub fn can_consume(&self, producer_id: &str, rtp_capabilities: &RtpCapabilities) -> bool {
        let Some(producer) = lock(&self.core().tables).producer_named(producer_id) else {
            return false;
        };
        let mut remote = rtp_capabilities.clone();
        validate_rtp_capabilities(&mut remote).is_ok() && can_consume(&producer.consumable, &remote)
    }

    /// Makes a transport for a WebRTC peer on the ports of a worker.
    ///
    /// # Errors
    /// [`RequestError::Type`] if the options leave no candidate, [`RequestError::Closed`].
    pub async fn create_webrtc_transport(
        &self,
        options: WebRtcTransportOptions,
    ) -> Result<WebRtcTransport, RequestError> {
        let core = self.core();
        let worker = Arc::clone(&core.worker);
        let for_core = Box::new(webrtc_options(&options, &worker.listen)?);
        let base = Base::new(core, &worker, None, options.app_data);
        let command = RouterCommand::CreateWebRtcTransport(TransportId(base.number), for_core);
        let finish = |answer| {
            let dump = expect_answer!(answer, Response::WebRtcTransport(dump) => dump)?;
            let part = Arc::new(WebRtcPart::new(&dump));
            let transport = Arc::new(TransportCore::webrtc(base, &part));
            transport.base.router.adopt_transport(&transport)?;
            Ok(WebRtcTransport(transport, part))
        };
        core.check_open()?;
        let command = Command::Router(core.id, command);
        worker
            .ask_or(command, finish, |transport| transport.close())
            .await
    }

    /// Makes a transport for a peer that speaks RTP without ICE and DTLS, on sockets of its own.
    ///
    /// # Errors
    /// [`RequestError::Error`] when a port cannot be had (fact sheet 4.1), [`RequestError::Type`] for a range of ports
    /// that is none or SCTP settings out of range, [`RequestError::Closed`].
    pub async fn create_plain_transport(
        &self,
        options: PlainTransportOptions,
    ) -> Result<PlainTransport, RequestError> {
        let core = self.core();
        let worker = Arc::clone(&core.worker);
        let listen = sockets_of(&options);
        let srtp = options.enable_srtp.then_some(options.srtp_crypto_suite);
        let (comedia, sctp) = (options.comedia, options.sctp);
        let base = Base::new(core, &worker, None, options.app_data);
        let (router, transport) = (core.id, TransportId(base.number));
        let command = move |bound: &[SocketAddr]| {
            let unbound = SocketAddr::from(([0, 0, 0, 0], 0));
            let for_core = Box::new(command::PlainTransportOptions {
                rtp: bound.first().copied().unwrap_or(unbound),
                rtcp: bound.get(1).copied(),
                comedia,
                sctp,
                srtp: srtp.map(Into::into),
            });
            Command::Router(
                router,
                RouterCommand::CreatePlainTransport(transport, for_core),
            )
        };
        let request = OnSockets {
            transport,
            listen: listen.clone(),
            command: Box::new(command),
        };
        let finish = move |answer| {
            let dump = expect_answer!(answer, Response::PlainTransport(dump) => dump)?;
            let part = Arc::new(SocketPart::new(&(&*dump).into(), &listen));
            let transport = Arc::new(TransportCore::plain(base, &part));
            transport.base.router.adopt_transport(&transport)?;
            Ok(PlainTransport(transport, part))
        };
        core.check_open()?;
        worker
            .ask_on_sockets(request, finish, |transport| transport.close())
            .await
    }

    /// Makes one end of a path to another router, on a socket of its own.
    ///
    /// # Errors
    /// As [`create_plain_transport`](Self::create_plain_transport).
    pub async fn create_pipe_transport(
        &self,
        options: PipeTransportOptions,
    ) -> Result<PipeTransport, RequestError> {
        let core = self.core();
        let worker = Arc::clone(&core.worker);
        let listen = vec![options.listen_info];
        let (sctp, rtx, srtp) = (options.sctp, options.enable_rtx, options.enable_srtp);
        let base = Base::new(core, &worker, None, options.app_data);
        let (router, transport) = (core.id, TransportId(base.number));
        let command = move |bound: &[SocketAddr]| {
            let unbound = SocketAddr::from(([0, 0, 0, 0], 0));
            let for_core = Box::new(command::PipeTransportOptions {
                socket: bound.first().copied().unwrap_or(unbound),
                rtx,
                sctp,
                srtp,
            });
            let create = RouterCommand::CreatePipeTransport(transport, for_core);
            Command::Router(router, create)
        };
        let request = OnSockets {
            transport,
            listen: listen.clone(),
            command: Box::new(command),
        };
        let finish = move |answer| {
            let dump = expect_answer!(answer, Response::PipeTransport(dump) => dump)?;
            let part = Arc::new(SocketPart::new(&(&*dump).into(), &listen));
            let transport = Arc::new(TransportCore::pipe(base, &part, rtx));
            transport.base.router.adopt_transport(&transport)?;
            Ok(PipeTransport(transport, part))
        };
        core.check_open()?;
        worker
            .ask_on_sockets(request, finish, |transport| transport.close())
            .await
    }

    /// Makes a transport for this process itself.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn create_direct_transport(
        &self,
        options: DirectTransportOptions,
    ) -> Result<DirectTransport, RequestError> {
        let core = self.core();
        let worker = Arc::clone(&core.worker);
        let for_core = command::DirectTransportOptions {
            max_send_message_size: options.max_send_message_size,
            max_receive_message_size: options.max_receive_message_size,
        };
        let base = Base::new(core, &worker, None, options.app_data);
        let command = RouterCommand::CreateDirectTransport(TransportId(base.number), for_core);
        let finish = |answer| {
            expect_answer!(answer, Response::Done => ())?;
            let transport = Arc::new(TransportCore::direct(base));
            transport.base.router.adopt_transport(&transport)?;
            Ok(DirectTransport(transport))
        };
        core.check_open()?;
        let command = Command::Router(core.id, command);
        worker
            .ask_or(command, finish, |transport| transport.close())
            .await
    }

    /// Makes an observer of how loud producers are.
    ///
    /// # Errors
    /// [`RequestError::Type`] for options out of range, [`RequestError::Closed`].
    pub async fn create_audio_level_observer(
        &self,
        options: AudioLevelOptions,
    ) -> Result<AudioLevelObserver, RequestError> {
        let refuse = |reason: &str| Err(RequestError::Type(reason.to_owned()));
        if options.max_entries == 0 {
            return refuse("if given, maxEntries must be a positive number");
        }
        if !(-127..=0).contains(&options.threshold) {
            return refuse("if given, threshold must be a negative number greater than -127");
        }
        let for_core = command::AudioLevelOptions {
            max_entries: options.max_entries,
            threshold: options.threshold,
            interval: options.interval,
        };
        let create = |id| RouterCommand::CreateAudioLevelObserver(id, for_core);
        self.create_observer(options.app_data, create)
            .await
            .map(AudioLevelObserver)
    }

    /// Makes an observer of who speaks.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn create_active_speaker_observer(
        &self,
        options: ActiveSpeakerOptions,
    ) -> Result<ActiveSpeakerObserver, RequestError> {
        let for_core = command::ActiveSpeakerOptions {
            interval: options.interval,
        };
        let create = |id| RouterCommand::CreateActiveSpeakerObserver(id, for_core);
        self.create_observer(options.app_data, create)
            .await
            .map(ActiveSpeakerObserver)
    }

    async fn create_observer(
        &self,
        app_data: Value,
        create: impl FnOnce(RtpObserverId) -> RouterCommand,
    ) -> Result<Arc<ObserverCore>, RequestError> {
        let core = self.core();
        let worker = Arc::clone(&core.worker);
        let base = Base::new(core, &worker, None, app_data);
        let command = Command::Router(core.id, create(RtpObserverId(base.number)));
        let finish = |answer| {
            expect_answer!(answer, Response::Done => ())?;
            let observer = Arc::new(ObserverCore::new(base));
            observer.base.router.adopt_observer(&observer)?;
            Ok(observer)
        };
        core.check_open()?;
        worker
            .ask_or(command, finish, |observer| observer.close())
            .await
    }

    /// Its inner state under mediasoup's names (fact sheet 1.5).
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn dump(&self) -> Result<Value, RequestError> {
        let core = self.core();
        core.check_open()?;
        let command = Command::Router(core.id, RouterCommand::Dump);
        let finish = |answer| expect_answer!(answer, Response::RouterDump(dump) => dump);
        let dump = core.worker.ask(command, finish).await?;
        Ok(json::router_dump(&core.name, &dump, &lock(&core.tables)))
    }

    /// Closes it with all that it holds. Transports tell [`Closed`](crate::TransportEvent::Closed), what is on them
    /// `TransportClose`; then the stream of events ends.
    pub fn close(&self) {
        self.core().close();
    }
}

/// What all handles of a router and of its objects share.
pub(crate) struct RouterCore {
    /// Its name in the core.
    pub(crate) id: RouterId,
    /// Its name for users.
    name: String,
    /// Computed from the codecs that it was made with.
    pub(crate) capabilities: RtpCapabilities,
    /// Where new transports are placed.
    worker: Arc<WorkerShared>,
    /// Where events go.
    pub(super) events: Arc<EventQueue>,
    /// What it holds. Locked before any lock of an object, of the worker's routes and of the event queue.
    pub(crate) tables: Mutex<Tables>,
}

impl RouterCore {
    /// A router that is not known to its worker yet.
    pub(crate) fn new(
        capabilities: RtpCapabilities,
        worker: Arc<WorkerShared>,
        events: Arc<EventQueue>,
    ) -> Self {
        Self {
            id: RouterId(next_number()),
            name: new_name(),
            capabilities,
            worker,
            events,
            tables: Mutex::default(),
        }
    }

    /// Makes it known to its worker; from now on it gets events.
    pub(crate) fn adopt(self: &Arc<Self>) {
        self.worker.add_route(self.id.0, Kind::Router, self);
    }

    /// Its name for users.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn check_open(&self) -> Result<(), RequestError> {
        if lock(&self.tables).is_closed {
            Err(RequestError::Closed)
        } else {
            Ok(())
        }
    }
}

impl fmt::Debug for RouterCore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouterCore")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
