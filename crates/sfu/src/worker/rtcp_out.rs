//! RTCP to the peer: reports, and what is asked of it.

use super::Worker;
use crate::drops::DropReason;
use crate::event::{Event, ProducerEvent, TransportEvent};
use crate::keys::{ConsumerKey, ProducerKey, TransportKey};
use crate::producer::Producer;
use crate::trace::MediaTraceInfo;
use crate::transport::{Kind, RateFeedback};
use miso_wire::{FirEntry, ReportBlock, RtcpWriter, Ssrc};
use rand::Rng;
use std::time::{Duration, Instant};

/// Longest compound before SRTP: fits any path.
const MAX_COMPOUND: usize = 1_200;
/// Room that SRTCP needs behind a compound.
const SRTCP_ROOM: usize = 64;
/// Room that one source's part of a compound takes at most: SR, SDES with a name of 255 bytes, DLRR.
const SOURCE_ROOM: usize = 28 + 268 + 24;
/// Time until the first reports.
const FIRST_REPORT: Duration = Duration::from_millis(500);
/// Shortest and longest time between reports, in tenths of a second: random, so that peers do not fall into step.
const REPORT_TENTHS: std::ops::RangeInclusive<u64> = 10..=15;
/// Reports of all transports leave on a common grid of this width. Wider makes a worker with many transports wake up
/// less often and send more at a time, narrower keeps their moments further apart.
const REPORT_GRID: Duration = Duration::from_millis(50);
/// Report blocks that one compound holds: as many as its count can say.
const MAX_BLOCKS: usize = 31;
/// Who sends reports that no stream of ours sends (fact sheet 3.10).
const NOBODY: Ssrc = Ssrc(0);

impl Worker {
    /// Sets the time of the next reports.
    pub(super) fn schedule_rtcp(&mut self, key: TransportKey, now: Instant) {
        let tenths = self.rng.random_range(REPORT_TENTHS);
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        if !transport.connected {
            transport.rtcp_at = None;
            return;
        }
        let wait = if transport.rtcp_at.is_none() {
            FIRST_REPORT
        } else {
            Duration::from_millis(tenths * 100)
        };
        let at = Some(on_grid(now + wait, self.config.start));
        transport.rtcp_at = at;
        transport.wake_at(at);
        self.wake_at(at);
    }

    /// Sends the reports of all the transport's streams.
    pub(super) fn send_reports(&mut self, key: TransportKey, now: Instant) {
        self.send_sender_reports(key, now);
        self.send_receiver_reports(key, now);
    }

    fn send_sender_reports(&mut self, key: TransportKey, now: Instant) {
        let mut buffer = [0; MAX_COMPOUND + SRTCP_ROOM];
        let (mut len, mut index, mut leg) = (0, 0, 0);
        while let Some(transport) = self.objects.transports.get(key)
            && let Some(consumer) = transport.consumers.get(index).copied()
        {
            if MAX_COMPOUND - len < SOURCE_ROOM {
                self.send_rtcp(key, &mut buffer, std::mem::take(&mut len), now);
            }
            let rest = buffer.get_mut(len..MAX_COMPOUND).unwrap_or(&mut []);
            match self.write_source(consumer, leg, rest, now) {
                Some(written) => {
                    len += written;
                    leg += 1;
                }
                None => (index, leg) = (index + 1, 0),
            }
        }
        self.send_rtcp(key, &mut buffer, len, now);
    }

    fn send_receiver_reports(&mut self, key: TransportKey, now: Instant) {
        let mut blocks = std::mem::take(&mut self.report_blocks);
        let mut index = 0;
        while let Some(transport) = self.objects.transports.get(key)
            && let Some(producer) = transport.producers.get(index).copied()
        {
            index += 1;
            self.collect_report_blocks(producer, &mut blocks, now);
        }
        let mut buffer = [0; MAX_COMPOUND + SRTCP_ROOM];
        for chunk in blocks.chunks(MAX_BLOCKS) {
            let ntp = self.ntp(now);
            let mut writer = RtcpWriter::new(buffer.get_mut(..MAX_COMPOUND).unwrap_or(&mut []));
            if writer
                .receiver_report(NOBODY, chunk)
                .and_then(|()| writer.xr_reference_time(NOBODY, ntp))
                .is_ok()
            {
                let len = writer.len();
                self.send_rtcp(key, &mut buffer, len, now);
            }
        }
        blocks.clear();
        self.report_blocks = blocks;
    }

