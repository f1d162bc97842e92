//! Who tells what arrived: transport-wide feedback as a browser sends it.

use std::time::{Duration, Instant};

use miso_wire::{ExtSeq, FeedbackTime, RtcpWriter, Seq, Ssrc, TransportFeedbackHead};

/// Room for a message.
const MESSAGE: usize = 1_200;

/// Numbers start here, so that none is zero.
const FIRST_CYCLE: u64 = 1 << 16;

/// Collects arrivals of one flow.
pub(super) struct Receiver {
    start: Instant,
    /// Time between messages.
    interval: Duration,
    /// How much faster its clock goes than ours, in millionths.
    drift_ppm: i64,
    next: Option<Instant>,
    /// Number of the first of `arrivals`; zero before the first packet.
    base: u64,
    arrivals: Vec<Option<FeedbackTime>>,
    count: u8,
}

impl Receiver {
    pub(super) fn new(interval: Duration, drift_ppm: i64, start: Instant) -> Self {
        Self {
            start,
            interval,
            drift_ppm,
            next: None,
            base: 0,
            arrivals: Vec::new(),
            count: 0,
        }
    }

    pub(super) fn packet_arrived(&mut self, seq: Seq, now: Instant) {
        if self.base == 0 {
            self.base = FIRST_CYCLE | u64::from(seq.0);
        }
        let end = ExtSeq(self.base + self.arrivals.len() as u64);
        let number = end.closest(seq).0;
        let Some(place) = number.checked_sub(self.base) else {
            // Told as lost already: told again below, as libwebrtc does, from this packet on.
            self.prepend(number, now);
            return;
        };
        let place = usize::try_from(place).unwrap_or(0);
        if self.arrivals.len() <= place {
            self.arrivals.resize(place + 1, None);
        }
        let time = self.clock(now);
        if let Some(arrival) = self.arrivals.get_mut(place) {
            arrival.get_or_insert(time);
        }
        self.next.get_or_insert(now + self.interval);
    }

    fn prepend(&mut self, number: u64, now: Instant) {
        let missing = usize::try_from(self.base - number).unwrap_or(0);
        if missing > 200 {
            return;
        }
        let time = self.clock(now);
        let mut arrivals = vec![None; missing];
        arrivals.append(&mut self.arrivals);
        if let Some(first) = arrivals.first_mut() {
            *first = Some(time);
        }
        (self.base, self.arrivals) = (number, arrivals);
        self.next.get_or_insert(now + self.interval);
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.next
    }

    /// A message to be sent now.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Vec<u8>> {
        if self.next.is_none_or(|next| next > now) {
            return None;
        }
        let mut out = vec![0; MESSAGE];
        let mut writer = RtcpWriter::new(&mut out);
        let head = TransportFeedbackHead {
            sender: Ssrc(1),
            media: Ssrc(2),
            base: ExtSeq(self.base).seq(),
            feedback_count: self.count,
        };
        let told = writer
            .transport_feedback(&head, &self.arrivals)
            .unwrap_or(0);
        let len = writer.as_bytes().len();
        out.truncate(len);
        self.count = self.count.wrapping_add(1);
        self.arrivals.drain(..told);
        self.base += told as u64;
        if told == 0 || self.arrivals.is_empty() {
            self.next = None;
        }
        (told > 0).then_some(out)
    }

    fn clock(&self, now: Instant) -> FeedbackTime {
        let elapsed = now.saturating_duration_since(self.start);
        let micros = i64::try_from(elapsed.as_micros()).unwrap_or(0);
        let drifted = micros + micros * self.drift_ppm / 1_000_000;
        FeedbackTime::from_duration(Duration::from_micros(drifted.unsigned_abs()))
    }
}
