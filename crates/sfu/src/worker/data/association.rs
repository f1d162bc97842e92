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
    /// Puts a transport's association on the list of those with something to do. Nothing is done at once: a message
    /// that arrives causes others to be sent, and their number must not become the depth of the stack.
    pub(in crate::worker) fn queue_sctp(&mut self, key: TransportKey) {
        let transport = self.objects.transports.get_mut(key);
        if let Some(sctp) = transport.and_then(|transport| transport.sctp.as_mut())
            && !std::mem::replace(&mut sctp.is_queued, true)
        {
            self.sctp_work.push(key);
        }
    }

    /// Moves everything between the associations on the list and the rest, at the end of each input.
    pub(in crate::worker) fn drive_sctp(&mut self, now: Instant) {
        while let Some(key) = self.sctp_work.pop() {
            self.drive_association(key, now);
        }
    }

    fn drive_association(&mut self, key: TransportKey, now: Instant) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        if let Some(sctp) = &mut transport.sctp {
            sctp.is_queued = false;
            if sctp.wanted && transport.connected {
                sctp.association.connect(now);
            }
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

    /// Sends what the association has to send.
    pub(in crate::worker) fn transmit_sctp(&mut self, key: TransportKey, now: Instant) {
        while let Some(transport) = self.objects.transports.get_mut(key)
            && let Some(sctp) = &mut transport.sctp
            && let Some(len) = sctp.association.poll_transmit(self.scratch.as_mut_slice())
        {
            let packet = self.scratch.get(..len).unwrap_or(&[]);
            match &mut transport.kind {
                Kind::WebRtc(webrtc) => {
                    // A packet that DTLS does not take is lost, as on any network; SCTP repeats it.
                    let _ = webrtc.dtls.send_data(packet, now);
                    // One by one: DTLS holds less than a window of SCTP.
                    self.drive_dtls(key, now);
                }
                Kind::Plain(_) | Kind::Pipe(_) => {
                    // Without a path it is lost, too.
                    let Some(tuple) = transport.selected_tuple() else {
                        continue;
                    };
                    if self.outbox.push(&tuple, packet) {
                        transport.traffic.other_sent.add(packet.len(), now);
                    } else {
                        self.drops.count(DropReason::OutboxFull);
                    }
                }
                Kind::Direct(_) => return,
            }
        }
    }

    fn handle_sctp_event(&mut self, key: TransportKey, event: SctpEvent, now: Instant) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let (id, is_pipe) = (transport.id, transport.pipe().is_some());
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
                let split = if is_pipe {
                    Subchannels::split_off(&payload)
                } else {
                    Ok((Subchannels::default(), &payload[..]))
                };
                let Ok((to, bytes)) = split else {
                    return self.drops.count(DropReason::MalformedMessage);
                };
                let message = MessagePayload {
                    ppid: ppid.0,
                    bytes: Arc::from(bytes),
                };
                self.route_message(producer, &message, &to, now);
            }
            SctpEvent::StreamResetByPeer { ids } => self.close_reset_streams(key, &ids, now),
            SctpEvent::BufferedAmountLow { stream_id } => {
                let buffered = sctp.association.buffered_amount(stream_id);
                if let Some(consumer) = sctp.consumers.get(&stream_id.0)
                    && let Some(consumer) = self.objects.data_consumers.get(*consumer)
                {
                    let event = DataConsumerEvent::BufferedAmountLow(buffered);
                    self.events
                        .push_bulk(Event::DataConsumer(consumer.id, event));
                }
            }
        }
    }

    /// The peer reset inbound streams: the data consumers on the same streams go with them (fact sheet 4.8).
    fn close_reset_streams(&mut self, key: TransportKey, ids: &[StreamId], now: Instant) {
        let transport = self.objects.transports.get(key);
        let sctp = transport.and_then(|transport| transport.sctp.as_ref());
        let Some(sctp) = sctp.filter(|sctp| sctp.is_data_channel) else {
            return;
        };
        let is_reset = |stream: u16| ids.is_empty() || ids.contains(&StreamId(stream));
        let consumers = sctp.consumers.iter();
        let consumers: Vec<_> = consumers
            .filter(|(stream, _)| is_reset(**stream))
            .map(|(_, consumer)| *consumer)
            .collect();
        for consumer in consumers {
            self.close_data_consumer(consumer, now);
        }
    }
}
