use super::*;
use crate::{Mid, NtpTime, RtpHeader, Seq};
use proptest::prelude::*;
use std::time::Duration;

/// A packet with an extension block and three bytes of payload.
fn packet_with(block: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
    bytes.extend_from_slice(block);
    bytes.extend_from_slice(&[7, 7, 7]);
    bytes
}

fn elements_of(block: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let packet = packet_with(block);
    let header = RtpHeader::parse(&packet).unwrap();
    header
        .extensions
        .elements(&packet)
        .map(|(id, range)| (id, packet[range].to_vec()))
        .collect()
}

#[test]
fn uris_and_ids_name_each_kind_once() {
    for (position, kind) in ExtensionKind::ALL.into_iter().enumerate() {
        assert_eq!(ExtensionKind::from_uri(kind.uri()), Some(kind));
        assert_eq!(
            ExtensionKind::from_internal_id(kind.internal_id()),
            Some(kind)
        );
        assert_eq!(usize::from(kind.internal_id()), position + 1);
    }
    assert_eq!(ExtensionKind::from_uri("urn:unknown"), None);
}

#[test]
fn one_byte_elements_may_have_padding_between_them() {
    // The layout of RFC 8285, section 4.2.
    let block = [
        0xbe, 0xde, 0, 3, 0x10, 0xaa, 0x21, 0xb1, 0xb2, 0, 0, 0x33, 1, 2, 3, 4,
    ];
    let expected = [
        (1, vec![0xaa]),
        (2, vec![0xb1, 0xb2]),
        (3, vec![1, 2, 3, 4]),
    ];
    assert_eq!(elements_of(&block), expected);
}

#[test]
fn two_byte_elements_may_be_empty() {
    let block = [0x10, 0x05, 0, 3, 1, 0, 2, 1, 0xaa, 0, 200, 4, 1, 2, 3, 4];
    assert_eq!(
        elements_of(&block),
        [(1, vec![]), (2, vec![0xaa]), (200, vec![1, 2, 3, 4])]
    );
}

#[test]
fn reserved_ids_end_a_one_byte_block() {
    assert_eq!(elements_of(&[0xbe, 0xde, 0, 1, 0xf0, 1, 0x10, 2]), []);
    assert_eq!(elements_of(&[0xbe, 0xde, 0, 1, 0x01, 1, 0x10, 2]), []);
}

#[test]
fn an_element_past_the_end_of_the_block_ends_it() {
    assert_eq!(
        elements_of(&[0xbe, 0xde, 0, 1, 0x10, 9, 0x22, 1]),
        [(1, vec![9])]
    );
    assert_eq!(elements_of(&[0x10, 0, 0, 1, 1, 0, 2, 1]), [(1, vec![])]);
    assert_eq!(elements_of(&[0x10, 0, 0, 1, 1, 1, 5, 2]), [(1, vec![5])]);
}

#[test]
fn an_unknown_profile_has_no_elements() {
    assert_eq!(elements_of(&[0xab, 0xcd, 0, 1, 0x10, 9, 0, 0]), []);
}

#[test]
fn form_is_two_byte_only_when_needed() {
    assert_eq!(
        ExtensionForm::fitting([(1, 1), (14, 16)]),
        ExtensionForm::OneByte
    );
    assert_eq!(
        ExtensionForm::fitting([(1, 1), (15, 1)]),
        ExtensionForm::TwoByte
    );
    assert_eq!(ExtensionForm::fitting([(1, 17)]), ExtensionForm::TwoByte);
    assert_eq!(ExtensionForm::fitting([(1, 0)]), ExtensionForm::TwoByte);
}

#[test]
fn writer_refuses_what_its_form_cannot_say() {
    let mut out = [0; 64];
    let mut writer = ExtensionWriter::new(&mut out, ExtensionForm::OneByte);
    for (id, len) in [(0, 1), (15, 1), (1, 0), (1, 17)] {
        assert_eq!(
            writer.push(id, &vec![0; len]),
            Err(ExtensionError::BadElement),
            "{id} {len}"
        );
    }
    let mut writer = ExtensionWriter::new(&mut out, ExtensionForm::TwoByte);
    assert_eq!(writer.push(0, &[1]), Err(ExtensionError::BadElement));
    assert_eq!(writer.push(1, &[0; 256]), Err(ExtensionError::BadElement));
}

#[test]
fn a_full_block_keeps_what_it_has() {
    let mut out = [0xff; 8];
    let mut writer = ExtensionWriter::new(&mut out, ExtensionForm::OneByte);
    assert_eq!(writer.push(1, &[1, 2]), Ok(5));
    assert_eq!(writer.push(2, &[3]), Err(ExtensionError::BufferFull));
    assert_eq!(writer.finish(), Ok(8));
    assert_eq!(out, [0xbe, 0xde, 0, 1, 0x11, 1, 2, 0]);
}

#[test]
fn a_block_without_elements_takes_no_room() {
    let mut out = [0xff; 8];
    assert_eq!(
        ExtensionWriter::new(&mut out, ExtensionForm::OneByte).finish(),
        Ok(0)
    );
    assert_eq!(out, [0xff; 8]);
}

