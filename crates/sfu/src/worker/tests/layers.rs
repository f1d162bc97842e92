use super::media::{MID, Packet, VP8, consume, video};
use super::rig::Rig;
use crate::command::{Command, Consume, ConsumerCommand, PreferredLayers, Produce, Response};
use crate::consumer::allotment::Allotted;
use crate::consumer::layers::Layers;
use crate::dump::ConsumerDump;
use crate::event::{ConsumerEvent, Event};
use crate::ids::ConsumerId;
use miso_ortc::{ConsumerType, HeaderExtensionId, HeaderExtensionUri, MediaKind};
use miso_wire::{Pt, RtpHeader, Seq, Ssrc};
use serde_json::json;
use std::time::Duration;

/// A producer with this codec and mode in one stream.
pub(super) fn layered(mime_type: &str, mode: &str) -> Produce {
    let mut options = video("1", json!([{"ssrc": 50, "scalabilityMode": mode}]));
    options.rtp_parameters.codecs.truncate(1);
    options.rtp_mapping.codecs.truncate(1);
    options.rtp_parameters.codecs[0].mime_type = mime_type.parse().unwrap();
    options
}

/// A consumer of it, without RTX.
pub(super) fn layered_consumer(produced: &Produce) -> Consume {
    let mut options = consume(10, produced, 800, false);
    options.consumer_type = ConsumerType::Svc;
    let parameters = &mut options.rtp_parameters;
    parameters.codecs[0].mime_type = produced.rtp_parameters.codecs[0].mime_type.clone();
    let mode = produced.rtp_parameters.encodings[0]
        .scalability_mode
        .clone();
    parameters.encodings[0].scalability_mode = mode;
    options
}

fn svc(mime_type: &str, mode: &str) -> Rig {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    let options = layered(mime_type, mode);
    assert_eq!(options.kind, MediaKind::Video);
    rig.produce(1, 10, &options);
    rig.consume(2, 20, layered_consumer(&options));
    rig
}

/// A packet with a whole VP9 frame; `marker` on the last of its picture.
fn vp9(seq: u16, picture: u8, (spatial, temporal): (u8, u8), marker: bool) -> Packet {
    let is_key = picture == 0;
    let flags = 0xac | if is_key { 0 } else { 0x40 };
    let layer = temporal << 5 | 0x10 | spatial << 1 | u8::from(spatial > 0);
    let mut payload = vec![flags, picture, layer, 0];
    payload.resize(200, 0x5a);
    Packet {
        ssrc: 50,
        pt: 96,
        seq,
        ts: u32::from(picture) * 3_000,
        marker,
        extensions: vec![(MID, b"1".to_vec())],
        payload,
    }
}

fn prefer(rig: &mut Rig, spatial_layer: u8, temporal_layer: u8) {
    let layers = PreferredLayers {
        spatial_layer,
        temporal_layer: Some(temporal_layer),
    };
    let set = ConsumerCommand::SetPreferredLayers(layers);
    rig.ask(Command::Consumer(ConsumerId(20), set)).unwrap();
}

fn allot(rig: &mut Rig, allotted: Allotted) {
    let key = rig.worker.names.consumers[&ConsumerId(20)];
    rig.worker.allot(key, allotted, rig.now);
    rig.drain();
}

fn dump(rig: &mut Rig) -> ConsumerDump {
    let command = Command::Consumer(ConsumerId(20), ConsumerCommand::Dump);
    let Ok(Response::ConsumerDump(dump)) = rig.ask(command) else {
        panic!("no dump");
    };
    *dump
}

/// The layers that were told since the last time.
fn told(rig: &mut Rig) -> Vec<Option<(u8, Option<u8>)>> {
    let events = rig.take_events().into_iter();
    let layers = events.filter_map(|event| match event {
        Event::Consumer(_, ConsumerEvent::LayersChange(layers)) => {
            Some(layers.map(|it| (it.spatial_layer, it.temporal_layer)))
        }
        _ => None,
    });
    layers.collect()
}

/// Number, timestamp and marker of what arrived.
fn arrived(rig: &mut Rig) -> Vec<(u16, u32, bool)> {
    let packets = rig.take_rtp(2).into_iter();
    let told =
        |(header, _): (RtpHeader, Vec<u8>)| (header.seq.0, header.timestamp.0, header.marker);
    packets.map(told).collect()
}

