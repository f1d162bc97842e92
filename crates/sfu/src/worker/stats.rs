//! Statistics of objects, for the API.

use super::Worker;
use super::data::gone;
use crate::command::Response;
use crate::consumer::Consumer;
use crate::consumer::leg::Leg;
use crate::error::CommandError;
use crate::keys::{ConsumerKey, DataConsumerKey, DataProducerKey, ProducerKey, TransportKey};
use crate::producer::Producer;
use crate::producer::streams::ProducerStream;
use crate::stats::{
    DataConsumerStats, IceStats, PlainStats, StreamDirection, StreamStats, TransportStats,
};
use crate::transport::RateFeedback;
use crate::transport::traffic::read;
use miso_ortc::ConsumerType;
use miso_wire::Bitrate;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

type Answer = Result<Response, CommandError>;

impl Worker {
    /// Statistics of a transport.
    pub(super) fn transport_stats(&self, key: TransportKey, now: Instant) -> Answer {
        let transport = self.objects.transports.get(key).ok_or_else(gone)?;
        let traffic = &transport.traffic;
        let set = |bitrate: Bitrate| (bitrate > Bitrate::ZERO).then_some(bitrate);
        let estimate = match &transport.rate_feedback {
            RateFeedback::Remb(estimator) => estimator.estimate(),
            _ => None,
        };
        Ok(Response::TransportStats(Box::new(TransportStats {
            ice: transport.webrtc().map(|webrtc| IceStats {
                ice_state: webrtc.ice.state(),
                ice_selected_tuple: webrtc.ice.selected_tuple(),
                dtls_state: webrtc.dtls.state(),
            }),
            plain: transport.plain().map(|plain| PlainStats {
                comedia: plain.comedia,
                rtp: plain.endpoint.rtp(),
                rtcp: plain.endpoint.rtcp(),
            }),
            pipe: transport.pipe().map(|pipe| pipe.endpoint.rtp()),
            sctp_state: transport.sctp.as_ref().map(|sctp| sctp.association.state()),
            received: read(&traffic.received, now),
            sent: traffic.sent(now),
            rtp_received: read(&traffic.rtp_received, now),
            rtp_sent: read(&traffic.rtp_sent, now),
            rtx_received: read(&traffic.rtx_received, now),
            rtx_sent: read(&traffic.rtx_sent, now),
            probation_sent: read(&traffic.probation_sent, now),
            available_outgoing_bitrate: transport
                .send_path
                .as_ref()
                .map(|send_path| send_path.controller.available()),
            available_incoming_bitrate: estimate,
            max_incoming_bitrate: set(transport.limits.max_incoming),
            max_outgoing_bitrate: set(transport.limits.max_outgoing),
            min_outgoing_bitrate: set(transport.limits.min_outgoing),
            packet_loss_received: match &transport.rate_feedback {
                RateFeedback::None => None,
                RateFeedback::TransportCc(feedback) => Some(feedback.loss()),
                RateFeedback::Remb(_) => Some(0.0),
            },
            packet_loss_sent: transport
                .send_path
                .as_ref()
                .map(|_| transport.sent_loss.ratio()),
        })))
    }

    /// Statistics of a producer's streams.
    pub(super) fn producer_stats(&self, key: ProducerKey, now: Instant) -> Answer {
        let producer = self.objects.producers.get(key).ok_or_else(gone)?;
        Ok(Response::StreamStats(
            producer
                .streams
                .iter()
                .map(|stream| producer.stream_stats(stream, now))
                .collect(),
        ))
    }

