//! WebRTC transports.

use std::sync::{Arc, Mutex};

use miso_ice::{ConsentTimeout, ListenInfo, Offer, Offers, Protocol};
use miso_ortc::SctpParameters;
use miso_sfu::command::Response;
use miso_sfu::command::{self, TransportCommand};
use miso_sfu::dump::WebRtcTransportDump;
use miso_sfu::event as core;
use miso_sfu::trace::TransportTraceKind;
use miso_wire::Bitrate;

use super::common_methods;
use super::core::TransportCore;
use crate::error::{RequestError, expect_answer};
use crate::event::TransportEvent;
use crate::sync::lock;
use crate::types::{
    DtlsParameters, DtlsState, IceCandidate, IceParameters, IceState, SctpNegotiatedCapabilities,
    SctpState, TransportTuple, WebRtcTransportOptions,
};

/// The path of a WebRTC peer. Clones are handles of one transport; it stays until it or its router is closed.
#[derive(Clone, Debug)]
pub struct WebRtcTransport(pub(crate) Arc<TransportCore>, pub(crate) Arc<WebRtcPart>);

common_methods!(WebRtcTransport);

impl WebRtcTransport {
    /// What the peer needs to make connectivity checks.
    pub fn ice_parameters(&self) -> IceParameters {
        lock(&self.part().state).ice_parameters.clone()
    }

    /// Where the peer can reach it.
    pub fn ice_candidates(&self) -> &[IceCandidate] {
        &self.part().ice_candidates
    }

    /// How far the peer's connectivity checks have come.
    pub fn ice_state(&self) -> IceState {
        if self.closed() {
            IceState::Closed
        } else {
            lock(&self.part().state).ice_state
        }
    }

    /// The path in use.
    pub fn ice_selected_tuple(&self) -> Option<TransportTuple> {
        let state = lock(&self.part().state);
        state.ice_selected_tuple.clone().filter(|_| !self.closed())
    }

    /// Role and fingerprints of this end. The role is `auto` until the remote one is known.
    pub fn dtls_parameters(&self) -> DtlsParameters {
        lock(&self.part().state).dtls_parameters.clone()
    }

    /// Where DTLS is in its life.
    pub fn dtls_state(&self) -> DtlsState {
        if self.closed() {
            DtlsState::Closed
        } else {
            lock(&self.part().state).dtls_state
        }
    }

    /// The peer's certificate in PEM form, once DTLS is connected.
    pub fn dtls_remote_cert(&self) -> Option<String> {
        lock(&self.part().state).dtls_remote_cert.clone()
    }

    /// What the peer needs to know about SCTP; none without.
    pub fn sctp_parameters(&self) -> Option<SctpParameters> {
        self.part().sctp_parameters
    }

    /// Where SCTP is in its life; none without.
    pub fn sctp_state(&self) -> Option<SctpState> {
        let state = lock(&self.part().state).sctp_state;
        state.map(|state| {
            if self.closed() {
                SctpState::Closed
            } else {
                state
            }
        })
    }

    /// What both ends of SCTP agreed on, once connected.
    pub fn sctp_negotiated_capabilities(&self) -> Option<SctpNegotiatedCapabilities> {
        lock(&self.part().state).sctp_negotiated
    }

    /// Tells the peer's DTLS parameters, once.
    ///
    /// # Errors
    /// [`RequestError::Type`] for fingerprints that are absent or malformed, [`RequestError::Error`] the second time,
    /// [`RequestError::Closed`].
    pub async fn connect(&self, dtls_parameters: DtlsParameters) -> Result<(), RequestError> {
        let connect = TransportCommand::Connect {
            fingerprints: dtls_parameters.parse_fingerprints()?,
            role: dtls_parameters.role.into(),
        };
        let part = Arc::clone(&self.1);
        let finish = move |answer| {
            let role = expect_answer!(answer, Response::Connected(role) => role)?;
            lock(&part.state).dtls_parameters.role = role.into();
            Ok(())
        };
        self.0.base.ask(self.0.command(connect), finish).await
    }

    /// Changes the ICE credentials; the old ones stay valid until the peer uses the new ones.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn restart_ice(&self) -> Result<IceParameters, RequestError> {
        let part = Arc::clone(&self.1);
        let finish = move |answer| {
            let credentials = expect_answer!(answer, Response::IceCredentials(it) => it)?;
            let parameters = IceParameters::from(&credentials);
            lock(&part.state).ice_parameters = parameters.clone();
            Ok(parameters)
        };
        self.0
            .base
            .ask(self.0.command(TransportCommand::RestartIce), finish)
            .await
    }

    /// Limits what the peer sends; zero is no limit.
    ///
    /// # Errors
    /// [`RequestError::Closed`], and the core's.
    pub async fn set_max_incoming_bitrate(&self, bitrate: Bitrate) -> Result<(), RequestError> {
        let command = TransportCommand::SetMaxIncomingBitrate(bitrate);
        self.0.base.order(self.0.command(command), || ()).await
    }

    /// Limits what is sent to the peer; zero is no limit.
    ///
    /// # Errors
    /// [`RequestError::Type`] if it is too low or below the floor, [`RequestError::Closed`].
    pub async fn set_max_outgoing_bitrate(&self, bitrate: Bitrate) -> Result<(), RequestError> {
        let command = TransportCommand::SetMaxOutgoingBitrate(bitrate);
        self.0.base.order(self.0.command(command), || ()).await
    }

    /// Sets a floor of what is sent to the peer; zero is none.
    ///
    /// # Errors
    /// [`RequestError::Type`] if it is too low or above the limit, [`RequestError::Closed`].
    pub async fn set_min_outgoing_bitrate(&self, bitrate: Bitrate) -> Result<(), RequestError> {
        let command = TransportCommand::SetMinOutgoingBitrate(bitrate);
        self.0.base.order(self.0.command(command), || ()).await
    }

    /// Tells these kinds of things as [`TransportEvent::Trace`] from now on, and no others.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn enable_trace_event(
        &self,
        kinds: &[TransportTraceKind],
    ) -> Result<(), RequestError> {
        let command = TransportCommand::Trace(kinds.to_vec());
        self.0.base.order(self.0.command(command), || ()).await
    }

    fn part(&self) -> &WebRtcPart {
        &self.1
    }
}