#[test]
fn marker_is_on_the_highest_layer_that_is_sent_and_on_its_retransmission() {
    let mut rig = svc("video/VP9", "L2T1");
    prefer(&mut rig, 0, 0);
    rig.send(1, &vp9(1, 0, (0, 0), false));
    rig.send(1, &vp9(2, 0, (1, 0), true));
    rig.send(1, &vp9(3, 1, (0, 0), false));
    rig.send(1, &vp9(4, 1, (1, 0), true));
    let sent = arrived(&mut rig);
    let [first, second] = sent.as_slice() else {
        panic!("{sent:?}");
    };
    assert_eq!(
        (first.1, first.2, second.1, second.2),
        (0, true, 3_000, true)
    );
    assert_eq!(second.0, first.0.wrapping_add(1), "no gap");
    let sealed = std::mem::take(&mut rig.peers.get_mut(&2).unwrap().sealed);
    rig.send_rtcp(2, |writer| {
        writer.nack(Ssrc(0), Ssrc(800), &[Seq(second.0)]).unwrap();
    });
    // Without RTX it is the very same datagram.
    assert_eq!(rig.peers[&2].sealed, sealed[1..]);
}

#[test]
fn late_packet_of_a_layer_that_is_left_out_leaves_no_gap_in_numbers() {
    let mut rig = svc("video/VP9", "L2T1");
    prefer(&mut rig, 0, 0);
    for (seq, picture, spatial) in [
        (1, 0, 0),
        (2, 0, 1),
        (3, 1, 0),
        (5, 2, 0),
        (6, 2, 1),
        (4, 1, 1),
    ] {
        rig.send(1, &vp9(seq, picture, (spatial, 0), spatial == 1));
    }
    let packets = rig.take_rtp(2);
    let first = packets[0].0.seq.0;
    let mut seen: Vec<(u16, u32, usize)> = packets
        .iter()
        .map(|(header, _)| {
            let number = header.seq.0.wrapping_sub(first);
            (number, header.timestamp.0, header.payload_len)
        })
        .collect();
    seen.sort_unstable();
    // Padding where the late one would have been.
    assert_eq!(
        seen,
        [(0, 0, 200), (1, 3_000, 200), (2, 3_000, 0), (3, 6_000, 200)]
    );
}

#[test]
fn layers_are_told_and_shown_as_they_are() {
    let mut rig = svc("video/VP9", "L2T2");
    rig.send(1, &vp9(1, 0, (0, 0), false));
    rig.send(1, &vp9(2, 0, (1, 0), true));
    let shown = dump(&mut rig);
    assert_eq!(shown.target_spatial_layer, Some(1));
    assert_eq!(shown.target_temporal_layer, Some(1));
    assert_eq!(shown.current_spatial_layer, Some(1));
    assert_eq!(shown.current_temporal_layer, Some(1));
    assert_eq!(told(&mut rig).last(), Some(&Some((1, Some(1)))));
    prefer(&mut rig, 1, 0);
    let shown = dump(&mut rig);
    assert_eq!(shown.target_temporal_layer, Some(0));
    assert_eq!(
        shown.current_temporal_layer,
        Some(1),
        "until the next picture"
    );
    rig.send(1, &vp9(3, 1, (0, 1), false));
    assert_eq!(told(&mut rig), [Some((1, Some(0)))]);
    prefer(&mut rig, 0, 0);
    rig.send(1, &vp9(4, 2, (0, 0), false));
    assert_eq!(told(&mut rig), [Some((0, Some(0)))]);
    rig.ask(Command::Consumer(ConsumerId(20), ConsumerCommand::Pause))
        .unwrap();
    assert_eq!(told(&mut rig), [None]);
    let shown = dump(&mut rig);
    assert_eq!(shown.current_spatial_layer, None);
}

#[test]
fn key_frame_is_asked_for_to_go_up_and_not_to_go_down() {
    let mut rig = svc("video/VP9", "L2T1");
    rig.send(1, &vp9(1, 0, (0, 0), false));
    rig.send(1, &vp9(2, 0, (1, 0), true));
    prefer(&mut rig, 0, 0);
    rig.send(1, &vp9(3, 1, (0, 0), false));
    assert_eq!(rig.count_plis(1), 0);
    prefer(&mut rig, 1, 0);
    assert_eq!(rig.count_plis(1), 1);
    for seq in 4..50 {
        rig.send(1, &vp9(seq, seq as u8, (0, 0), false));
    }
    assert_eq!(rig.count_plis(1), 0, "asked already");
}