#[test]
fn abs_send_time_counts_64_seconds() {
    assert_eq!(
        AbsSendTime::from_duration(Duration::from_secs(1)),
        AbsSendTime(1 << 18)
    );
    assert_eq!(
        AbsSendTime::from_duration(Duration::from_millis(500)),
        AbsSendTime(1 << 17)
    );
    assert_eq!(
        AbsSendTime::from_duration(Duration::from_secs(64 * 1_000_000 + 2)),
        AbsSendTime(2 << 18)
    );
    let before_wrap = AbsSendTime::from_duration(Duration::from_secs(63));
    let after_wrap = AbsSendTime::from_duration(Duration::from_secs(65));
    assert_eq!(before_wrap.until(after_wrap), Duration::from_secs(2));
}

#[test]
fn orientation_has_camera_flip_and_rotation() {
    let turned = VideoOrientation {
        camera: true,
        flip: false,
        rotation: 270,
    };
    assert_eq!(VideoOrientation::read(&[0x0b]), Some(turned));
    assert_eq!(VideoOrientation::read(&[]), None);
}

#[test]
fn capture_time_is_8_or_16_bytes() {
    let value = [
        1, 2, 3, 4, 5, 6, 7, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    ];
    let timestamp = NtpTime(0x0102_0304_0506_0708);
    assert_eq!(
        AbsCaptureTime::read(&value[..8]),
        Some(AbsCaptureTime {
            timestamp,
            clock_offset: None
        })
    );
    assert_eq!(
        AbsCaptureTime::read(&value),
        Some(AbsCaptureTime {
            timestamp,
            clock_offset: Some(-2)
        })
    );
    assert_eq!(AbsCaptureTime::read(&value[..12]), None);
}

#[test]
fn playout_delay_has_steps_of_ten_milliseconds() {
    let delay = PlayoutDelay {
        min: Duration::from_millis(20),
        max: Duration::from_millis(40_950),
    };
    assert_eq!(PlayoutDelay::read(&[0x00, 0x2f, 0xff]), Some(delay));
    let endless = PlayoutDelay {
        min: delay.min,
        max: Duration::from_secs(3600),
    };
    assert_eq!(endless.to_bytes(), [0x00, 0x2f, 0xff]);
}

#[test]
fn mid_fills_its_placeholder_with_zeros() {
    let mid = Mid::new(b"v1").unwrap();
    let mut placeholder = [9; 8];
    assert!(write_mid(&mut placeholder, mid));
    assert_eq!(placeholder, *b"v1\0\0\0\0\0\0");
    assert_eq!(read_mid(&placeholder), Some(mid));
    assert!(!write_mid(&mut placeholder[..1], mid));
    assert_eq!(read_mid(&[0; 8]), None);
    assert_eq!(read_rid(&[b'h'; 33]), None);
}

proptest! {
    #[test]
    fn written_elements_are_read_back(
        elements in prop::collection::vec((1u8..20, prop::collection::vec(any::<u8>(), 0..24)), 1..8)
    ) {
        let form = ExtensionForm::fitting(elements.iter().map(|(id, value)| (*id, value.len())));
        let mut out = [0xee; 512];
        let mut writer = ExtensionWriter::new(&mut out, form);
        let offsets: Vec<_> = elements.iter().map(|(id, value)| writer.push(*id, value).unwrap()).collect();
        let len = writer.finish().unwrap();
        for ((_, value), offset) in elements.iter().zip(offsets) {
            prop_assert_eq!(&out[offset..offset + value.len()], &value[..]);
        }
        prop_assert_eq!(elements_of(&out[..len]), elements);
    }

    #[test]
    fn values_are_read_back(byte in 0u8..128, voice: bool, send in 0u32..1 << 24, offset in -(1i32 << 23)..1 << 23) {
        let level = AudioLevel { minus_dbov: byte, voice };
        prop_assert_eq!(AudioLevel::read(&level.to_bytes()), Some(level));
        prop_assert_eq!(AbsSendTime::read(&AbsSendTime(send).to_bytes()), Some(AbsSendTime(send)));
        let moved = TransmissionOffset(offset);
        prop_assert_eq!(TransmissionOffset::read(&moved.to_bytes()), Some(moved));
        let seq = Seq((send & 0xffff) as u16);
        prop_assert_eq!(read_transport_seq(&write_transport_seq(seq)), Some(seq));
        let orientation = VideoOrientation::read(&[byte & 0x0f]).unwrap();
        prop_assert_eq!(orientation.to_bytes(), [byte & 0x0f]);
    }

    #[test]
    fn capture_times_are_read_back(timestamp: u64, offset: i64, delay: [u8; 3]) {
        let time = AbsCaptureTime { timestamp: NtpTime(timestamp), clock_offset: Some(offset) };
        prop_assert_eq!(AbsCaptureTime::read(&time.to_bytes()), Some(time));
        prop_assert_eq!(PlayoutDelay::read(&delay).unwrap().to_bytes(), delay);
    }

    #[test]
    fn send_time_survives_within_a_tick(micros in 0u64..64_000_000) {
        let time = Duration::from_micros(micros);
        let ticks = AbsSendTime::from_duration(time);
        let back = if ticks.0 == 0 && micros > 1_000 { Duration::from_secs(64) } else { ticks.to_duration() };
        prop_assert!(back.abs_diff(time) <= Duration::from_micros(4));
    }
}
