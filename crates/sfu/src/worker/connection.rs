//! Life of a transport's connection: ICE finds a path, DTLS proves the peer, then media and messages flow.

use super::Worker;
use super::data::gone;
use crate::command::{
    DirectTransportOptions, Response, SctpTransportOptions, WebRtcTransportOptions,
};
use crate::drops::DropReason;
use crate::error::CommandError;
use crate::event::{Event, TransportEvent};
use crate::ids::{RouterId, TransportId};
use crate::keys::TransportKey;
use crate::sctp::{Association, SctpOptions, ZeroChecksum};
use crate::transport::{Kind, Sctp, Srtp, Transport, WebRtc};
use miso_ice::{Credentials, IceServer, IceState, Protocol, Tuple, candidates};
use miso_secure::{
    Dtls, DtlsConnected, DtlsError, DtlsEvent, DtlsOutput, DtlsRole, DtlsState, Fingerprint,
    SrtpError, SrtpKeys, SrtpRecv, SrtpSend,
};
use miso_wire::Bitrate;
use rand::Rng;
use std::collections::HashMap;
use std::time::Instant;

type Answer = Result<Response, CommandError>;

/// Least receiver window that still takes one message of the default size in pieces.
const MIN_RECEIVER_WINDOW: usize = 65_536;

/// What carries the packets of an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    /// DTLS, as DataChannels have it.
    Dtls,
    /// UDP alone.
    Udp,
}

impl Worker {
    /// Makes an empty router.
    pub(super) fn create_router(&mut self, id: RouterId) -> Answer {
        if self.objects.routers.contains_key(&id) {
            return Err(CommandError::error(
                "a Router with same routerId already exists",
            ));
        }
        self.objects.routers.insert(id, Default::default());
        Ok(Response::Done)
    }

    /// Makes a WebRTC transport.
    pub(super) fn create_webrtc_transport(
        &mut self,
        router: RouterId,
        id: TransportId,
        options: WebRtcTransportOptions,
        now: Instant,
    ) -> Answer {
        self.check_new_transport(id)?;
        let candidates = candidates(&options.listen, options.offers);
        if candidates.is_empty() {
            return Err(CommandError::type_error("empty iceCandidates"));
        }
        let sctp = options
            .sctp
            .map(|sctp| self.new_sctp(sctp, Carrier::Dtls, now))
            .transpose()?;
        let ice = IceServer::new(
            Credentials::random(&mut self.rng),
            options.ice_consent_timeout,
            now,
        );
        let ufrag = ice.credentials().ufrag();
        let webrtc = WebRtc {
            ice,
            dtls: Dtls::new(self.config.dtls.clone()),
            srtp: None,
            candidates,
            sockets: options.sockets,
        };
        let mut transport = Transport::new(id, router, Kind::WebRtc(Box::new(webrtc)));
        transport.sctp = sctp.map(Box::new);
        transport.initial_outgoing = options.initial_available_outgoing_bitrate;
        let key = self.add_transport(transport);
        self.demux.ufrags.insert(ufrag, key);
        let dump = self.dump_webrtc(key).ok_or_else(gone)?;
        Ok(Response::WebRtcTransport(Box::new(dump)))
    }

    /// Makes a transport for this process.
    pub(super) fn create_direct_transport(
        &mut self,
        router: RouterId,
        id: TransportId,
        options: DirectTransportOptions,
    ) -> Answer {
        self.check_new_transport(id)?;
        let mut transport = Transport::new(id, router, Kind::Direct(options));
        transport.connected = true;
        self.add_transport(transport);
        Ok(Response::Done)
    }

    pub(super) fn check_new_transport(&self, id: TransportId) -> Result<(), CommandError> {
        if self.names.transports.contains_key(&id) {
            return Err(CommandError::error(
                "a Transport with same id already exists",
            ));
        }
        Ok(())
    }

    pub(super) fn add_transport(&mut self, transport: Transport) -> TransportKey {
        let (id, router) = (transport.id, transport.router);
        let key = self.objects.transports.insert(transport);
        self.names.transports.insert(id, key);
        if let Some(router) = self.objects.routers.get_mut(&router) {
            router.transports.push(key);
        }
        key
    }

