//! What goes without an answer, in both directions (fact sheet 5.8).

use std::time::Instant;

use miso_sfu::command::{Command, DataProducerCommand, MessagePayload, Subchannels};
use miso_sfu::event::{
    ConsumerEvent, DataConsumerEvent, Event, ObserverEvent, ProducerEvent, TransportEvent,
};
use miso_sfu::{DataProducerId, ProducerId, TransportId};
use miso_worker_schema::fbs::notification::{self, Body, BodyRef, NotificationRef};
use miso_worker_schema::fbs::{
    active_speaker_observer, audio_level_observer, consumer, data_consumer, data_producer,
    direct_transport, plain_transport, producer, transport, web_rtc_transport,
};

use crate::channel::Channel;
use crate::core::Core;
use crate::entity::consumer::score;
use crate::entity::size;
use crate::entity::transport::{negotiated, sctp_state, tuple};
use crate::entity::webrtc_transport::{dtls_state, ice_state};
use crate::names::Kind;
use crate::refusal::Refusal;
use crate::trace;

/// Takes a notification of the library. Whether the worker is to close.
pub(crate) fn handle(
    core: &mut Core,
    notification: NotificationRef<'_>,
    now: Instant,
) -> Result<bool, Refusal> {
    let id = notification.handler_id()?;
    let find = |core: &Core, kind| {
        core.find(id, kind).ok_or_else(|| {
            Refusal::not_found(format!(
                "Channel notification handler with ID {id} not found"
            ))
        })
    };
    match notification.event()? {
        notification::Event::WorkerClose => return Ok(true),
        notification::Event::DataproducerSend => {
            let number = find(core, Kind::DataProducer)?;
            let Some(BodyRef::DataProducerSendNotification(body)) = notification.body()? else {
                return Err(Refusal::type_error("notification without its body"));
            };
            send_data(core, number, body, now)?;
        }
        notification::Event::ProducerSend => {
            let number = find(core, Kind::Producer)?;
            let Some(BodyRef::ProducerSendNotification(body)) = notification.body()? else {
                return Err(Refusal::type_error("notification without its body"));
            };
            let mut packet = checked_packet(body.data()?)?.to_vec();
            core.worker
                .handle_direct_rtp(ProducerId(number), &mut packet, now)?;
        }
        notification::Event::TransportSendRtcp => {
            let number = find(core, Kind::Transport)?;
            let Some(BodyRef::TransportSendRtcpNotification(body)) = notification.body()? else {
                return Err(Refusal::type_error("notification without its body"));
            };
            let packet = checked_packet(body.data()?)?;
            core.worker
                .handle_direct_rtcp(TransportId(number), packet, now)?;
        }
        other => return Err(Refusal::error(format!("unknown event '{}'", other as u8))),
    }
    Ok(false)
}

/// A packet, if it is no longer than a datagram could be.
fn checked_packet(packet: &[u8]) -> Result<&[u8], Refusal> {
    /// As the original for RTP.
    const MAX_PACKET_BYTES: usize = 65_536;
    if packet.len() > MAX_PACKET_BYTES {
        let length = packet.len();
        return Err(Refusal::type_error(format!(
            "packet of {length} bytes is too long"
        )));
    }
    Ok(packet)
}

fn send_data(
    core: &mut Core,
    number: u64,
    body: data_producer::SendNotificationRef<'_>,
    now: Instant,
) -> Result<(), Refusal> {
    let message = MessagePayload {
        ppid: body.ppid()?,
        bytes: body.data()?.into(),
    };
    let any_of = match body.subchannels()? {
        Some(list) if list.len() > usize::from(u16::MAX) + 1 => {
            return Err(Refusal::type_error("too many subchannels"));
        }
        Some(list) => list.iter().collect(),
        None => Vec::new(),
    };
    let to = Subchannels {
        any_of,
        required: body.required_subchannel()?,
        ignored: body.ignored_subchannel()?,
    };
    let command = DataProducerCommand::Send(message, to);
    core.ask(Command::DataProducer(DataProducerId(number), command), now)?;
    Ok(())
}

