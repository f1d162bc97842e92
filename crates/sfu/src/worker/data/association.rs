//! The associations that carry messages: packets in and out, and what they tell.

use crate::command::{MessagePayload, Subchannels};
use crate::drops::DropReason;
use crate::event::{DataConsumerEvent, Event, SctpCapabilities, TransportEvent};
use crate::keys::TransportKey;
use crate::sctp::{SctpEvent, StreamId};
use crate::transport::Kind;
use crate::worker::Worker;
use std::sync::Arc;
use std::time::Instant;

impl Worker {
    /// Moves everything between a transport's association and the rest: packets out, events in.
    pub(in crate::worker) fn drive_sctp(&mut self, key: TransportKey, now: Instant) {
        if let Some(transport) = self.objects.transports.get_mut(key)
            && let Some(sctp) = &mut transport.sctp
            && sctp.wanted
            && transport.connected
        {
            sctp.association.connect(now);
        }
        while let Some(event) = self
            .objects
            .transports
            .get_mut(key)
            .and_then(|t| t.sctp.as_mut())
            .and_then(|s| s.association.poll_event())
        {
            self.handle_sctp_event(key, event, now);
        }
        self.transmit_sctp(key, now);
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let at = transport
            .sctp
            .as_ref()
            .and_then(|sctp| sctp.association.poll_timeout());
        transport.wake_at(at);
        self.wake_at(at);
    }

    pub(in crate::worker) fn transmit_sctp(&mut self, key: TransportKey, now: Instant) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let Some(sctp) = &mut transport.sctp else {
            return;
        };
        let Kind::WebRtc(webrtc) = &mut transport.kind else {
            return;
        };
        let mut sent = false;
        while let Some(len) = sctp.association.poll_transmit(self.scratch.as_mut_slice()) {
            let Some(packet) = self.scratch.get(..len) else {
                continue;
            };
            // A packet that DTLS does not take is lost, as on any network; SCTP repeats it.
            sent |= webrtc.dtls.send_data(packet, now).is_ok();
        }
        if sent {
            self.drive_dtls(key, now);
        }
    }

    fn handle_sctp_event(&mut self, key: TransportKey, event: SctpEvent, now: Instant) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let id = transport.id;
        let Some(sctp) = &mut transport.sctp else {
            return;
        };
        match event {
            SctpEvent::StateChanged(state) => {
                self.events
                    .push_back(Event::Transport(id, TransportEvent::SctpStateChange(state)));
            }
            SctpEvent::Negotiated {
                max_outbound,
                max_inbound,
            } => {
                let negotiated = SctpCapabilities {
                    max_outbound_streams: max_outbound,
                    max_inbound_streams: max_inbound,
                };
                sctp.negotiated = Some(negotiated);
                self.events.push_back(Event::Transport(
                    id,
                    TransportEvent::SctpNegotiatedCapabilities(negotiated),
                ));
            }
            SctpEvent::Message {
                stream_id,
                ppid,
                payload,
            } => {
                let Some(producer) = sctp.producers.get(&stream_id.0).copied() else {
                    self.drops.count(DropReason::NoDataProducer);
                    return;
                };
                let message = MessagePayload {
                    ppid: ppid.0,
                    bytes: Arc::from(payload),
                };
                self.route_message(producer, &message, &Subchannels::default(), now);
            }
            SctpEvent::StreamResetByPeer { ids } => self.close_reset_streams(key, &ids, now),
            SctpEvent::BufferedAmountLow { stream_id } => {
                let buffered = sctp.association.buffered_amount(stream_id);
                if let Some(consumer) = sctp.consumers.get(&stream_id.0)
                    && let Some(consumer) = self.objects.data_consumers.get(*consumer)
                {
                    let event = DataConsumerEvent::BufferedAmountLow(buffered);
                    self.events
                        .push_back(Event::DataConsumer(consumer.id, event));
                }
            }
        }
    }

    /// The peer reset inbound streams: the data consumers on the same streams go with them (fact sheet 4.8).
    fn close_reset_streams(&mut self, key: TransportKey, ids: &[StreamId], now: Instant) {
        for id in ids {
            let sctp = self
                .objects
                .transports
                .get(key)
                .and_then(|transport| transport.sctp.as_ref());
            if let Some(consumer) = sctp.and_then(|sctp| sctp.consumers.get(&id.0).copied()) {
                self.close_data_consumer(consumer, now);
            }
        }
    }
}