/// What a WebRTC transport has and a direct one lacks.
#[derive(Debug)]
pub(crate) struct WebRtcPart {
    ice_candidates: Vec<IceCandidate>,
    sctp_parameters: Option<SctpParameters>,
    state: Mutex<State>,
}

/// What changes.
#[derive(Debug)]
struct State {
    ice_parameters: IceParameters,
    ice_state: IceState,
    ice_selected_tuple: Option<TransportTuple>,
    dtls_parameters: DtlsParameters,
    dtls_state: DtlsState,
    dtls_remote_cert: Option<String>,
    sctp_state: Option<SctpState>,
    sctp_negotiated: Option<SctpNegotiatedCapabilities>,
}

impl WebRtcPart {
    /// As the core made it.
    pub(crate) fn new(dump: &WebRtcTransportDump) -> Self {
        let sctp_parameters = dump.sctp.map(|sctp| SctpParameters {
            max_message_size: u32::try_from(sctp.max_receive_message_size).unwrap_or(u32::MAX),
            ..SctpParameters::default()
        });
        Self {
            ice_candidates: dump.ice_candidates.iter().map(Into::into).collect(),
            sctp_parameters,
            state: Mutex::new(State {
                ice_parameters: (&dump.ice_credentials).into(),
                ice_state: dump.ice_state.into(),
                ice_selected_tuple: dump.ice_selected_tuple.as_ref().map(Into::into),
                dtls_parameters: DtlsParameters {
                    role: dump.dtls_role.into(),
                    fingerprints: dump.dtls_fingerprints.iter().map(Into::into).collect(),
                },
                dtls_state: dump.dtls_state.into(),
                dtls_remote_cert: None,
                sctp_state: dump.sctp.map(|sctp| sctp.state.into()),
                sctp_negotiated: None,
            }),
        }
    }

    /// Remembers what an event says, and gives the event as users know it; none if it is not told.
    pub(super) fn take_in(&self, event: core::TransportEvent) -> Option<TransportEvent> {
        let mut state = lock(&self.state);
        Some(match event {
            core::TransportEvent::IceStateChange(ice) => {
                state.ice_state = ice.into();
                if state.ice_state == IceState::Disconnected {
                    state.ice_selected_tuple = None;
                }
                TransportEvent::IceStateChange(state.ice_state)
            }
            core::TransportEvent::IceSelectedTupleChange(tuple) => {
                let tuple = TransportTuple::from(&tuple);
                state.ice_selected_tuple = Some(tuple.clone());
                TransportEvent::IceSelectedTupleChange(tuple)
            }
            core::TransportEvent::DtlsStateChange(dtls, remote_cert) => {
                state.dtls_state = dtls.into();
                if remote_cert.is_some() {
                    state.dtls_remote_cert = remote_cert;
                }
                TransportEvent::DtlsStateChange(state.dtls_state)
            }
            core::TransportEvent::SctpStateChange(sctp) => {
                state.sctp_state = Some(sctp.into());
                TransportEvent::SctpStateChange(sctp.into())
            }
            core::TransportEvent::SctpNegotiatedCapabilities(negotiated) => {
                state.sctp_negotiated = Some(negotiated.into());
                return None;
            }
            core::TransportEvent::Trace(trace) => TransportEvent::Trace(trace.info),
            core::TransportEvent::TupleChange(_)
            | core::TransportEvent::RtcpTupleChange(_)
            | core::TransportEvent::Rtcp(_) => return None,
        })
    }
}

/// The core's form of the options, on a worker that listens there.
///
/// # Errors
/// [`RequestError::Type`] if no candidate is left.
pub(crate) fn webrtc_options(
    options: &WebRtcTransportOptions,
    listen: &[ListenInfo],
) -> Result<command::WebRtcTransportOptions, RequestError> {
    let offer = |enabled, preferred| match (enabled, preferred) {
        (false, _) => Offer::Skipped,
        (true, false) => Offer::Offered,
        (true, true) => Offer::Preferred,
    };
    let offers = Offers {
        udp: offer(options.enable_udp, options.prefer_udp),
        tcp: offer(options.enable_tcp, options.prefer_tcp),
    };
    let is_offered = |info: &ListenInfo| match info.protocol {
        Protocol::Udp => options.enable_udp,
        Protocol::Tcp => options.enable_tcp,
    };
    if !listen.iter().any(is_offered) {
        return Err(RequestError::Type("empty iceCandidates".to_owned()));
    }
    Ok(command::WebRtcTransportOptions {
        listen: listen.to_vec(),
        // A worker's transports share what it listens on.
        sockets: command::Sockets::All,
        offers,
        ice_consent_timeout: consent_timeout(options.ice_consent_timeout),
        initial_available_outgoing_bitrate: options.initial_available_outgoing_bitrate,
        sctp: options.sctp,
    })
}

/// Zero disables; a part of a second counts as a whole one, so that it does not.
fn consent_timeout(timeout: std::time::Duration) -> ConsentTimeout {
    let part = u64::from(timeout.subsec_nanos() > 0);
    ConsentTimeout::from_secs(timeout.as_secs().saturating_add(part))
}

#[cfg(test)]
mod tests;
