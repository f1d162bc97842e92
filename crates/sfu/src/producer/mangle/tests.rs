use super::*;
use miso_ortc::RtpHeaderExtensionParameters;
use miso_wire::{ExtensionForm, NtpTime, RtpTime, Seq};
use serde_json::json;

/// The ids under which the test peer sends: the router's plus 100, so that nothing passes by chance.
const SHIFT: u8 = 100;

fn source(kinds: &[ExtensionKind]) -> SourceExtensions {
    let extension = |kind: &ExtensionKind| {
        RtpHeaderExtensionParameters::try_from(json!({
            "uri": kind.uri(), "id": kind.internal_id() + SHIFT,
        }))
        .unwrap()
    };
    SourceExtensions::new(&RtpParameters {
        header_extensions: kinds.iter().map(extension).collect(),
        ..Default::default()
    })
}

/// A packet with these header extensions.
fn packet(extensions: &[(ExtensionKind, &[u8])]) -> (RtpHeader, Vec<u8>) {
    let mut bytes = vec![0; 600];
    let fields = RtpFields {
        pt: Pt(96),
        seq: Seq(0x1234),
        timestamp: RtpTime(0x5566_7788),
        ssrc: Ssrc(77),
        marker: true,
    };
    let mut len = fields.write(&mut bytes, !extensions.is_empty()).unwrap();
    if !extensions.is_empty() {
        let mut writer = ExtensionWriter::new(&mut bytes[len..], ExtensionForm::TwoByte);
        for (kind, value) in extensions {
            writer.push(kind.internal_id() + SHIFT, value).unwrap();
        }
        len += writer.finish().unwrap();
    }
    bytes.truncate(len);
    (RtpHeader::parse(&bytes).unwrap(), bytes)
}

fn names(kind: MediaKind) -> MappedNames {
    MappedNames {
        pt: Pt(101),
        ssrc: Ssrc(0x0102_0304),
        kind,
        capture_time: None,
        packet_id: None,
    }
}

fn mangle(names: MappedNames, extensions: &[(ExtensionKind, &[u8])]) -> (MangledHeader, Vec<u8>) {
    let (header, bytes) = packet(extensions);
    let mut out = vec![0xee; 1_000];
    let source = source(&ExtensionKind::ALL);
    let mangled = write_header(&source, &header, &bytes, names, &mut out).unwrap();
    out.truncate(mangled.len);
    (mangled, out)
}

/// Ids and lengths of the header extensions, in their order.
fn layout(bytes: &[u8]) -> Vec<(u8, usize)> {
    let header = RtpHeader::parse(bytes).unwrap();
    let elements = header.extensions.elements(bytes);
    elements.map(|(id, range)| (id, range.len())).collect()
}

#[test]
fn audio_gets_room_for_the_mid_and_keeps_its_level() {
    let (mangled, bytes) = mangle(
        names(MediaKind::Audio),
        &[(ExtensionKind::AudioLevel, &[0x9e])],
    );
    let expected = [
        0x90,
        0x80 | 101,
        0x12,
        0x34,
        0x55,
        0x66,
        0x77,
        0x88,
        1,
        2,
        3,
        4, // fixed header
        0xbe,
        0xde,
        0,
        3, // one-byte form, three words
        0x17,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0, // mid
        0x60,
        0x9e, // level
        0,    // padding
    ];
    assert_eq!(bytes, expected);
    assert_eq!(mangled.patch.mid.map(NonZeroU16::get), Some(17));
    assert_eq!(
        (mangled.patch.abs_send_time, mangled.patch.twcc),
        (None, None)
    );
}

#[test]
fn video_gets_room_for_send_time_and_transport_wide_number() {
    let (mangled, bytes) = mangle(names(MediaKind::Video), &[]);
    let expected = [
        0x90,
        0x80 | 101,
        0x12,
        0x34,
        0x55,
        0x66,
        0x77,
        0x88,
        1,
        2,
        3,
        4, // fixed header
        0xbe,
        0xde,
        0,
        4, // one-byte form, four words
        0x17,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0, // mid
        0x42,
        0,
        0,
        0, // absolute send time
        0x51,
        0,
        0, // transport-wide number
    ];
    assert_eq!(bytes, expected);
    let patch = [
        mangled.patch.mid,
        mangled.patch.abs_send_time,
        mangled.patch.twcc,
    ];
    assert_eq!(patch.map(|at| at.unwrap().get()), [17, 26, 30]);
}

