//! RTCP from the peer: reports about what it gets and sends, and what it asks for.

use super::Worker;
use super::retransmit::Wanted;
use crate::drops::DropReason;
use crate::event::{ConsumerEvent, Event};
use crate::keys::{ConsumerKey, TransportKey};
use crate::trace::MediaTraceInfo;
use crate::transport::RateFeedback;
use miso_ice::Tuple;
use miso_wire::{
    Dlrr, NtpTime, ReportBlock, RtcpPacket, RtcpPackets, SenderReport, Seq, Ssrc,
    TransportFeedback, Xr, XrBlock,
};
use std::time::Instant;

/// Packets of one transport-wide feedback that are looked at. A small message can tell of 65,535; more costs a liar's
/// server more, fewer leaves out some of what a slow honest one tells.
const MAX_JUDGED: usize = 4_096;

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
                let Some(consumer) = self.consumer_of(key, nack.media) else {
                    return;
                };
                self.receive_nack(consumer, nack.lost());
                self.trace_asking(consumer, MediaTraceInfo::Nack, now);
            }
            RtcpPacket::Pli(pli) => {
                let Some(consumer) = self.consumer_of(key, pli.media) else {
                    return;
                };
                if let Some(consumer) = self.objects.consumers.get_mut(consumer) {
                    consumer.send.count_pli();
                }
                self.trace_asking(consumer, MediaTraceInfo::Pli(pli.media), now);
                self.ask_for_key_frame_of(consumer, now);
            }
            RtcpPacket::Fir(fir) => {
                for entry in fir.entries() {
                    let Some(consumer) = self.consumer_of(key, entry.ssrc) else {
                        continue;
                    };
                    if let Some(consumer) = self.objects.consumers.get_mut(consumer) {
                        consumer.send.count_fir();
                    }
                    self.trace_asking(consumer, MediaTraceInfo::Fir(entry.ssrc), now);
                    self.ask_for_key_frame_of(consumer, now);
                }
            }
            RtcpPacket::Xr(xr) => self.receive_xr(key, xr, now),
            RtcpPacket::TransportFeedback(feedback) => self.note_loss(key, feedback),
            // What a sender learns from it is used by the estimation of the path to the peer.
            RtcpPacket::Remb(_) => {}
            RtcpPacket::Sdes(_) | RtcpPacket::Bye(_) => {}
        }
    }

    /// Learns from transport-wide feedback how much of what is sent arrives.
    fn note_loss(&mut self, key: TransportKey, feedback: &TransportFeedback<'_>) {
        let (mut lost, mut total) = (0, 0);
        for (_, arrival) in feedback.deltas().take(MAX_JUDGED) {
            lost += u16::from(arrival.is_none());
            total += 1;
        }
        if let Some(transport) = self.objects.transports.get_mut(key) {
            transport.sent_loss.add(lost, total);
        }
    }

    /// The consumer that sends media under an SSRC. Feedback about anything else is counted.
    fn consumer_of(&mut self, key: TransportKey, ssrc: Ssrc) -> Option<ConsumerKey> {
        let transport = self.objects.transports.get(key)?;
        let found = transport.consumer_ssrcs.get(&ssrc).copied();
        let found = found.filter(|key| {
            let consumer = self.objects.consumers.get(*key);
            consumer.is_some_and(|consumer| consumer.send.params().ssrc == ssrc)
        });
        if found.is_none() {
            self.drops.count(DropReason::UnknownFeedback);
        }
        found
    }

    fn receive_nack(&mut self, key: ConsumerKey, lost: impl Iterator<Item = Seq>) {
        let mut count = 0;
        for seq in lost {
            if !self.fan_out.want(Wanted { consumer: key, seq }) {
                self.drops.count(DropReason::TooManyWanted);
            }
            count += 1;
        }
        if let Some(consumer) = self.objects.consumers.get_mut(key) {
            consumer.send.count_nack(count);
        }
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
        let mut changed = None;
        if let Some(stream) = producer
            .stream_of_media(ssrc)
            .and_then(|index| producer.streams.get_mut(index))
        {
            changed = Some(stream.recv.sender_report(report.info.ntp, now));
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
        if changed.is_some() {
            self.trace_sender_report(producer_key, report.info, now);
        }
        if changed == Some(true) {
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
        if consumer.send.params().ssrc == block.ssrc && consumer.send.receiver_report(block, ntp) {
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
                        if let Some(consumer) = self.objects.consumers.get_mut(*consumer) {
                            consumer.send.reference_time(xr.sender, reference, now);
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
