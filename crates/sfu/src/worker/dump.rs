//! The inner state of objects, for the API.

use super::Worker;
use super::data::gone;
use crate::command::Response;
use crate::dump::{
    ConsumerDump, DataConsumerDump, DataProducerDump, PipeTransportDump, PlainTransportDump,
    ProducerDump, RouterDump, SctpDump, TransportDump, WebRtcTransportDump, WorkerDump,
};
use crate::error::CommandError;
use crate::ids::{ProducerId, RouterId};
use crate::keys::{ConsumerKey, DataConsumerKey, DataProducerKey, ProducerKey, TransportKey};
use crate::sctp::StreamId;
use crate::transport::Transport;
use miso_wire::Ssrc;
use std::time::Instant;

type Answer = Result<Response, CommandError>;

impl Worker {
    /// The routers and what was dropped.
    pub(super) fn dump_worker(&self) -> WorkerDump {
        WorkerDump {
            routers: self.objects.routers.keys().copied().collect(),
            drops: self.drops.occurred(),
        }
    }

    /// The objects of a router.
    pub(super) fn dump_router(&self, id: RouterId) -> Answer {
        let router = self.objects.routers.get(&id).ok_or_else(gone)?;
        let objects = &self.objects;
        let transports = router
            .transports
            .iter()
            .filter_map(|key| objects.transports.get(*key));
        let producers = transports
            .clone()
            .flat_map(|t| &t.producers)
            .filter_map(|key| objects.producers.get(*key));
        let data = transports.clone().flat_map(|t| &t.data_producers);
        let data = data.filter_map(|key| objects.data_producers.get(*key));
        let consumers_of = |keys: &[ConsumerKey]| {
            keys.iter()
                .filter_map(|k| objects.consumers.get(*k))
                .map(|c| c.id)
                .collect()
        };
        Ok(Response::RouterDump(Box::new(RouterDump {
            transports: transports.map(|transport| transport.id).collect(),
            observers: router
                .observers
                .iter()
                .filter_map(|key| objects.observers.get(*key))
                .map(|o| o.id)
                .collect(),
            producer_consumers: producers
                .clone()
                .map(|p| (p.id, consumers_of(&p.consumers)))
                .collect(),
            producer_observers: producers
                .map(|p| {
                    (
                        p.id,
                        p.observers
                            .iter()
                            .filter_map(|k| objects.observers.get(*k))
                            .map(|o| o.id)
                            .collect(),
                    )
                })
                .collect(),
            data_producer_consumers: data
                .map(|p| {
                    let consumers = p
                        .consumers
                        .iter()
                        .filter_map(|key| objects.data_consumers.get(*key));
                    (p.id, consumers.map(|consumer| consumer.id).collect())
                })
                .collect(),
        })))
    }

    /// A WebRTC transport's own part.
    pub(super) fn dump_webrtc(&self, key: TransportKey) -> Option<WebRtcTransportDump> {
        let transport = self.objects.transports.get(key)?;
        let webrtc = transport.webrtc()?;
        Some(WebRtcTransportDump {
            ice_credentials: webrtc.ice.credentials().clone(),
            ice_candidates: webrtc.candidates.clone(),
            ice_state: webrtc.ice.state(),
            ice_selected_tuple: webrtc.ice.selected_tuple(),
            dtls_role: webrtc.dtls.role(),
            dtls_fingerprints: self.config.dtls.fingerprints().to_vec(),
            dtls_state: webrtc.dtls.state(),
            sctp: dump_sctp(transport),
        })
    }

    /// A plain transport's own part.
    pub(super) fn dump_plain(&self, key: TransportKey) -> Option<PlainTransportDump> {
        let transport = self.objects.transports.get(key)?;
        let plain = transport.plain()?;
        Some(PlainTransportDump {
            comedia: plain.comedia,
            rtp: plain.endpoint.rtp(),
            rtcp: plain.endpoint.rtcp(),
            srtp: plain.endpoint.local_key().cloned(),
            sctp: dump_sctp(transport),
        })
    }

    /// A pipe transport's own part.
    pub(super) fn dump_pipe(&self, key: TransportKey) -> Option<PipeTransportDump> {
        let transport = self.objects.transports.get(key)?;
        let pipe = transport.pipe()?;
        Some(PipeTransportDump {
            path: pipe.endpoint.rtp(),
            rtx: pipe.rtx,
            srtp: pipe.endpoint.local_key().cloned(),
            sctp: dump_sctp(transport),
        })
    }