#[test]
fn everything_known_is_written_in_the_order_of_the_fact_sheet() {
    let all: [(ExtensionKind, &[u8]); 10] = [
        (ExtensionKind::PacketId, &[1; 4]),
        (ExtensionKind::Mid, b"0"),
        (ExtensionKind::Rid, b"hi"),
        (ExtensionKind::RepairedRid, b"hi"),
        (ExtensionKind::AudioLevel, &[3]),
        (ExtensionKind::TransmissionOffset, &[2; 3]),
        (ExtensionKind::VideoOrientation, &[3]),
        (ExtensionKind::DependencyDescriptor, &[4; 3]),
        (ExtensionKind::PlayoutDelay, &[5; 3]),
        (ExtensionKind::AbsSendTime, &[6; 3]),
    ];
    let (_, video) = mangle(names(MediaKind::Video), &all);
    let expected = [
        (1, 8),
        (11, 3),
        (4, 3),
        (5, 2),
        (7, 3),
        (8, 1),
        (9, 3),
        (12, 4),
    ];
    assert_eq!(layout(&video), expected);
    let (_, audio) = mangle(names(MediaKind::Audio), &all);
    assert_eq!(layout(&audio), [(1, 8), (11, 3), (6, 1)]);
}

#[test]
fn capture_time_is_always_written_long() {
    let captured = AbsCaptureTime {
        timestamp: NtpTime(7),
        clock_offset: Some(-1),
    };
    let names = MappedNames {
        capture_time: Some(captured),
        ..names(MediaKind::Audio)
    };
    let (_, bytes) = mangle(names, &[]);
    assert_eq!(layout(&bytes), [(1, 8), (10, 16)]);
    let header = RtpHeader::parse(&bytes).unwrap();
    let place = header.extensions.find(&bytes, 10).unwrap();
    assert_eq!(AbsCaptureTime::read(&bytes[place]), Some(captured));
}

#[test]
fn long_descriptor_takes_the_two_byte_form_and_the_places_follow() {
    let descriptor = [9; 40];
    let extensions = [(ExtensionKind::DependencyDescriptor, descriptor.as_slice())];
    let (mangled, bytes) = mangle(names(MediaKind::Video), &extensions);
    assert_eq!(bytes[12..14], [0x10, 0]);
    assert_eq!(layout(&bytes), [(1, 8), (4, 3), (5, 2), (7, 40)]);
    let patch = [
        mangled.patch.mid,
        mangled.patch.abs_send_time,
        mangled.patch.twcc,
    ];
    assert_eq!(patch.map(|at| at.unwrap().get()), [18, 28, 33]);
}

#[test]
fn empty_values_are_left_out_and_do_not_change_the_form() {
    let extensions: [(ExtensionKind, &[u8]); 2] = [
        (ExtensionKind::PlayoutDelay, &[]),
        (ExtensionKind::VideoOrientation, &[]),
    ];
    let (_, bytes) = mangle(names(MediaKind::Video), &extensions);
    assert_eq!(bytes[12..14], [0xbe, 0xde]);
    assert_eq!(layout(&bytes), [(1, 8), (4, 3), (5, 2)]);
}

#[test]
fn header_that_does_not_fit_is_refused() {
    let (header, bytes) = packet(&[]);
    for len in 0..32 {
        let mut out = vec![0; len];
        let source = source(&[]);
        let written = write_header(&source, &header, &bytes, names(MediaKind::Video), &mut out);
        assert!(written.is_none(), "{len}");
    }
}

#[test]
fn unknown_and_not_negotiated_extensions_are_left_out() {
    let (header, bytes) = packet(&[(ExtensionKind::PlayoutDelay, &[1; 3])]);
    let mut out = vec![0; 100];
    let source = source(&[ExtensionKind::Mid]);
    let mangled =
        write_header(&source, &header, &bytes, names(MediaKind::Audio), &mut out).unwrap();
    assert_eq!(layout(&out[..mangled.len]), [(1, 8)]);
}
