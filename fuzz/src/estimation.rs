//! What a peer says of packets, told to the controller that sent them.

use std::time::{Duration, Instant};

use miso_bwe::{Controller, ControllerConfig};
use miso_wire::{Bitrate, RtcpPacket, RtcpPackets, Seq};

/// Packets of padding at one moment. More would be a flood.
const MAX_PADDING: usize = 1_000;

/// Bounds of any estimate.
const BOUNDS: std::ops::RangeInclusive<Bitrate> = Bitrate::kbps(5)..=Bitrate::kbps(1_000_000);

/// A controller and how far it is.
struct Sender {
    controller: Controller,
    now: Instant,
    next: Seq,
}

impl Sender {
    fn send(&mut self, count: u8) {
        for _ in 0..count {
            self.controller
                .packet_sent(self.next, 1_000, None, self.now);
            self.next = self.next.wrapping_add(1);
        }
    }

    fn wait(&mut self, hundredths: u8) {
        self.now += Duration::from_millis(10) * u32::from(hundredths);
        self.controller.handle_timeout(self.now);
    }

    fn hear(&mut self, compound: &[u8]) {
        for packet in RtcpPackets::new(compound).map_while(Result::ok) {
            match packet {
                RtcpPacket::TransportFeedback(feedback) => {
                    self.controller.handle_feedback(&feedback, self.now);
                }
                RtcpPacket::Remb(remb) => self.controller.handle_remb(remb.bitrate, self.now),
                RtcpPacket::ReceiverReport(report) => {
                    for block in report.blocks() {
                        let rtt = Duration::from_micros(u64::from(block.delay_since_last_sr));
                        self.controller.handle_receiver_report(
                            block.fraction_lost,
                            Some(rtt),
                            self.now,
                        );
                    }
                }
                _ => {}
            }
        }
    }

    /// Sends the padding that is asked for, and checks what must hold.
    fn settle(&mut self) {
        let mut paddings = 0;
        while let Some(probe) = self.controller.poll_probe(self.now) {
            assert!((1..=1_200).contains(&probe.size), "{probe:?}");
            self.controller
                .packet_sent(self.next, probe.size, Some(probe.id), self.now);
            self.next = self.next.wrapping_add(1);
            paddings += 1;
            assert!(paddings <= MAX_PADDING);
        }
        let stats = self.controller.stats();
        assert!(BOUNDS.contains(&stats.available), "{stats:?}");
        assert!((0.0..=1.0).contains(&stats.loss), "{stats:?}");
    }
}

/// Input: steps of a byte that says what to do and one that says how much; a compound follows where that is it.
pub fn estimation(mut data: &[u8]) {
    let now = Instant::now();
    let mut sender = Sender {
        controller: Controller::new(ControllerConfig::default(), now),
        now,
        next: Seq(0),
    };
    while let [step, amount, rest @ ..] = data {
        data = rest;
        match step & 3 {
            0 => sender.send(*amount),
            1 => sender.wait(*amount),
            2 => {
                let (compound, rest) = data.split_at(usize::from(*amount).min(data.len()));
                data = rest;
                sender.hear(compound);
            }
            _ => {
                let desired = Bitrate::kbps(u64::from(*amount) * 100);
                sender.controller.set_desired(desired, sender.now);
            }
        }
        sender.settle();
    }
}
