//! Senders whose packets make no sense for a while: what their viewers see goes on once they do.

use super::layers::{key_descriptor, layered, layered_consumer};
use super::media::{MID, Packet, consume, video};
use super::rig::Rig;
use crate::command::{Consume, Produce};
use miso_ortc::{ConsumerType, HeaderExtensionId, HeaderExtensionUri};
use proptest::prelude::*;
use serde_json::json;
use std::time::Duration;

const FRAME: Duration = Duration::from_millis(33);
/// Frames that make no sense.
const FAULTY: usize = 90;
/// Frames after which pictures must go on: as long as the longest wait for a request, and its answer.
const PATIENCE: usize = 36;
/// Further frames, all of which must be shown.
const SHOWN: usize = 30;
/// The id of the dependency descriptor.
const DESCRIPTOR: u8 = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Vp8,
    Simulcast,
    Vp9,
    Vp9Key,
    Av1,
}

impl Kind {
    fn produce(self) -> Produce {
        let mut options = match self {
            Self::Vp8 => return video("1", json!([{}])),
            Self::Simulcast => return video("1", json!([{"rid": "a"}, {"rid": "b"}])),
            Self::Vp9 => layered("video/VP9", "L3T1"),
            Self::Vp9Key => layered("video/VP9", "L3T1_KEY"),
            Self::Av1 => layered("video/AV1", "L1T2"),
        };
        let mut extension = options.rtp_parameters.header_extensions[0].clone();
        extension.uri = HeaderExtensionUri::DependencyDescriptor;
        extension.id = HeaderExtensionId(DESCRIPTOR);
        options.rtp_parameters.header_extensions.push(extension);
        options
    }

    fn consume(self, produced: &Produce) -> Consume {
        let mut options = match self {
            Self::Vp8 | Self::Simulcast => consume(10, produced, 800, true),
            Self::Vp9 | Self::Vp9Key | Self::Av1 => layered_consumer(produced),
        };
        if self == Self::Simulcast {
            options.consumer_type = ConsumerType::Simulcast;
        }
        options
    }

    const fn layers(self) -> u8 {
        match self {
            Self::Vp9 | Self::Vp9Key => 3,
            Self::Vp8 | Self::Simulcast | Self::Av1 => 1,
        }
    }
}

/// Random numbers of a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// A sender of one stream.
struct Sender {
    kind: Kind,
    ssrc: u32,
    seq: u16,
    ts: u32,
    picture: u16,
    wants_key: bool,
}

impl Sender {
    /// The packets of the next picture, one for each spatial layer.
    fn picture(&mut self) -> Vec<Packet> {
        let is_key = std::mem::take(&mut self.wants_key);
        self.ts = self.ts.wrapping_add(2_970);
        self.picture = self.picture.wrapping_add(1);
        (0..self.kind.layers())
            .map(|spatial| {
                self.seq = self.seq.wrapping_add(1);
                self.packet(spatial, is_key)
            })
            .collect()
    }

    fn packet(&self, spatial: u8, is_key: bool) -> Packet {
        let mut packet = Packet::vp8(self.ssrc, self.seq, is_key);
        packet.ts = self.ts;
        packet.marker = spatial + 1 == self.kind.layers();
        let picture = (self.picture & 0x7f) as u8;
        match self.kind {
            Kind::Vp8 => {}
            Kind::Simulcast => packet = packet.of_rid("a"),
            Kind::Vp9 | Kind::Vp9Key => {
                let flags = 0xac | if is_key { 0 } else { 0x40 };
                let below = spatial > 0 && (is_key || self.kind == Kind::Vp9);
                packet.payload[..4].copy_from_slice(&[
                    flags,
                    picture,
                    spatial << 1 | u8::from(below),
                    0,
                ]);
            }
            Kind::Av1 => {
                let [high, low] = self.picture.to_be_bytes();
                let descriptor = match is_key {
                    true => key_descriptor(),
                    false => vec![0xc0, high, low],
                };
                packet.extensions = vec![(MID, b"1".to_vec()), (DESCRIPTOR, descriptor)];
                packet.payload[0] = 0x10;
            }
        }
        if matches!(self.kind, Kind::Vp8 | Kind::Simulcast) {
            packet.payload[2] = picture;
        }
        packet
    }

    /// Something of the stream jumps.
    fn jump(&mut self, dice: &mut Dice) {
        match dice.roll(12) {
            // Only so far that SRTP still knows the number.
            0 => self.seq = (self.seq + dice.roll(6_000) as u16).min(60_000),
            1 => self.ts = dice.roll(1 << 32) as u32,
            2 => self.picture = dice.roll(1 << 16) as u16,
            // SSRCs that signalling named cannot change.
            3 if matches!(self.kind, Kind::Vp8 | Kind::Simulcast) => {
                self.ssrc += 1;
                self.seq = dice.roll(20_000) as u16;
            }
            4 => self.wants_key = true,
            _ => {}
        }
    }
}

/// Breaks a packet, or not.
fn spoil(packet: &mut Packet, dice: &mut Dice) {
    match dice.roll(6) {
        0 => packet.payload.truncate(dice.roll(6) as usize),
        1 => {
            let byte = dice.roll(6) as usize;
            packet.payload[byte] = dice.roll(256) as u8;
        }
        2 => {
            if let Some((_, descriptor)) =
                packet.extensions.iter_mut().find(|it| it.0 == DESCRIPTOR)
            {
                descriptor.truncate(1 + dice.roll(4) as usize);
                descriptor[0] = dice.roll(256) as u8;
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn after_jumps_and_truncated_descriptors_and_layers_that_vanish_the_picture_goes_on(
        kind in prop_oneof![
            Just(Kind::Vp8), Just(Kind::Simulcast), Just(Kind::Vp9), Just(Kind::Vp9Key), Just(Kind::Av1),
        ],
        seed in 1..u64::MAX,
    ) {
        let mut dice = Dice(seed);
        let mut rig = Rig::new();
        rig.join(1);
        rig.join(2);
        let options = kind.produce();
        rig.produce(1, 10, &options);
        rig.consume(2, 20, kind.consume(&options));
        let mut sender = Sender { kind, ssrc: 50, seq: 100, ts: 0, picture: 0, wants_key: true };
        let mut requests = 0;
        for _ in 0..FAULTY {
            for mut packet in sender.picture() {
                spoil(&mut packet, &mut dice);
                if dice.roll(8) > 0 {
                    rig.send(1, &packet);
                }
            }
            sender.jump(&mut dice);
            rig.advance(FRAME);
            requests += rig.count_plis(1);
        }
        rig.take_rtp(2);
        let mut shown = Vec::new();
        for _ in 0..PATIENCE + SHOWN {
            for packet in sender.picture() {
                rig.send(1, &packet);
            }
            shown.push(!rig.take_rtp(2).is_empty());
            rig.advance(FRAME);
            let asked = rig.count_plis(1);
            requests += asked;
            sender.wants_key = asked > 0;
        }
        prop_assert!(shown[PATIENCE..].iter().all(|it| *it), "{:?}: {:?}", kind, shown);
        // Three at once and one a second.
        prop_assert!(requests <= 3 + 6, "{:?}: {} requests", kind, requests);
    }
}