    /// Writes SR, SDES and DLRR of one leg of a consumer. Their length, zero when there is nothing to report; none
    /// when there is no such leg.
    fn write_source(
        &self,
        key: ConsumerKey,
        leg: usize,
        out: &mut [u8],
        now: Instant,
    ) -> Option<usize> {
        let consumer = self.objects.consumers.get(key)?;
        let send = &consumer.legs.get(leg)?.send;
        let captured = send.report_subject(now).and_then(|(source, timestamp)| {
            let producer = self.objects.producers.get(consumer.producer)?;
            let stream = producer.streams.get(usize::from(source))?;
            let clock = &self
                .objects
                .transports
                .get(producer.transport)?
                .sender_clock;
            stream.capture.captured_at(timestamp, clock)
        });
        let Some(info) = send.sender_report(captured, self.ntp(now), now) else {
            return Some(0);
        };
        let cname = consumer
            .parameters
            .rtcp
            .cname
            .as_deref()
            .unwrap_or_default();
        let mut writer = RtcpWriter::new(out);
        let written = writer
            .sender_report(&info, &[])
            .and_then(|()| writer.sdes_cname(info.ssrc, cname.as_bytes()));
        if written.is_err() {
            return Some(0);
        }
        if let Some(dlrr) = send.dlrr(now) {
            // No room left: the answer comes with the next report.
            let _ = writer.xr_dlrr(info.ssrc, &[dlrr]);
        }
        Some(writer.len())
    }

    fn collect_report_blocks(
        &mut self,
        key: ProducerKey,
        blocks: &mut Vec<ReportBlock>,
        now: Instant,
    ) {
        let Some(producer) = self.objects.producers.get_mut(key) else {
            return;
        };
        let repairs_in_band = producer
            .codecs
            .first_media()
            .is_some_and(|codec| codec.in_band_fec);
        let consumers = producer.consumers.iter().filter(|_| repairs_in_band);
        let losses = consumers
            .filter_map(|key| self.objects.consumers.get(*key))
            .flat_map(|consumer| consumer.legs.iter())
            .map(|leg| leg.send.fraction_lost());
        let worst = losses.max().unwrap_or(0);
        blocks.extend(producer.streams.iter_mut().flat_map(|stream| {
            let own = stream.recv.report_block(worst, now);
            std::iter::once(own).chain(stream.recv.rtx_report_block(now))
        }));
    }

    /// Sends feedback about what the peer sends, as far as it is due.
    pub(super) fn send_rate_feedback(&mut self, key: TransportKey, now: Instant) {
        let mut buffer = [0; MAX_COMPOUND + SRTCP_ROOM];
        while let Some(len) =
            self.write_rate_feedback(key, buffer.get_mut(..MAX_COMPOUND).unwrap_or(&mut []), now)
        {
            self.send_rtcp(key, &mut buffer, len, now);
        }
    }

    fn write_rate_feedback(
        &mut self,
        key: TransportKey,
        out: &mut [u8],
        now: Instant,
    ) -> Option<usize> {
        let transport = self.objects.transports.get_mut(key)?;
        if !transport.connected {
            return None;
        }
        let mut writer = RtcpWriter::new(out);
        if let RateFeedback::TransportCc(feedback) = &mut transport.rate_feedback
            && feedback.write(&mut writer, now)
        {
            return Some(writer.len());
        }
        let estimate = match &mut transport.rate_feedback {
            RateFeedback::Remb(estimator) => estimator.poll_remb(now),
            _ => None,
        };
        let bitrate = transport.limiter.poll_remb(estimate, now)?;
        let producers = transport
            .producers
            .iter()
            .filter_map(|key| self.objects.producers.get(*key));
        let ssrcs: Vec<Ssrc> = producers
            .flat_map(|producer| producer.streams.iter().map(|s| s.ssrc()))
            .collect();
        writer.remb(NOBODY, bitrate, &ssrcs).ok()?;
        Some(writer.len())
    }

    /// Asks for what is missing in the streams of a producer.
    pub(super) fn send_nacks(&mut self, key: ProducerKey, now: Instant) {
        let mut buffer = [0; MAX_COMPOUND + SRTCP_ROOM];
        let mut index = 0;
        while let Some(producer) = self.objects.producers.get_mut(key)
            && let Some(stream) = producer.streams.get_mut(index)
        {
            index += 1;
            let (transport, media) = (producer.transport, stream.ssrc());
            let lost = stream.recv.nacks(now);
            if lost.is_empty() {
                continue;
            }
            let mut writer = RtcpWriter::new(buffer.get_mut(..MAX_COMPOUND).unwrap_or(&mut []));
            // What does not fit is asked for again after a round trip.
            if writer.nack(NOBODY, media, lost).is_ok() {
                let len = writer.len();
                self.send_rtcp(transport, &mut buffer, len, now);
                self.trace_asked(key, MediaTraceInfo::Nack, now);
            }
        }
    }

    /// A consumer needs a key frame of a stream.
    pub(super) fn ask_for_key_frame(&mut self, key: ProducerKey, mapped: Ssrc, now: Instant) {
        let Some(producer) = self.objects.producers.get_mut(key) else {
            return;
        };
        if producer.wants_key_frames() {
            producer.key_frames.need(mapped, now);
            self.send_key_frame_requests(key, now);
        }
    }

