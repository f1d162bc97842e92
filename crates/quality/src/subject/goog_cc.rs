//! The other one, with the pacer of probes that it expects around it.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use goog_cc::network_control::{NetworkControllerConfig, NetworkControllerInterface};
use goog_cc::transport::{
    NetworkAvailability, NetworkControlUpdate, PacedPacketInfo, PacketResult, ProbeClusterConfig,
    ProcessInterval, SentPacket, StreamsConfig, TargetRateConstraints, TransportPacketsFeedback,
};
use goog_cc::units::{DataRate, DataSize, Timestamp};
use goog_cc::{GoogCcConfig, GoogCcNetworkController};
use miso_wire::{Bitrate, FeedbackTime, Seq, TransportFeedback};

use super::{Estimator, INITIAL, MIN, Padding};

/// How often libwebrtc wakes it.
const INTERVAL: Duration = Duration::from_millis(25);
/// Its times count from here before the start, so that none is zero.
const OFFSET_MICROS: i64 = 1_000_000_000;

/// A probe that is being sent.
struct Cluster {
    config: ProbeClusterConfig,
    since: Option<Instant>,
    bytes: i64,
    packets: i32,
}

impl Cluster {
    fn min_bytes(&self) -> i64 {
        let bits = self.config.target_data_rate.bps() * self.config.target_duration.us();
        bits / 8_000_000
    }

    fn due(&self) -> Option<Instant> {
        let spent = Duration::from_secs_f64(
            self.bytes as f64 * 8.0 / self.config.target_data_rate.bps().max(1) as f64,
        );
        self.since.map(|since| since + spent)
    }

    fn info(&self) -> PacedPacketInfo {
        PacedPacketInfo {
            send_bitrate: self.config.target_data_rate,
            probe_cluster_id: self.config.id,
            probe_cluster_min_probes: i64::from(self.config.target_probe_count),
            probe_cluster_min_bytes: self.min_bytes(),
            probe_cluster_bytes_sent: self.bytes,
        }
    }

    fn is_complete(&self) -> bool {
        self.bytes >= self.min_bytes() && self.packets >= self.config.target_probe_count
    }
}

pub(super) struct GoogCc {
    controller: GoogCcNetworkController,
    start: Instant,
    next_interval: Instant,
    target: Bitrate,
    /// Packets not told of, by number.
    sent: HashMap<u16, SentPacket>,
    /// Numbers sent, without wraps.
    count: i64,
    in_flight: i64,
    clusters: VecDeque<Cluster>,
    clock: Option<FeedbackTime>,
}

impl GoogCc {
    pub(super) fn new(now: Instant) -> Self {
        let constraints = TargetRateConstraints {
            at_time: Timestamp::from_micros(OFFSET_MICROS),
            min_data_rate: Some(rate(MIN)),
            max_data_rate: None,
            starting_rate: Some(rate(INITIAL)),
        };
        let config = NetworkControllerConfig {
            constraints,
            stream_based_config: StreamsConfig {
                at_time: Timestamp::from_micros(OFFSET_MICROS),
                requests_alr_probing: Some(true),
                ..StreamsConfig::default()
            },
            ..NetworkControllerConfig::default()
        };
        let controller = GoogCcNetworkController::new(
            config,
            GoogCcConfig {
                feedback_only: true,
            },
        );
        let mut this = Self {
            controller,
            start: now,
            next_interval: now,
            target: INITIAL,
            sent: HashMap::new(),
            count: 0,
            in_flight: 0,
            clusters: VecDeque::new(),
            clock: None,
        };
        let update = this
            .controller
            .on_network_availability(NetworkAvailability {
                at_time: this.time(now),
                network_available: true,
            });
        this.take(update);
        this
    }

    fn time(&self, now: Instant) -> Timestamp {
        let micros = now.saturating_duration_since(self.start).as_micros();
        Timestamp::from_micros(OFFSET_MICROS + i64::try_from(micros).unwrap_or(i64::MAX / 2))
    }

    fn take(&mut self, update: NetworkControlUpdate) {
        if let Some(target) = update.target_rate {
            self.target = Bitrate(u64::try_from(target.target_rate.bps()).unwrap_or(0));
        }
        self.clusters.extend(
            update
                .probe_cluster_configs
                .into_iter()
                .map(|config| Cluster {
                    config,
                    since: None,
                    bytes: 0,
                    packets: 0,
                }),
        );
    }
}