    /// Statistics of a consumer's streams, then, but for pipes, of the producer's stream that it forwards.
    pub(super) fn consumer_stats(&self, key: ConsumerKey, now: Instant) -> Answer {
        let consumer = self.objects.consumers.get(key).ok_or_else(gone)?;
        let producer = self
            .objects
            .producers
            .get(consumer.producer)
            .ok_or_else(gone)?;
        let legs = consumer.legs.iter();
        let mut stats: Vec<_> = legs.map(|leg| consumer.stream_stats(leg, now)).collect();
        let current = consumer.legs.first().current;
        let current = current.filter(|_| consumer.consumer_type != ConsumerType::Pipe);
        let forwarded = current.and_then(|current| producer.streams.get(current.stream));
        stats.extend(forwarded.map(|stream| producer.stream_stats(stream, now)));
        Ok(Response::StreamStats(stats))
    }

    /// Statistics of a data producer.
    pub(super) fn data_producer_stats(&self, key: DataProducerKey) -> Answer {
        let producer = self.objects.data_producers.get(key).ok_or_else(gone)?;
        Ok(Response::DataProducerStats(producer.stats))
    }

    /// Statistics of a data consumer.
    pub(super) fn data_consumer_stats(&self, key: DataConsumerKey) -> Answer {
        let consumer = self.objects.data_consumers.get(key).ok_or_else(gone)?;
        Ok(Response::DataConsumerStats(DataConsumerStats {
            buffered_amount: self.buffered_bytes(key),
            ..consumer.stats
        }))
    }
}

impl Producer {
    /// Statistics of one of its streams.
    pub(crate) fn stream_stats(&self, stream: &ProducerStream, now: Instant) -> StreamStats {
        let stats = stream.recv.stats(now);
        let codec = self.codecs.get(stream.recv.params().pt);
        let layers = stats.bitrate_by_layer.into_iter();
        StreamStats {
            direction: StreamDirection::Recv,
            ssrc: stats.ssrc,
            kind: self.kind,
            mime_type: codec
                .map(|codec| codec.mime_type.clone())
                .unwrap_or_default(),
            rid: stream.rid,
            rtx_ssrc: stats.rtx_ssrc,
            packets_lost: u32::try_from(stats.packets_lost).unwrap_or(u32::MAX),
            fraction_lost: stats.fraction_lost,
            jitter: stats.jitter,
            packets_discarded: stats.packets_discarded,
            packets_retransmitted: stats.packets_retransmitted,
            packets_repaired: stats.packets_repaired,
            nack_count: stats.nack_count,
            nack_packet_count: stats.nack_packet_count,
            pli_count: stats.pli_count,
            fir_count: stats.fir_count,
            round_trip_time: stats.round_trip_time.map(millis),
            rtx_packets_discarded: stats.rtx_packets_discarded,
            score: stats.score,
            packet_count: stats.packet_count,
            byte_count: stats.byte_count,
            bitrate: stats.bitrate,
            bitrate_by_layer: layers
                .map(|(s, t, bitrate)| (format!("{s}.{t}"), bitrate))
                .collect(),
        }
    }
}

impl Consumer {
    /// Statistics of a stream to the peer.
    fn stream_stats(&self, leg: &Leg, now: Instant) -> StreamStats {
        let stats = leg.send.stats(now);
        let codec = self.parameters.codecs.first();
        StreamStats {
            direction: StreamDirection::Send,
            ssrc: stats.ssrc,
            kind: self.kind,
            mime_type: codec
                .map(|codec| codec.mime_type.as_str().to_owned())
                .unwrap_or_default(),
            rid: None,
            rtx_ssrc: stats.rtx_ssrc,
            packets_lost: stats.packets_lost,
            fraction_lost: stats.fraction_lost,
            jitter: stats.jitter,
            packets_discarded: 0,
            packets_retransmitted: stats.packets_retransmitted,
            packets_repaired: stats.packets_repaired,
            nack_count: stats.nack_count,
            nack_packet_count: stats.nack_packet_count,
            pli_count: stats.pli_count,
            fir_count: stats.fir_count,
            round_trip_time: stats.round_trip_time.map(millis),
            rtx_packets_discarded: 0,
            score: stats.score,
            packet_count: stats.packet_count,
            byte_count: stats.byte_count,
            bitrate: stats.bitrate,
            bitrate_by_layer: BTreeMap::new(),
        }
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