#[test]
fn allotment_limits_what_is_sent_and_its_end_brings_it_back() {
    let mut rig = svc("video/VP9", "L2T1");
    rig.send(1, &vp9(1, 0, (0, 0), false));
    rig.send(1, &vp9(2, 0, (1, 0), true));
    told(&mut rig);
    let lowest = Layers {
        spatial: 0,
        temporal: 0,
    };
    allot(&mut rig, Allotted::UpTo(lowest));
    rig.send(1, &vp9(3, 1, (0, 0), false));
    assert_eq!(told(&mut rig), [Some((0, Some(0)))]);
    allot(&mut rig, Allotted::Nothing);
    assert_eq!(told(&mut rig), [], "it may be a dip");
    rig.now += Duration::from_secs(3);
    allot(&mut rig, Allotted::Nothing);
    assert_eq!(told(&mut rig), [None]);
    arrived(&mut rig);
    rig.send(1, &vp9(4, 2, (0, 0), false));
    assert_eq!(arrived(&mut rig), []);
    assert_eq!(dump(&mut rig).target_spatial_layer, None);
    rig.take_rtcp(1);
    allot(&mut rig, Allotted::Unlimited);
    assert_eq!(rig.count_plis(1), 1);
    let mut key = vp9(5, 0, (0, 0), true);
    key.ts = 9_000;
    rig.send(1, &key);
    assert_eq!(arrived(&mut rig).len(), 1);
}

#[test]
fn av1_without_dependency_descriptors_is_forwarded_as_it_comes() {
    let mut rig = svc("video/AV1", "L1T2");
    let mut packet = Packet::vp8(50, 1, false);
    packet.extensions = vec![(MID, b"1".to_vec())];
    rig.send(1, &packet);
    let packets = rig.take_rtp(2);
    assert_eq!(packets.len(), 1);
    assert_eq!(packets[0].0.pt, VP8, "the router's name of it");
    assert_ne!(packets[0].0.pt, Pt(96));
}

#[test]
fn temporal_layers_of_h264_and_av1_are_told_by_the_dependency_descriptor() {
    for mime_type in ["video/H264", "video/AV1"] {
        let mut rig = Rig::new();
        rig.join(1);
        rig.join(2);
        let mut options = layered(mime_type, "L1T2");
        let mut extension = options.rtp_parameters.header_extensions[0].clone();
        extension.uri = HeaderExtensionUri::DependencyDescriptor;
        extension.id = HeaderExtensionId(5);
        options.rtp_parameters.header_extensions.push(extension);
        rig.produce(1, 10, &options);
        rig.consume(2, 20, layered_consumer(&options));
        prefer(&mut rig, 0, 0);
        let with_descriptor = |seq: u16, descriptor: &[u8]| {
            let mut packet = Packet::vp8(50, seq, false);
            packet.extensions.push((5, descriptor.to_vec()));
            packet
        };
        // Two decode targets; templates of temporal layer 0 and 1.
        rig.send(1, &with_descriptor(1, &key_descriptor()));
        rig.send(1, &with_descriptor(2, &[0xc1, 0, 1]));
        rig.send(1, &with_descriptor(3, &[0xc0, 0, 2]));
        assert_eq!(arrived(&mut rig).len(), 2, "{mime_type}: not the second");
        prefer(&mut rig, 0, 1);
        rig.send(1, &with_descriptor(4, &[0xc0, 0, 3]));
        rig.send(1, &with_descriptor(5, &[0xc1, 0, 4]));
        assert_eq!(arrived(&mut rig).len(), 2, "{mime_type}");
        let shown = dump(&mut rig);
        assert_eq!(shown.current_temporal_layer, Some(1), "{mime_type}");
        // What cannot be read is of the lowest layer.
        rig.send(1, &with_descriptor(6, &[0xc1]));
        assert_eq!(arrived(&mut rig).len(), 1, "{mime_type}");
    }
}

/// The descriptor of a key frame whose structure has one spatial and two temporal layers (AV1 RTP specification,
/// appendix A.8).
pub(super) fn key_descriptor() -> Vec<u8> {
    let bits = [
        // First and last packet of the frame, template 0, frame 0.
        "11",
        "000000",
        "0000000000000000",
        // A structure, nothing else.
        "1",
        "0",
        "0",
        "0",
        "0",
        // Its templates begin with 0; two decode targets.
        "000000",
        "00001",
        // Layers: the next template has the next temporal layer, then no more.
        "01",
        "11",
        // Indications: a switch for both, and discardable for the second target only.
        "10",
        "10",
        "00",
        "01",
        // Frame differences: one to the frame before each.
        "0",
        "1",
        "0000",
        "0",
        // No chains, no resolutions.
        "00",
        "0",
    ]
    .concat();
    let bytes = bits.as_bytes().chunks(8).map(|bits| {
        let value = bits.iter().fold(0, |value, bit| value << 1 | (bit - b'0'));
        value << (8 - bits.len())
    });
    bytes.collect()
}