    /// A consumer still waits for a key frame of a stream whose packets come. Requests may be lost more than once.
    pub(super) fn remind_of_key_frame(&mut self, key: ProducerKey, mapped: Ssrc, now: Instant) {
        let producer = self.objects.producers.get(key);
        if producer.is_some_and(|producer| !producer.key_frames.is_asked(mapped)) {
            self.ask_for_key_frame(key, mapped, now);
        }
    }

    /// A stream is new or goes on: it begins with a key frame.
    pub(super) fn force_key_frame(&mut self, key: ProducerKey, mapped: Ssrc, now: Instant) {
        let Some(producer) = self.objects.producers.get_mut(key) else {
            return;
        };
        if producer.wants_key_frames() {
            producer.key_frames.force(mapped, now);
            self.send_key_frame_requests(key, now);
        }
    }

    /// Sends the key frame requests that are due.
    pub(super) fn send_key_frame_requests(&mut self, key: ProducerKey, now: Instant) {
        let mut buffer = [0; 32 + SRTCP_ROOM];
        while let Some(producer) = self.objects.producers.get_mut(key)
            && let Some(mapped) = producer.key_frames.poll_request()
        {
            let transport = producer.transport;
            let mut writer = RtcpWriter::new(&mut buffer);
            if let Some(asked) = write_key_frame_request(producer, mapped, &mut writer) {
                let len = writer.len();
                self.send_rtcp(transport, &mut buffer, len, now);
                self.trace_asked(key, asked, now);
            }
        }
        let Some(producer) = self.objects.producers.get(key) else {
            return;
        };
        let at = producer.key_frames.poll_timeout();
        if let Some(transport) = self.objects.transports.get_mut(producer.transport) {
            transport.wake_at(at);
        }
        self.wake_at(at);
    }

    /// Seals the first `len` bytes of the buffer and queues them.
    fn send_rtcp(&mut self, key: TransportKey, buffer: &mut [u8], len: usize, now: Instant) {
        let Some(transport) = self.objects.transports.get_mut(key) else {
            return;
        };
        if len == 0 || !transport.connected {
            return;
        }
        let tuple = transport.rtcp_tuple();
        let len = match &mut transport.kind {
            Kind::Direct(_) => {
                let packet = Box::from(buffer.get(..len).unwrap_or(&[]));
                let event = Event::Transport(transport.id, TransportEvent::Rtcp(packet));
                if !self.events.push_bulk(event) {
                    self.drops.count(DropReason::EventsFull);
                }
                return;
            }
            Kind::WebRtc(webrtc) => match &mut webrtc.srtp {
                Some(srtp) => srtp.send.seal_rtcp(buffer, len),
                None => return,
            },
            Kind::Plain(_) | Kind::Pipe(_) => match transport.srtp_mut() {
                Some(srtp) => srtp.send.seal_rtcp(buffer, len),
                None => Ok(len),
            },
        };
        let Some(tuple) = tuple else { return };
        let Ok(len) = len else {
            return self.drops.count(DropReason::NoRoom);
        };
        self.post(key, tuple, buffer.get(..len).unwrap_or(&[]), now);
    }

    /// Tells the scores of a producer, and of its consumers as far as they change with it.
    pub(super) fn announce_scores(&mut self, key: ProducerKey, now: Instant) {
        let Some(producer) = self.objects.producers.get(key) else {
            return;
        };
        self.events.push_back(Event::Producer(
            producer.id,
            ProducerEvent::Score(producer.scores()),
        ));
        for consumer in producer.consumers.clone() {
            self.reconsider_layers(consumer, now);
            self.announce_consumer_score(consumer);
        }
    }
}

/// The next moment on the grid of reports.
fn on_grid(at: Instant, start: Instant) -> Instant {
    let since_start = at.saturating_duration_since(start).as_micros();
    let beyond = since_start % REPORT_GRID.as_micros();
    let missing = u64::try_from(REPORT_GRID.as_micros() - beyond).unwrap_or(0);
    at + Duration::from_micros(missing)
}

/// PLI if the peer takes it, else FIR, else nothing; which of them it was.
fn write_key_frame_request(
    producer: &mut Producer,
    mapped: Ssrc,
    writer: &mut RtcpWriter<'_>,
) -> Option<MediaTraceInfo> {
    let index = producer.stream_of_mapped(mapped)?;
    let stream = producer.streams.get_mut(index)?;
    let codec = producer.codecs.get(stream.recv.params().pt)?;
    let media = stream.ssrc();
    if codec.pli {
        stream.recv.count_pli();
        writer.pli(media, media).ok()?;
        Some(MediaTraceInfo::Pli(media))
    } else if codec.fir {
        stream.recv.count_fir();
        stream.fir_seq = stream.fir_seq.wrapping_add(1);
        writer
            .fir(
                media,
                media,
                &[FirEntry {
                    ssrc: media,
                    seq: stream.fir_seq,
                }],
            )
            .ok()?;
        Some(MediaTraceInfo::Fir(media))
    } else {
        None
    }
}