impl Estimator for GoogCc {
    fn set_desired(&mut self, desired: Bitrate, now: Instant) {
        let update = self.controller.on_streams_config(StreamsConfig {
            at_time: self.time(now),
            requests_alr_probing: Some(true),
            max_total_allocated_bitrate: Some(rate(desired)),
            ..StreamsConfig::default()
        });
        self.take(update);
    }

    fn packet_sent(&mut self, seq: Seq, size: usize, padding: Option<Padding>, now: Instant) {
        let size = i64::try_from(size).unwrap_or(0);
        let mut pacing_info = PacedPacketInfo::default();
        if let Some(cluster) = self.clusters.front_mut()
            && (cluster.since.is_some() || padding.is_some())
        {
            cluster.since.get_or_insert(now);
            cluster.bytes += size;
            cluster.packets += 1;
            pacing_info = cluster.info();
            if cluster.is_complete() {
                self.clusters.pop_front();
            }
        }
        self.in_flight += size;
        self.count += 1;
        let packet = SentPacket {
            send_time: self.time(now),
            size: DataSize::from_bytes(size),
            pacing_info,
            sequence_number: self.count,
            data_in_flight: DataSize::from_bytes(self.in_flight),
            ..SentPacket::default()
        };
        if let Some(forgotten) = self.sent.insert(seq.0, packet) {
            self.in_flight -= forgotten.size.bytes();
        }
        let update = self.controller.on_sent_packet(packet);
        self.take(update);
    }

    fn handle_feedback(&mut self, feedback: &TransportFeedback<'_>, now: Instant) {
        let mut packet_feedbacks = Vec::new();
        for (seq, arrival) in feedback.arrivals() {
            let Some(sent_packet) = self.sent.get(&seq.0).copied() else {
                continue;
            };
            let mut result = PacketResult {
                sent_packet,
                ..PacketResult::default()
            };
            if let Some(arrival) = arrival {
                let arrival = arrival.unwrapped(*self.clock.get_or_insert(arrival));
                self.clock = Some(arrival);
                result.receive_time =
                    Timestamp::from_micros(OFFSET_MICROS + arrival.micros_since(FeedbackTime(0)));
                self.sent.remove(&seq.0);
                self.in_flight -= sent_packet.size.bytes();
            }
            packet_feedbacks.push(result);
        }
        if packet_feedbacks.is_empty() {
            return;
        }
        let update = self
            .controller
            .on_transport_packets_feedback(TransportPacketsFeedback {
                feedback_time: self.time(now),
                data_in_flight: DataSize::from_bytes(self.in_flight.max(0)),
                packet_feedbacks,
                sendless_arrival_times: Vec::new(),
            });
        self.take(update);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let probe = self.clusters.front().map(|cluster| cluster.due());
        let probe = probe.map(|due| due.unwrap_or(self.start));
        Some(probe.map_or(self.next_interval, |due| due.min(self.next_interval)))
    }

    fn handle_timeout(&mut self, now: Instant) {
        if now >= self.next_interval {
            self.next_interval = now + INTERVAL;
            let update = self.controller.on_process_interval(ProcessInterval {
                at_time: self.time(now),
                pacer_queue: Some(DataSize::from_bytes(0)),
            });
            self.take(update);
        }
    }

    fn poll_padding(&mut self, now: Instant) -> Option<Padding> {
        let cluster = self.clusters.front()?;
        if cluster.due().is_some_and(|due| due > now) {
            return None;
        }
        // Two milliseconds' worth, as its pacer does it.
        let portion = cluster.config.target_data_rate.bps() / 4_000;
        Some(Padding {
            probe: 0,
            size: usize::try_from(portion.clamp(200, 1_200)).unwrap_or(200),
        })
    }

    fn available(&self) -> Bitrate {
        self.target
    }

    fn describe(&self) -> String {
        String::new()
    }
}

fn rate(rate: Bitrate) -> DataRate {
    DataRate::from_bits_per_sec(i64::try_from(rate.0).unwrap_or(i64::MAX))
}
