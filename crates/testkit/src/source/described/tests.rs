use miso_wire::{
    Av1Aggregation, Codec, DecodeTargetIndication, DependencyDescriptor, DependencyStructure,
};

use super::*;

fn layers(spatial: u8, temporal: u8) -> ScalabilityLayers {
    ScalabilityLayers {
        spatial,
        temporal,
        ksvc: false,
    }
}

fn packets(format: Described, layers: ScalabilityLayers, pictures: usize) -> Vec<SourcePacket> {
    let settings = VideoSettings {
        layers,
        ..VideoSettings::default()
    };
    let mut rng = fastrand::Rng::with_seed(1);
    let now = crate::world::any_instant();
    let mut source = DescribedSource::new(format, settings, &mut rng, now);
    (0..pictures).flat_map(|_| source.frame()).collect()
}

/// What a parser reads of each packet, in order.
fn read(packets: &[SourcePacket]) -> (Vec<DependencyDescriptor>, DependencyStructure) {
    let mut structure = DependencyStructure::default();
    let read = packets.iter().map(|packet| {
        let value = packet.descriptor.as_deref().expect("each has one");
        DependencyDescriptor::parse(value, &mut structure).expect("it is well formed")
    });
    (read.collect(), structure)
}

#[test]
fn descriptors_tell_the_layers_of_each_frame() {
    for (spatial, temporal) in [(1, 1), (1, 3), (3, 1), (3, 3)] {
        let packets = packets(Described::Av1, layers(spatial, temporal), 5);
        let (read, structure) = read(&packets);
        let starts: Vec<_> = read.iter().filter(|it| it.start_of_frame).collect();
        let seen: Vec<(u8, u8)> = starts.iter().map(|it| (it.spatial, it.temporal)).collect();
        let expected: Vec<(u8, u8)> = (0..5)
            .flat_map(|picture| {
                (0..spatial).map(move |it| (it, super::super::temporal_of(picture, temporal)))
            })
            .collect();
        assert_eq!(seen, expected, "L{spatial}T{temporal}");
        assert_eq!(structure.decode_target_count(), spatial * temporal);
        assert_eq!(read.iter().filter(|it| it.has_structure).count(), 1);
        let ends = read.iter().filter(|it| it.end_of_frame).count();
        assert_eq!(ends, starts.len());
    }
}

#[test]
fn frame_of_the_highest_temporal_layer_is_discardable_and_one_below_opens_it() {
    let (read, structure) = read(&packets(Described::Av1, layers(1, 3), 3));
    let of = |temporal: u8| {
        let found = read
            .iter()
            .find(|it| it.temporal == temporal && !it.has_structure);
        *found.expect("three pictures have all layers")
    };
    assert_eq!(structure.layers_of(2), Some((0, 2)));
    assert_eq!(of(2).indication(2), DecodeTargetIndication::Discardable);
    assert_eq!(of(2).indication(1), DecodeTargetIndication::NotPresent);
    assert_eq!(of(1).opens_temporal, 2);
}

#[test]
fn only_the_first_packet_of_a_key_frame_says_that_it_is_one() {
    let packets_of = |format| packets(format, layers(1, 1), 2);
    let (av1, h264) = (packets_of(Described::Av1), packets_of(Described::H264));
    let new_sequence = |it: &SourcePacket| {
        let head = Av1Aggregation::parse(&it.payload).expect("it is well formed");
        head.new_sequence
    };
    let has_sets = |it: &SourcePacket| {
        let info = Codec::H264.read(&it.payload, it.marker, None);
        info.expect("H.264 is always read").key_frame
    };
    for (packets, is_key) in [
        (av1, &new_sequence as &dyn Fn(&SourcePacket) -> bool),
        (h264, &has_sets),
    ] {
        let found: Vec<usize> = (0..packets.len())
            .filter(|at| is_key(&packets[*at]))
            .collect();
        assert_eq!(found, [0]);
        assert!(packets.len() > 2, "frames have several packets");
    }
}