/// Tells the library of an event of the core.
pub(crate) fn tell(core: &mut Core, channel: &mut Channel, event: Event) {
    let (number, (event, body)) = match event {
        Event::Transport(id, event) => (id.0, of_transport(core, event)),
        Event::Producer(id, event) => (id.0, of_producer(core, event)),
        Event::Consumer(id, event) => match of_consumer(core, event) {
            Some(told) => (id.0, told),
            None => return,
        },
        Event::DataConsumer(id, event) => (id.0, of_data_consumer(event)),
        Event::Observer(id, event) => (id.0, of_observer(core, event)),
        Event::CloseConnection(tuple) => {
            core.net.close_connection(&tuple);
            return;
        }
        // They are closed with what is known of the transport.
        Event::CloseSockets(_) => return,
    };
    // What was closed meanwhile has nothing to tell any more.
    let Some(id) = core.names.id(number).map(str::to_owned) else {
        return;
    };
    let is_end = matches!(
        event,
        notification::Event::ConsumerProducerClose
            | notification::Event::DataconsumerDataproducerClose
    );
    channel.notify(id, event, body);
    if is_end {
        core.names.remove(number);
    }
}

type Told = (notification::Event, Option<Body>);

fn of_transport(core: &Core, event: TransportEvent) -> Told {
    match event {
        TransportEvent::IceStateChange(state) => (
            notification::Event::WebrtctransportIceStateChange,
            Some(Body::WebRtcTransportIceStateChangeNotification(Box::new(
                web_rtc_transport::IceStateChangeNotification {
                    ice_state: ice_state(state),
                },
            ))),
        ),
        TransportEvent::IceSelectedTupleChange(selected) => (
            notification::Event::WebrtctransportIceSelectedTupleChange,
            Some(Body::WebRtcTransportIceSelectedTupleChangeNotification(
                Box::new(web_rtc_transport::IceSelectedTupleChangeNotification {
                    tuple: Box::new(tuple(&core.net, &selected)),
                }),
            )),
        ),
        TransportEvent::DtlsStateChange(state, remote_cert) => (
            notification::Event::WebrtctransportDtlsStateChange,
            Some(Body::WebRtcTransportDtlsStateChangeNotification(Box::new(
                web_rtc_transport::DtlsStateChangeNotification {
                    dtls_state: dtls_state(state),
                    remote_cert,
                },
            ))),
        ),
        TransportEvent::SctpStateChange(state) => (
            notification::Event::TransportSctpStateChange,
            Some(Body::TransportSctpStateChangeNotification(Box::new(
                transport::SctpStateChangeNotification {
                    sctp_state: sctp_state(state),
                },
            ))),
        ),
        TransportEvent::SctpNegotiatedCapabilities(capabilities) => (
            notification::Event::TransportSctpNegotiatedCapabilities,
            Some(Body::TransportSctpNegotiatedCapabilitiesNotification(
                Box::new(transport::SctpNegotiatedCapabilitiesNotification {
                    negotiated_capabilities: Some(Box::new(negotiated(capabilities))),
                }),
            )),
        ),
        TransportEvent::TupleChange(learnt) => (
            notification::Event::PlaintransportTuple,
            Some(Body::PlainTransportTupleNotification(Box::new(
                plain_transport::TupleNotification {
                    tuple: Box::new(tuple(&core.net, &learnt)),
                },
            ))),
        ),
        TransportEvent::RtcpTupleChange(learnt) => (
            notification::Event::PlaintransportRtcpTuple,
            Some(Body::PlainTransportRtcpTupleNotification(Box::new(
                plain_transport::RtcpTupleNotification {
                    tuple: Box::new(tuple(&core.net, &learnt)),
                },
            ))),
        ),
        TransportEvent::Trace(it) => {
            let (event, body) = trace::of_transport(&core.clock, &it);
            (event, Some(body))
        }
        TransportEvent::Rtcp(packet) => (
            notification::Event::DirecttransportRtcp,
            Some(Body::DirectTransportRtcpNotification(Box::new(
                direct_transport::RtcpNotification {
                    data: packet.into_vec(),
                },
            ))),
        ),
    }
}

