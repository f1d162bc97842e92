//! RTCP from the peer: reports about what it gets and sends, and what it asks for.

use super::Worker;
use super::retransmit::Wanted;
use crate::drops::DropReason;
use crate::event::{ConsumerEvent, Event};
use crate::keys::{ConsumerKey, TransportKey};
use crate::send_stream::SendStream;
use crate::transport::RateFeedback;
use miso_ice::Tuple;
use miso_wire::{
    Dlrr, NtpTime, ReportBlock, RtcpPacket, RtcpPackets, SenderReport, Seq, Ssrc, Xr, XrBlock,
};
use std::time::Instant;

/// A stream to a peer.
#[derive(Clone, Copy)]
struct LegPlace {
    consumer: ConsumerKey,
    leg: usize,
}

impl Worker {
    /// Takes an SRTCP packet that came by a tuple of the transport.
    pub(super) fn receive_rtcp(
        &mut self,
        key: TransportKey,
        tuple: Tuple,
        datagram: &mut [u8],
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
        let Some(srtp) = &mut webrtc.srtp else {
            return self.drops.count(DropReason::NoKeys);
        };
        let Ok(len) = srtp.recv.open_rtcp(datagram) else {
            return self.drops.count(DropReason::SrtcpAuth);
        };
        self.follow_path(key, tuple, now);
        if let Some(clear) = datagram.get(..len) {
            self.receive_clear_rtcp(key, clear, now);
        }
    }

    pub(super) fn receive_clear_rtcp(&mut self, key: TransportKey, compound: &[u8], now: Instant) {
        for packet in RtcpPackets::new(compound) {
            match packet {
                Ok(packet) => self.receive_rtcp_packet(key, &packet, now),
                Err(_) => self.drops.count(DropReason::MalformedRtcp),
            }
        }
    }

    fn receive_rtcp_packet(&mut self, key: TransportKey, packet: &RtcpPacket<'_>, now: Instant) {
        match packet {
            RtcpPacket::SenderReport(report) => {
                self.receive_sender_report(key, report, now);
                report
                    .blocks()
                    .for_each(|block| self.receive_report_block(key, &block, now));
            }
            RtcpPacket::ReceiverReport(report) => {
                report
                    .blocks()
                    .for_each(|block| self.receive_report_block(key, &block, now));
            }
            RtcpPacket::Nack(nack) => {
                if let Some(place) = self.leg_of(key, nack.media) {
                    self.receive_nack(place, nack.lost());
                }
            }
            RtcpPacket::Pli(pli) => {
                if let Some(place) = self.leg_of(key, pli.media) {
                    self.receive_key_frame_request(place, SendStream::count_pli, now);
                }
            }
            RtcpPacket::Fir(fir) => {
                for entry in fir.entries() {
                    if let Some(place) = self.leg_of(key, entry.ssrc) {
                        self.receive_key_frame_request(place, SendStream::count_fir, now);
                    }
                }
            }
            RtcpPacket::Xr(xr) => self.receive_xr(key, xr, now),
            // What a sender learns from these two is used by the estimation of the path to the peer.
            RtcpPacket::Remb(_) | RtcpPacket::TransportFeedback(_) => {}
            RtcpPacket::Sdes(_) | RtcpPacket::Bye(_) => {}
        }
    }

    /// The consumer that sends media under an SSRC, and which leg of it. Feedback about anything else is counted.
    fn leg_of(&mut self, key: TransportKey, ssrc: Ssrc) -> Option<LegPlace> {
        let transport = self.objects.transports.get(key)?;
        let found = transport.consumer_ssrcs.get(&ssrc).copied();
        let found = found.and_then(|key| {
            let leg = self.objects.consumers.get(key)?.legs.position(ssrc)?;
            Some(LegPlace { consumer: key, leg })
        });
        if found.is_none() {
            self.drops.count(DropReason::UnknownFeedback);
        }
        found
    }

    fn send_stream_at(&mut self, place: LegPlace) -> Option<&mut SendStream> {
        let consumer = self.objects.consumers.get_mut(place.consumer)?;
        Some(&mut consumer.legs.get_mut(place.leg)?.send)
    }

    fn receive_nack(&mut self, place: LegPlace, lost: impl Iterator<Item = Seq>) {
        let LegPlace { consumer, leg } = place;
        let mut count = 0;
        for seq in lost {
            if !self.fan_out.want(Wanted { consumer, leg, seq }) {
                self.drops.count(DropReason::TooManyWanted);
            }
            count += 1;
        }
        if let Some(send) = self.send_stream_at(place) {
            send.count_nack(count);
        }
    }