    pub(super) fn new_sctp(
        &mut self,
        options: SctpTransportOptions,
        carrier: Carrier,
        now: Instant,
    ) -> Result<Sctp, CommandError> {
        if options.max_receiver_window_buffer_size < MIN_RECEIVER_WINDOW {
            let reason =
                format!("sctpMaxReceiverWindowBufferSize must be at least {MIN_RECEIVER_WINDOW}");
            return Err(CommandError::type_error(reason));
        }
        let settings = SctpOptions {
            max_send_message_size: options.max_send_message_size,
            max_recv_message_size: options.max_receive_message_size,
            send_buffer_size: options.send_buffer_size,
            per_stream_send_queue_limit: options.per_stream_send_queue_limit,
            max_receiver_window_buffer_size: options.max_receiver_window_buffer_size,
            default_buffered_amount_low_threshold: options
                .default_stream_buffered_amount_low_threshold,
            zero_checksum: match carrier {
                Carrier::Dtls => ZeroChecksum::SctpOverDtls,
                Carrier::Udp => ZeroChecksum::Off,
            },
            ..SctpOptions::new(self.rng.random())
        };
        Ok(Sctp {
            association: Association::new(&settings, now),
            options,
            negotiated: None,
            producers: HashMap::new(),
            consumers: HashMap::new(),
            wanted: false,
            is_data_channel: carrier == Carrier::Dtls,
            is_queued: false,
        })
    }

    /// Learns who the peer must be.
    pub(super) fn connect_transport(
        &mut self,
        key: TransportKey,
        fingerprints: Vec<Fingerprint>,
        role: DtlsRole,
        now: Instant,
    ) -> Answer {
        let transport = self.objects.transports.get_mut(key).ok_or_else(gone)?;
        let Some(webrtc) = transport.webrtc_mut() else {
            return Ok(Response::Connected(DtlsRole::Auto));
        };
        let taken =
            webrtc
                .dtls
                .set_remote(&fingerprints, role, now)
                .map_err(|error| match error {
                    DtlsError::RemoteKnown => CommandError::error("connect() already called"),
                    DtlsError::NoFingerprint => {
                        CommandError::type_error("empty dtlsParameters.fingerprints array")
                    }
                    other => CommandError::error(other.to_string()),
                })?;
        self.drive_dtls(key, now);
        Ok(Response::Connected(taken))
    }

    /// Changes the ICE credentials; the old ones stay valid until the new ones are used.
    pub(super) fn restart_ice(&mut self, key: TransportKey, now: Instant) -> Answer {
        let credentials = Credentials::random(&mut self.rng);
        let transport = self.objects.transports.get_mut(key).ok_or_else(gone)?;
        let webrtc = transport
            .webrtc_mut()
            .ok_or_else(|| CommandError::error("unknown method"))?;
        webrtc.ice.restart(credentials.clone(), now);
        self.demux.ufrags.insert(credentials.ufrag(), key);
        self.drive_ice(key, now);
        Ok(Response::IceCredentials(credentials))
    }

    /// Limits what the peer sends.
    pub(super) fn set_max_incoming_bitrate(
        &mut self,
        key: TransportKey,
        bitrate: Bitrate,
        now: Instant,
    ) -> Answer {
        let transport = self.objects.transports.get_mut(key).ok_or_else(gone)?;
        transport.limits = transport.limits.with_max_incoming(bitrate)?;
        transport.limiter.set_limit(bitrate, now);
        let at = transport.own_timeout();
        transport.wake_at(at);
        self.wake_at(at);
        Ok(Response::Done)
    }

    /// Limits what is sent to the peer.
    pub(super) fn set_max_outgoing_bitrate(
        &mut self,
        key: TransportKey,
        bitrate: Bitrate,
        now: Instant,
    ) -> Answer {
        let limits = &mut self
            .objects
            .transports
            .get_mut(key)
            .ok_or_else(gone)?
            .limits;
        *limits = limits.with_max_outgoing(bitrate)?;
        self.send_limits_changed(key, now);
        Ok(Response::Done)
    }

