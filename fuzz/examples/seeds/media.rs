//! RTP, its extensions and payload descriptors.

use super::{Seed, seed};

const FIXED: [u8; 12] = [
    0x90, 0xe0, 0x12, 0x34, 0, 1, 0x5f, 0x90, 0x22, 0x33, 0x44, 0x55,
];

/// Mid, abs-send-time, transport-wide number, audio level: one-byte elements as browsers send them.
const ELEMENTS: [u8; 16] = [
    0x10, b'0', 0x42, 0x3a, 0x81, 0x99, 0x51, 0x01, 0x02, 0x60, 0x8b, 0x71, b'h', b'i', 0, 0,
];

fn rtp(first: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = FIXED.to_vec();
    bytes[0] = first;
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

pub(super) fn seeds() -> Vec<Seed> {
    let mut seeds = packets();
    seeds.extend(blocks());
    seeds.extend(payloads());
    seeds.extend(descriptors());
    seeds
}

fn packets() -> Vec<Seed> {
    let block = [&[0xbe, 0xde, 0, 4], &ELEMENTS[..]].concat();
    vec![
        seed("rtp", "plain", rtp(0x80, &[b"payload"])),
        seed("rtp", "with_extensions", rtp(0x90, &[&block, b"payload"])),
        seed(
            "rtp",
            "two_byte_extensions",
            rtp(
                0x90,
                &[&[0x10, 0, 0, 2, 1, 1, b'0', 7, 2, 9, 9, 0], b"payload"],
            ),
        ),
        seed(
            "rtp",
            "two_csrcs",
            rtp(0x82, &[&[0, 0, 0, 1, 0, 0, 0, 2], b"payload"]),
        ),
        seed("rtp", "fifteen_csrcs_missing", rtp(0x8f, &[&[0; 20]])),
        seed("rtp", "padded", rtp(0xa0, &[b"payload", &[0, 0, 3]])),
        seed(
            "rtp",
            "padding_only",
            rtp(0xb0, &[&block, &[0; 254], &[255]]),
        ),
        seed(
            "rtp",
            "padding_longer_than_payload",
            rtp(0xa0, &[&[1, 2, 200]]),
        ),
        seed("rtp", "padding_of_zero", rtp(0xa0, &[&[1, 2, 0]])),
        seed(
            "rtp",
            "extension_past_the_end",
            rtp(0x90, &[&[0xbe, 0xde, 0xff, 0xff, 0x10, 1]]),
        ),
        seed(
            "rtp",
            "unknown_profile",
            rtp(0x90, &[&[0xab, 0xac, 0, 1, 1, 2, 3, 4], b"x"]),
        ),
        seed("rtp", "version_1", rtp(0x40, &[b"payload"])),
    ]
}

fn blocks() -> Vec<Seed> {
    let with_form = |form: u8, elements: &[u8]| [&[form], elements].concat();
    let capture_time = [&[0xaf][..], &[0xe9; 8], &[0xff; 8], &[0xb2, 0, 0x10, 0x20]].concat();
    vec![
        seed("extensions", "one_byte", with_form(0, &ELEMENTS)),
        seed(
            "extensions",
            "capture_time_and_playout_delay",
            with_form(0, &capture_time),
        ),
        seed(
            "extensions",
            "orientation_and_offset",
            with_form(0, &[0x80, 0x0b, 0x92, 0xff, 0xff, 0x9c]),
        ),
        seed(
            "extensions",
            "two_byte",
            with_form(
                1,
                &[1, 1, b'0', 4, 3, 1, 2, 3, 0, 0, 200, 0, 7, 4, 1, 2, 3, 4],
            ),
        ),
        seed(
            "extensions",
            "padding_between",
            with_form(0, &[0, 0, 0x10, 5, 0, 0, 0x21, 1, 2]),
        ),
        seed(
            "extensions",
            "stop_id",
            with_form(0, &[0x10, 5, 0xf3, 1, 2, 3, 4, 0x20, 6]),
        ),
        seed(
            "extensions",
            "id_zero_with_length",
            with_form(0, &[0x03, 1, 2, 3, 4, 0x20, 6]),
        ),
        seed(
            "extensions",
            "element_past_the_end",
            with_form(0, &[0x10, 5, 0x2f, 1]),
        ),
        seed(
            "extensions",
            "two_byte_past_the_end",
            with_form(0xf1, &[1, 255, 0, 0]),
        ),
    ]
}

fn payloads() -> Vec<Seed> {
    // Two numbers to write stand before each VP8 payload.
    let vp8 = |payload: &[u8]| [&[0x12, 0x34, 0x56], payload].concat();
    let in_payload = |choice: u8, payload: &[u8]| [&[choice], payload].concat();
    vec![
        seed(
            "vp8",
            "key_frame",
            vp8(&[0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a]),
        ),
        seed(
            "vp8",
            "wide_picture_id",
            vp8(&[0x90, 0xe0, 0x92, 0x34, 0x56, 0xa0, 0x01, 0x77]),
        ),
        seed(
            "vp8",
            "narrow_picture_id",
            vp8(&[0x90, 0xf0, 0x12, 0x34, 0x63, 0x00, 0x77]),
        ),
        seed("vp8", "second_partition", vp8(&[0x11, 0x00])),
        seed(
            "vp8",
            "descriptor_only",
            vp8(&[0x90, 0xe0, 0x92, 0x34, 0x56, 0xa0]),
        ),
        seed("red", "one_copy", [100, 0xef, 0x0f, 0, 2, 111, 1, 2, 3, 4]),
        seed(
            "red",
            "two_copies",
            [
                100, 0xef, 0x1e, 0, 2, 0xef, 0x0f, 0, 1, 111, 1, 2, 3, 4, 5, 6,
            ],
        ),
        seed("red", "no_copy", [100, 111, 1, 2]),
        seed("red", "copy_past_the_end", [100, 0xef, 0x0f, 3, 0xff, 111]),
        seed(
            "vp9",
            "key_frame",
            [
                0xaa, 0x92, 0x34, 0x00, 0x05, 0x18, 1, 64, 0, 180, 1, 4, 1, 0x82,
            ],
        ),
        seed("vp9", "upper_layer", [0xad, 0x92, 0x34, 0x53, 0x05, 0x77]),
        seed(
            "vp9",
            "flexible",
            [0xf8, 0x12, 0x20, 0x03, 0x05, 0x02, 0x77],
        ),
        seed(
            "vp9",
            "four_references",
            [0xf8, 0x12, 0x20, 0x03, 0x05, 0x07, 0x02],
        ),
        seed("vp9", "structure_past_the_end", [0x0a, 0xf8, 1, 64]),
        seed("h264", "sps", [0x67, 0x42, 0xc0, 0x1f, 0x8c]),
        seed("h264", "idr", [0x65, 0x88, 0x84]),
        seed(
            "h264",
            "aggregate",
            [0x78, 0, 4, 0x67, 0x42, 0xc0, 0x1f, 0, 3, 0x68, 0xce, 0x3c],
        ),
        seed(
            "h264",
            "aggregate_past_the_end",
            [0x78, 0, 2, 0x09, 0xf0, 0xff, 0xff, 0x67],
        ),
        seed("h264", "first_fragment", [0x7c, 0x87, 0x42, 0xc0]),
        seed("h264", "later_fragment", [0x7c, 0x45, 0x88]),
        seed("payload", "opus", in_payload(1, &[0x78, 1, 2, 3])),
        seed("payload", "opus_dtx", in_payload(0, &[0xf8])),
        seed(
            "payload",
            "vp8",
            in_payload(3, &[0x90, 0xe0, 0x92, 0x34, 0x56, 0xa0, 0x00]),
        ),
        seed(
            "payload",
            "vp9",
            in_payload(4, &[0xad, 0x92, 0x34, 0x53, 0x05, 0x77]),
        ),
        seed("payload", "h264", in_payload(7, &[0x67, 0x42])),
        seed(
            "payload",
            "av1_new_sequence",
            in_payload(8, &[0x18, 0x0a, 0x0b]),
        ),
        seed("payload", "av1_contradiction", in_payload(8, &[0x98, 0x0a])),
    ]
}

/// Values of the dependency descriptor, each behind its length, as the target expects them.
fn descriptors() -> Vec<Seed> {
    let in_a_row = |values: &[&[u8]]| {
        let prefixed = values
            .iter()
            .map(|value| [&[value.len() as u8], *value].concat());
        prefixed.collect::<Vec<_>>().concat()
    };
    // One template and one decode target without chains.
    let smallest: &[u8] = &[0xc0, 0, 1, 0x80, 0x00, 0xe0];
    // L1T2 with template offset 62, two decode targets, one chain and a resolution of 1280 × 720.
    let two_layers: &[u8] = &[
        0xfe, 0, 7, 0x87, 0xc1, 0x1e, 0xbc, 0x51, 0x41, 0x00, 0x8c, 0x13, 0xfc, 0x0b, 0x3c,
    ];
    vec![
        seed(
            "dependency",
            "smallest_structure",
            in_a_row(&[smallest, &[0x80, 0, 2], &[0x40, 0, 2]]),
        ),
        seed(
            "dependency",
            "two_layers",
            in_a_row(&[
                two_layers,
                &[0xbf, 0, 8],
                &[0x80, 0, 9],
                &[0x7f, 0, 9, 0x68, 0x40],
            ]),
        ),
        seed(
            "dependency",
            "no_structure",
            in_a_row(&[&[0x80, 0, 2], &[0x80, 0, 3, 0x40]]),
        ),
        seed(
            "dependency",
            "unknown_template",
            in_a_row(&[smallest, &[0xbf, 0, 2]]),
        ),
        seed(
            "dependency",
            "custom_fields",
            in_a_row(&[smallest, &[0xc0, 0, 2, 0x3a, 0x94, 0xc3, 0x21, 0x00]]),
        ),
        seed(
            "dependency",
            "endless_layers",
            in_a_row(&[&[&[0xc0, 0, 1, 0x80, 0x00][..], &[0; 40]].concat()]),
        ),
        seed(
            "dependency",
            "too_many_spatial_layers",
            in_a_row(&[&[0xc0, 0, 1, 0x80, 0x00, 0xaa, 0xaa, 0xaa]]),
        ),
    ]
}