    fn receive_key_frame_request(
        &mut self,
        place: LegPlace,
        count: impl Fn(&mut SendStream),
        now: Instant,
    ) {
        if let Some(send) = self.send_stream_at(place) {
            count(send);
        }
        self.ask_for_key_frame_of_leg(place.consumer, place.leg, now);
    }

    fn receive_sender_report(
        &mut self,
        key: TransportKey,
        report: &SenderReport<'_>,
        now: Instant,
    ) {
        let ssrc = report.info.ssrc;
        let Some(producer_key) = self
            .objects
            .transports
            .get(key)
            .and_then(|t| t.listener.find_by_ssrc(ssrc))
        else {
            return;
        };
        let Some(producer) = self.objects.producers.get_mut(producer_key) else {
            return;
        };
        let mut changed = false;
        if let Some(stream) = producer
            .stream_of_media(ssrc)
            .and_then(|index| producer.streams.get_mut(index))
        {
            changed = stream.recv.sender_report(report.info.ntp, now);
            stream
                .capture
                .sender_report(report.info.ntp, report.info.rtp_time);
            if let Some(transport) = self.objects.transports.get_mut(key) {
                transport
                    .sender_clock
                    .sender_report(report.info.ntp, stream.recv.rtt(), now);
            }
        } else if let Some(stream) = producer
            .stream_of_rtx(ssrc)
            .and_then(|index| producer.streams.get_mut(index))
        {
            stream.recv.rtx_sender_report(report.info.ntp, now);
        }
        if changed {
            self.announce_scores(producer_key, now);
        }
    }

    fn receive_report_block(&mut self, key: TransportKey, block: &ReportBlock, now: Instant) {
        let Some(consumer_key) = self
            .objects
            .transports
            .get(key)
            .and_then(|t| t.consumer_ssrcs.get(&block.ssrc))
        else {
            return;
        };
        let consumer_key = *consumer_key;
        let ntp = self.ntp(now);
        let Some(consumer) = self.objects.consumers.get_mut(consumer_key) else {
            return;
        };
        // Reports about retransmissions say nothing about the picture.
        let leg = consumer.legs.position(block.ssrc);
        let leg = leg.and_then(|leg| consumer.legs.get_mut(leg));
        if leg.is_some_and(|leg| leg.send.receiver_report(block, ntp)) {
            self.announce_consumer_score(consumer_key);
        }
    }

    fn receive_xr(&mut self, key: TransportKey, xr: &Xr<'_>, now: Instant) {
        let ntp = self.ntp(now);
        for block in xr.blocks() {
            match block {
                XrBlock::ReferenceTime(reference) => {
                    let Some(transport) = self.objects.transports.get_mut(key) else {
                        return;
                    };
                    for consumer in &transport.consumers {
                        let consumer = self.objects.consumers.get_mut(*consumer);
                        for leg in consumer.into_iter().flat_map(|it| it.legs.iter_mut()) {
                            leg.send.reference_time(xr.sender, reference, now);
                        }
                    }
                }
                XrBlock::Dlrr(dlrr) => {
                    for item in dlrr.items() {
                        let ssrc = if item.ssrc.0 == 0 {
                            xr.sender
                        } else {
                            item.ssrc
                        };
                        self.receive_dlrr(key, ssrc, &item, ntp);
                    }
                }
            }
        }
    }

    /// Takes the answer to our reference time that is about the stream `ssrc`: it tells the round trip.
    fn receive_dlrr(&mut self, key: TransportKey, ssrc: Ssrc, item: &Dlrr, ntp: NtpTime) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        let producer = transport.listener.find_by_ssrc(ssrc);
        let Some(producer) = producer.and_then(|key| self.objects.producers.get_mut(key)) else {
            return;
        };
        let Some(stream) = producer
            .stream_of_media(ssrc)
            .and_then(|index| producer.streams.get_mut(index))
        else {
            return;
        };
        stream.recv.dlrr(item, ntp);
        if let (Some(rtt), RateFeedback::Remb(estimator)) =
            (stream.recv.rtt(), &mut transport.rate_feedback)
        {
            estimator.set_rtt(rtt);
        }
    }

    /// Tells the score of a consumer when it is another one than before.
    pub(super) fn announce_consumer_score(&mut self, key: ConsumerKey) {
        let Some(consumer) = self.objects.consumers.get_mut(key) else {
            return;
        };
        let Some(producer) = self.objects.producers.get(consumer.producer) else {
            return;
        };
        let score = consumer.score_with(producer);
        if score != consumer.score {
            consumer.score = score.clone();
            self.events
                .push_back(Event::Consumer(consumer.id, ConsumerEvent::Score(score)));
        }
    }
}