    /// Sets the floor of what is sent to the peer.
    pub(super) fn set_min_outgoing_bitrate(
        &mut self,
        key: TransportKey,
        bitrate: Bitrate,
        now: Instant,
    ) -> Answer {
        let limits = &mut self
            .objects
            .transports
            .get_mut(key)
            .ok_or_else(gone)?
            .limits;
        *limits = limits.with_min_outgoing(bitrate)?;
        self.send_limits_changed(key, now);
        Ok(Response::Done)
    }

    /// Packets of this path are no more the transport's.
    pub(super) fn forget_tuple(&mut self, key: TransportKey, tuple: Tuple) {
        if self.demux.tuples.get(&tuple) == Some(&key) {
            self.demux.tuples.remove(&tuple);
        }
        if tuple.protocol() == Protocol::Tcp {
            self.events.push_back(Event::CloseConnection(tuple));
        }
    }

    /// Tells the path in use.
    pub(super) fn announce_selected_tuple(&mut self, key: TransportKey, tuple: Tuple) {
        if let Some(transport) = self.objects.transports.get(key) {
            let event = TransportEvent::IceSelectedTupleChange(tuple);
            self.events.push_back(Event::Transport(transport.id, event));
        }
    }

    /// ICE went to another state.
    pub(super) fn ice_state_changed(&mut self, key: TransportKey, state: IceState, now: Instant) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        self.events.push_back(Event::Transport(
            transport.id,
            TransportEvent::IceStateChange(state),
        ));
        if matches!(state, IceState::Connected | IceState::Completed)
            && let Some(webrtc) = transport.webrtc_mut()
        {
            webrtc.dtls.start(now);
            self.drive_dtls(key, now);
        }
        self.update_connected(key, now);
    }

    /// Takes a DTLS datagram, from a path that ICE has validated.
    pub(super) fn receive_dtls(
        &mut self,
        key: TransportKey,
        tuple: Tuple,
        datagram: &[u8],
        now: Instant,
    ) {
        let Some(webrtc) = self
            .objects
            .transports
            .get_mut(key)
            .and_then(|transport| transport.webrtc_mut())
        else {
            return;
        };
        if !webrtc.ice.is_valid(tuple) {
            self.drops.count(DropReason::UnknownTuple);
            return;
        }
        let discarded = webrtc.dtls.discarded();
        webrtc.dtls.handle_datagram(datagram, now);
        if webrtc.dtls.discarded() > discarded {
            self.drops.count(DropReason::Dtls);
        } else {
            self.follow_path(key, tuple, now);
        }
        self.drive_dtls(key, now);
    }

    /// Moves everything between a transport's DTLS and the rest: datagrams out, events and SCTP packets in.
    pub(super) fn drive_dtls(&mut self, key: TransportKey, now: Instant) {
        while let Some(transport) = self.objects.transports.get_mut(key) {
            let id = transport.id;
            let tuple = transport.selected_tuple();
            let Kind::WebRtc(webrtc) = &mut transport.kind else {
                return;
            };
            match webrtc.dtls.poll() {
                None => break,
                Some(DtlsOutput::Transmit(datagram)) => {
                    // Without a path it is lost, as on any network; DTLS repeats it.
                    let Some(tuple) = tuple else { continue };
                    if self.outbox.push(&tuple, datagram) {
                        transport.traffic.other_sent.add(datagram.len(), now);
                    } else {
                        self.drops.count(DropReason::OutboxFull);
                    }
                }
                Some(DtlsOutput::Data(packet)) => {
                    if let Some(sctp) = &mut transport.sctp {
                        sctp.wanted = true;
                        sctp.association.handle_packet(packet, now);
                    }
                    self.queue_sctp(key);
                }
                Some(DtlsOutput::Event(event)) => self.dtls_event(key, id, event, now),
            }
        }
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let at = transport
            .webrtc()
            .and_then(|webrtc| webrtc.dtls.poll_timeout());
        transport.wake_at(at);
        self.wake_at(at);
    }

    fn dtls_event(&mut self, key: TransportKey, id: TransportId, event: DtlsEvent, now: Instant) {
        if matches!(event, DtlsEvent::Failed(_) | DtlsEvent::Closed)
            && let Some(webrtc) = self
                .objects
                .transports
                .get_mut(key)
                .and_then(|transport| transport.webrtc_mut())
        {
            webrtc.srtp = None;
        }
        let (state, certificate) = match event {
            DtlsEvent::Connecting => (DtlsState::Connecting, None),
            DtlsEvent::Failed(_) => (DtlsState::Failed, None),
            DtlsEvent::Closed => (DtlsState::Closed, None),
            DtlsEvent::Connected(connected) => match self.take_keys(key, &connected) {
                Ok(()) => (DtlsState::Connected, Some(connected.remote_certificate)),
                Err(_) => (DtlsState::Failed, None),
            },
        };
        self.events.push_back(Event::Transport(
            id,
            TransportEvent::DtlsStateChange(state, certificate),
        ));
        self.update_connected(key, now);
    }

    fn take_keys(&mut self, key: TransportKey, connected: &DtlsConnected) -> Result<(), SrtpError> {
        let SrtpKeys { send, recv } = &connected.srtp;
        let srtp = Srtp {
            send: SrtpSend::new(send)?,
            recv: SrtpRecv::new(recv)?,
        };
        if let Some(webrtc) = self
            .objects
            .transports
            .get_mut(key)
            .and_then(|transport| transport.webrtc_mut())
        {
            webrtc.srtp = Some(srtp);
        }
        Ok(())
    }

    /// Media flows while ICE has a path and DTLS is done, or once the peer's address and key are known; what hangs on
    /// that is told when it changes.
    pub(super) fn update_connected(&mut self, key: TransportKey, now: Instant) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let connected = match &transport.kind {
            Kind::WebRtc(webrtc) => {
                webrtc.ice.selected_tuple().is_some() && webrtc.dtls.state() == DtlsState::Connected
            }
            Kind::Plain(plain) => plain.endpoint.is_ready(),
            Kind::Pipe(pipe) => pipe.endpoint.is_ready(),
            Kind::Direct(_) => return,
        };
        if connected == transport.connected {
            return;
        }
        transport.connected = connected;
        let at = transport.own_timeout();
        transport.wake_at(at);
        let consumers = transport.consumers.clone();
        self.wake_at(at);
        if connected {
            self.schedule_rtcp(key, now);
            self.queue_sctp(key);
        } else if let Some(transport) = self.objects.transports.get_mut(key) {
            transport.rtcp_at = None;
        }
        for consumer in consumers {
            self.restart_consumer(consumer, now);
        }
        self.demand_changed(key);
        self.share_bitrate(key, now);
    }

    /// Says goodbye and forgets how packets find the transport.
    pub(super) fn shut_down_connection(&mut self, key: TransportKey, now: Instant) {
        if let Some(transport) = self.objects.transports.get_mut(key) {
            transport.connected = false;
            if let Some(sctp) = &mut transport.sctp {
                sctp.association.close(now);
            }
        }
        self.transmit_sctp(key, now);
        if let Some(webrtc) = self
            .objects
            .transports
            .get_mut(key)
            .and_then(|transport| transport.webrtc_mut())
        {
            webrtc.dtls.close(now);
        }
        self.drive_dtls(key, now);
        let Some(transport) = self.objects.transports.get(key) else {
            return;
        };
        if transport.endpoint().is_some() {
            self.events.push_back(Event::CloseSockets(transport.id));
        }
        let Some(webrtc) = transport.webrtc() else {
            return;
        };
        let tuples = webrtc.ice.tuples().to_vec();
        webrtc.ice.ufrags().for_each(|ufrag| {
            self.demux.ufrags.remove(&ufrag);
        });
        for tuple in tuples {
            self.forget_tuple(key, tuple);
        }
    }
}
