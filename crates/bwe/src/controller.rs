//! The controller: what was sent and what is told of it in, the available bitrate and probes out.

mod stats;

use std::time::{Duration, Instant};

use miso_wire::{Bitrate, Seq, TransportFeedback};

use crate::acknowledged::AcknowledgedBitrate;
use crate::delay::{Arrival, PacketGroups, RateControl, RateControlConfig, TrendDetector};
use crate::feedback::FeedbackReader;
use crate::history::{SentPacket, SentPackets};

pub use stats::ControllerStats;

/// The estimate never exceeds this, whatever the owner's limit.
const MAX_BITRATE: Bitrate = Bitrate::kbps(1_000_000);

/// The estimate never falls below this, whatever the owner's limit. Lower would starve what it should measure with.
const MIN_BITRATE: Bitrate = Bitrate::kbps(5);

/// What a controller begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControllerConfig {
    /// The estimate before anything is known (`initialAvailableOutgoingBitrate`).
    pub initial: Bitrate,
    /// The estimate stays above (`minOutgoingBitrate`).
    pub min: Bitrate,
    /// The estimate stays below (`maxOutgoingBitrate`); none for no limit.
    pub max: Option<Bitrate>,
}

impl Default for ControllerConfig {
    /// mediasoup's defaults.
    fn default() -> Self {
        Self {
            initial: Bitrate::kbps(600),
            min: Bitrate::kbps(30),
            max: None,
        }
    }
}

/// A run of packets that measures a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProbeId(pub(crate) u32);

/// One packet of padding that the owner is to send now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// To be given to [`Controller::packet_sent`] with the packet.
    pub id: ProbeId,
    /// Bytes that the packet shall have, overhead included. It may have fewer if a packet of that size is not possible.
    pub size: usize,
}

/// Estimates the bitrate that the path to a peer carries.
#[derive(Debug)]
pub struct Controller {
    /// Times inside count from here.
    epoch: Instant,
    /// The owner's limits.
    min: Bitrate,
    max: Bitrate,
    /// What was sent.
    sent: SentPackets,
    /// Reads feedback.
    reader: FeedbackReader,
    /// The rate that arrived.
    acknowledged: AcknowledgedBitrate,
    /// The delay-based estimate.
    groups: PacketGroups,
    trend: TrendDetector,
    rate: RateControl,
    /// The peer's own estimate.
    remb: Option<Bitrate>,
    /// The round trip.
    rtt: Option<Duration>,
}

impl Controller {
    /// A controller of a path that nothing is known of.
    pub fn new(config: ControllerConfig, now: Instant) -> Self {
        let (min, max) = limits(config.min, config.max);
        Self {
            epoch: now,
            min,
            max,
            sent: SentPackets::new(),
            reader: FeedbackReader::default(),
            acknowledged: AcknowledgedBitrate::new(),
            groups: PacketGroups::default(),
            trend: TrendDetector::default(),
            rate: RateControl::new(&RateControlConfig {
                start: config.initial,
                min,
                max,
                start_growth: None,
                start_headroom: 1.5,
            }),
            remb: None,
            rtt: None,
        }
    }

    /// Sets the estimate anew, as before anything was known (`setInitialAvailableOutgoingBitrate`). Has no effect
    /// once the peer has told of packets.
    pub fn set_initial(&mut self, initial: Bitrate) {
        if self.acknowledged.bitrate().is_none() {
            self.rate.set_target(initial);
        }
    }

    /// Sets the limits of the estimate. The lower limit wins where they contradict each other.
    pub fn set_limits(&mut self, min: Bitrate, max: Option<Bitrate>) {
        (self.min, self.max) = limits(min, max);
        self.rate.set_limits(self.min, self.max);
    }

    /// Says what all consumers together would take. Growth and probes go no further than is of use for it; zero ends
    /// probing.
    pub fn set_desired(&mut self, _desired: Bitrate, _now: Instant) {}

    /// Notes a packet with a transport-wide number, in the order of sending. `size` is with all headers from IP on;
    /// `probe` is that of the [`Probe`] for which it is sent.
    pub fn packet_sent(&mut self, seq: Seq, size: usize, probe: Option<ProbeId>, now: Instant) {
        let packet = SentPacket {
            at: self.since_epoch(now),
            size: u32::try_from(size).unwrap_or(u32::MAX),
            probe: probe.map(|id| id.0),
        };
        self.sent.add(seq, packet);
    }

    /// Takes in transport-wide feedback.
    pub fn handle_feedback(&mut self, feedback: &TransportFeedback<'_>, now: Instant) {
        let now = self.since_epoch(now);
        let news = self.reader.read(feedback, &mut self.sent, now);
        let Some(last) = news.arrived.last() else {
            return;
        };
        let rtt = news
            .arrived
            .iter()
            .map(|packet| {
                now.saturating_sub(packet.sent.at)
                    .saturating_sub(last.at - packet.at)
            })
            .min();
        for packet in &news.arrived {
            let arrival = Arrival {
                sent: packet.sent.at,
                at: packet.at,
            };
            if let Some(change) = self.groups.add(arrival) {
                self.trend.update(&change);
            }
        }
        self.acknowledged.add(&news.arrived);
        if let Some(rtt) = rtt {
            self.rtt = Some(rtt);
            self.rate.set_rtt(rtt);
        }
        self.rate
            .update(self.trend.usage(), self.acknowledged.bitrate(), now);
    }

    /// Takes in the bitrate of a REMB message.
    pub fn handle_remb(&mut self, bitrate: Bitrate, _now: Instant) {
        self.remb = Some(bitrate);
    }

    /// Takes in what a receiver report says: the fraction lost in 1/256, and the round trip if it can be computed.
    /// The worst of the streams of a transport.
    pub fn handle_receiver_report(
        &mut self,
        _fraction_lost: u8,
        rtt: Option<Duration>,
        _now: Instant,
    ) {
        self.rtt = rtt.or(self.rtt);
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next; may be in the past.
    pub fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, _now: Instant) {}

    /// A packet of padding to be sent now. To be called until there is none.
    pub fn poll_probe(&mut self, _now: Instant) -> Option<Probe> {
        None
    }

    /// The bitrate that the path carries, headers from IP on included: what there is to allot.
    pub fn available(&self) -> Bitrate {
        let remb = self.remb.unwrap_or(self.max);
        self.rate.target().min(remb).clamp(self.min, self.max)
    }

    /// How the estimate comes about.
    pub fn stats(&self) -> ControllerStats {
        ControllerStats {
            available: self.available(),
            rtt: self.rtt,
            loss: 0.0,
            acknowledged: self.acknowledged.bitrate(),
            delay_based: self.rate.target(),
            loss_based: None,
            remb: self.remb,
            usage: self.trend.usage(),
            application_limited: false,
            refused: self.reader.refused,
            ..ControllerStats::default()
        }
    }

    fn since_epoch(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.epoch)
    }
}

fn limits(min: Bitrate, max: Option<Bitrate>) -> (Bitrate, Bitrate) {
    let min = min.clamp(MIN_BITRATE, MAX_BITRATE);
    (min, max.unwrap_or(MAX_BITRATE).clamp(min, MAX_BITRATE))
}