    /// A transport of any kind.
    pub(super) fn dump_transport(&self, key: TransportKey) -> Answer {
        let objects = &self.objects;
        let transport = objects.transports.get(key).ok_or_else(gone)?;
        let producer_id = |key: ProducerKey| objects.producers.get(key).map(|producer| producer.id);
        let named = |key: ProducerKey, name: Ssrc| -> Option<(Ssrc, ProducerId)> {
            Some((name, producer_id(key)?))
        };
        let is_rtx = |key: ConsumerKey, ssrc: Ssrc| {
            objects
                .consumers
                .get(key)
                .is_some_and(|consumer| consumer.legs.position(ssrc).is_none())
        };
        let sent = transport
            .consumer_ssrcs
            .iter()
            .filter_map(|(ssrc, key)| Some((*ssrc, *key, objects.consumers.get(*key)?.id)));
        let (rtx, media): (Vec<_>, Vec<_>) = sent.partition(|(ssrc, key, _)| is_rtx(*key, *ssrc));
        let data_producers = transport
            .data_producers
            .iter()
            .filter_map(|key| objects.data_producers.get(*key));
        let data_consumers = transport
            .data_consumers
            .iter()
            .filter_map(|key| objects.data_consumers.get(*key));
        Ok(Response::TransportDump(Box::new(TransportDump {
            webrtc: self.dump_webrtc(key),
            plain: self.dump_plain(key),
            pipe: self.dump_pipe(key),
            producers: transport
                .producers
                .iter()
                .filter_map(|key| producer_id(*key))
                .collect(),
            consumers: transport
                .consumers
                .iter()
                .filter_map(|key| objects.consumers.get(*key))
                .map(|c| c.id)
                .collect(),
            ssrc_consumers: media.into_iter().map(|(ssrc, _, id)| (ssrc, id)).collect(),
            rtx_ssrc_consumers: rtx.into_iter().map(|(ssrc, _, id)| (ssrc, id)).collect(),
            recv_extension_ids: transport.recv_extension_ids,
            ssrc_producers: transport
                .listener
                .ssrcs()
                .filter_map(|(ssrc, key)| named(key, ssrc))
                .collect(),
            mid_producers: transport
                .listener
                .mids()
                .filter_map(|(mid, key)| Some((mid, producer_id(key)?)))
                .collect(),
            rid_producers: transport
                .listener
                .rids()
                .filter_map(|(rid, key)| Some((rid, producer_id(key)?)))
                .collect(),
            data_producers: data_producers.map(|producer| producer.id).collect(),
            data_consumers: data_consumers.map(|consumer| consumer.id).collect(),
            traces: transport.traces.kinds(),
        })))
    }

    /// A producer.
    pub(super) fn dump_producer(&self, key: ProducerKey, now: Instant) -> Answer {
        let producer = self.objects.producers.get(key).ok_or_else(gone)?;
        Ok(Response::ProducerDump(Box::new(ProducerDump {
            kind: producer.kind,
            producer_type: producer.producer_type,
            rtp_parameters: producer.parameters.clone(),
            rtp_mapping: producer.mapping.clone(),
            streams: producer
                .streams
                .iter()
                .map(|stream| producer.stream_stats(stream, now))
                .collect(),
            paused: producer.paused,
            traces: producer.traces.kinds(),
        })))
    }

    /// A consumer.
    pub(super) fn dump_consumer(&self, key: ConsumerKey) -> Answer {
        let consumer = self.objects.consumers.get(key).ok_or_else(gone)?;
        let producer = self
            .objects
            .producers
            .get(consumer.producer)
            .ok_or_else(gone)?;
        let media = consumer
            .parameters
            .codecs
            .iter()
            .filter(|codec| codec.mime_type.codec().is_media());
        let current = consumer.current_layers(producer);
        Ok(Response::ConsumerDump(Box::new(ConsumerDump {
            producer_id: producer.id,
            kind: consumer.kind,
            consumer_type: consumer.consumer_type,
            rtp_parameters: consumer.parameters.clone(),
            consumable_rtp_encodings: consumer.consumable_encodings.clone(),
            supported_codec_payload_types: media.map(|codec| codec.payload_type.0).collect(),
            paused: consumer.paused,
            producer_paused: consumer.producer_paused,
            priority: consumer.priority,
            preferred_layers: consumer.preferred,
            target_spatial_layer: consumer.target.map(|layers| layers.spatial),
            target_temporal_layer: consumer.target.map(|layers| layers.temporal),
            current_spatial_layer: current.map(|layers| layers.spatial_layer),
            current_temporal_layer: current.and_then(|layers| layers.temporal_layer),
            traces: consumer.traces.kinds(),
        })))
    }

    /// A data producer.
    pub(super) fn dump_data_producer(&self, key: DataProducerKey) -> Answer {
        let producer = self.objects.data_producers.get(key).ok_or_else(gone)?;
        Ok(Response::DataProducerDump(Box::new(DataProducerDump {
            data_type: producer.data_type,
            sctp_stream_parameters: producer.parameters,
            label: producer.label.clone(),
            protocol: producer.protocol.clone(),
            paused: producer.paused,
        })))
    }

    /// A data consumer.
    pub(super) fn dump_data_consumer(&self, key: DataConsumerKey) -> Answer {
        let consumer = self.objects.data_consumers.get(key).ok_or_else(gone)?;
        Ok(Response::DataConsumerDump(Box::new(DataConsumerDump {
            data_producer_id: consumer.data_producer_id,
            data_type: consumer.data_type,
            sctp_stream_parameters: consumer.parameters,
            label: consumer.label.clone(),
            protocol: consumer.protocol.clone(),
            paused: consumer.paused,
            data_producer_paused: consumer.data_producer_paused,
            subchannels: consumer.subchannels.iter().copied().collect(),
            buffered_amount: self.buffered_bytes(key),
            buffered_amount_low_threshold: consumer.low_threshold,
        })))
    }

    /// Bytes that wait for a data consumer's peer.
    pub(super) fn buffered_bytes(&self, key: DataConsumerKey) -> usize {
        let Some(consumer) = self.objects.data_consumers.get(key) else {
            return 0;
        };
        let sctp = self
            .objects
            .transports
            .get(consumer.transport)
            .and_then(|transport| transport.sctp.as_ref());
        let stream = sctp.zip(consumer.stream_id());
        stream.map_or(0, |(sctp, stream)| {
            sctp.association.buffered_amount(StreamId(stream))
        })
    }
}

fn dump_sctp(transport: &Transport) -> Option<SctpDump> {
    transport.sctp.as_ref().map(|sctp| SctpDump {
        state: sctp.association.state(),
        max_receive_message_size: sctp.options.max_receive_message_size,
        negotiated: sctp.negotiated,
    })
}