fn of_producer(core: &Core, event: ProducerEvent) -> Told {
    match event {
        ProducerEvent::Trace(it) => {
            let (event, body) = trace::of_producer(&core.clock, &it);
            (event, Some(body))
        }
        ProducerEvent::Score(scores) => {
            let scores = scores.into_iter().map(|it| producer::Score {
                encoding_idx: it.encoding_idx,
                ssrc: it.ssrc.0,
                rid: it.rid.map(|rid| rid.to_string()),
                score: it.score,
            });
            let body = producer::ScoreNotification {
                scores: scores.collect(),
            };
            (
                notification::Event::ProducerScore,
                Some(Body::ProducerScoreNotification(Box::new(body))),
            )
        }
        ProducerEvent::VideoOrientationChange(it) => (
            notification::Event::ProducerVideoOrientationChange,
            Some(Body::ProducerVideoOrientationChangeNotification(Box::new(
                producer::VideoOrientationChangeNotification {
                    camera: it.camera,
                    flip: it.flip,
                    rotation: it.rotation,
                },
            ))),
        ),
    }
}

fn of_consumer(core: &Core, event: ConsumerEvent) -> Option<Told> {
    Some(match event {
        ConsumerEvent::Trace(it) => {
            let (event, body) = trace::of_consumer(&core.clock, &it)?;
            (event, Some(body))
        }
        ConsumerEvent::ProducerClose => (notification::Event::ConsumerProducerClose, None),
        ConsumerEvent::ProducerPause => (notification::Event::ConsumerProducerPause, None),
        ConsumerEvent::ProducerResume => (notification::Event::ConsumerProducerResume, None),
        ConsumerEvent::Score(it) => (
            notification::Event::ConsumerScore,
            Some(Body::ConsumerScoreNotification(Box::new(
                consumer::ScoreNotification {
                    score: Box::new(score(it)),
                },
            ))),
        ),
        ConsumerEvent::LayersChange(layers) => (
            notification::Event::ConsumerLayersChange,
            Some(Body::ConsumerLayersChangeNotification(Box::new(
                consumer::LayersChangeNotification {
                    layers: layers.map(|it| {
                        Box::new(consumer::ConsumerLayers {
                            spatial_layer: it.spatial_layer,
                            temporal_layer: it.temporal_layer,
                        })
                    }),
                },
            ))),
        ),
        ConsumerEvent::Rtp(packet) => (
            notification::Event::ConsumerRtp,
            Some(Body::ConsumerRtpNotification(Box::new(
                consumer::RtpNotification {
                    data: packet.into_vec(),
                },
            ))),
        ),
    })
}

fn of_data_consumer(event: DataConsumerEvent) -> Told {
    match event {
        DataConsumerEvent::DataProducerClose => {
            (notification::Event::DataconsumerDataproducerClose, None)
        }
        DataConsumerEvent::DataProducerPause => {
            (notification::Event::DataconsumerDataproducerPause, None)
        }
        DataConsumerEvent::DataProducerResume => {
            (notification::Event::DataconsumerDataproducerResume, None)
        }
        DataConsumerEvent::Message(message) => (
            notification::Event::DataconsumerMessage,
            Some(Body::DataConsumerMessageNotification(Box::new(
                data_consumer::MessageNotification {
                    ppid: message.ppid,
                    data: message.bytes.to_vec(),
                },
            ))),
        ),
        DataConsumerEvent::SctpSendBufferFull => {
            (notification::Event::DataconsumerSctpSendbufferFull, None)
        }
        DataConsumerEvent::BufferedAmountLow(bytes) => (
            notification::Event::DataconsumerBufferedAmountLow,
            Some(Body::DataConsumerBufferedAmountLowNotification(Box::new(
                data_consumer::BufferedAmountLowNotification {
                    buffered_amount: size(bytes),
                },
            ))),
        ),
    }
}

fn of_observer(core: &Core, event: ObserverEvent) -> Told {
    match event {
        ObserverEvent::Silence => (notification::Event::AudiolevelobserverSilence, None),
        ObserverEvent::Volumes(volumes) => {
            let volumes = volumes.iter().map(|it| audio_level_observer::Volume {
                producer_id: core.names.id_or_empty(it.producer_id.0),
                volume: it.volume,
            });
            let body = audio_level_observer::VolumesNotification {
                volumes: volumes.collect(),
            };
            (
                notification::Event::AudiolevelobserverVolumes,
                Some(Body::AudioLevelObserverVolumesNotification(Box::new(body))),
            )
        }
        ObserverEvent::DominantSpeaker(it) => (
            notification::Event::ActivespeakerobserverDominantSpeaker,
            Some(Body::ActiveSpeakerObserverDominantSpeakerNotification(
                Box::new(active_speaker_observer::DominantSpeakerNotification {
                    producer_id: core.names.id_or_empty(it.0),
                }),
            )),
        ),
    }
}
