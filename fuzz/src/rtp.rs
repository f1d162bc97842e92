//! RTP headers and their extensions.

use miso_wire::{
    AbsCaptureTime, AbsSendTime, AudioLevel, ExtensionForm, ExtensionWriter, PlayoutDelay,
    RtpFields, RtpHeader, TransmissionOffset, VideoOrientation, read_mid, read_rid,
    read_transport_seq, set_marker, set_pt, set_seq, set_ssrc, set_timestamp, write_mid,
    write_transport_seq,
};

use crate::first_byte;

/// Input: a packet. Lengths add up, both ways of parsing agree, and setting what was read changes nothing.
pub fn rtp(data: &[u8]) {
    let whole = RtpHeader::parse(data);
    let in_two_steps =
        RtpHeader::parse_header(data).and_then(|mut header| header.finish(data).map(|()| header));
    assert_eq!(whole, in_two_steps);
    let Ok(header) = whole else { return };
    assert_eq!(
        header.header_len + header.payload_len + header.padding_len,
        data.len()
    );
    assert_eq!(header.payload(data).len(), header.payload_len);
    let mut copy = data.to_vec();
    set_pt(&mut copy, header.pt);
    set_marker(&mut copy, header.marker);
    set_seq(&mut copy, header.seq);
    set_timestamp(&mut copy, header.timestamp);
    set_ssrc(&mut copy, header.ssrc);
    assert_eq!(copy, data);
    let RtpHeader {
        pt,
        seq,
        timestamp,
        ssrc,
        marker,
        ..
    } = header;
    let mut written = [0; 12];
    let len = RtpFields {
        pt,
        seq,
        timestamp,
        ssrc,
        marker,
    }
    .write(&mut written, false);
    assert_eq!(len, Ok(12));
    assert_eq!(written[1..], data[1..12]);
}

/// Input: a form and an extension block without its header. Elements lie in the block in order, are found again when
/// written anew, and the values that are understood survive being written.
pub fn extensions(data: &[u8]) {
    let (form, elements) = first_byte(data);
    let mut packet = vec![0x90, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1];
    packet.extend(if form & 1 == 0 {
        [0xbe, 0xde]
    } else {
        [0x10, form >> 4]
    });
    let words = elements.len().div_ceil(4) as u16;
    packet.extend(words.to_be_bytes());
    packet.extend(elements);
    packet.resize(16 + usize::from(words) * 4, 0);
    let header = RtpHeader::parse(&packet).expect("the header is complete");
    let found: Vec<_> = header.extensions.elements(&packet).collect();
    let mut last = header.extensions.range().start;
    for (id, range) in &found {
        assert!(*id != 0 && range.start >= last && range.end <= header.header_len);
        last = range.end;
        values(&packet[range.clone()]);
    }
    rewritten(&packet, &found);
}

fn rewritten(packet: &[u8], found: &[(u8, std::ops::Range<usize>)]) {
    let form = ExtensionForm::fitting(found.iter().map(|(id, range)| (*id, range.len())));
    let mut again = vec![0; packet.len() * 2 + 16];
    again[..12].copy_from_slice(&packet[..12]);
    let mut writer = ExtensionWriter::new(&mut again[12..], form);
    for (id, range) in found {
        let value = &packet[range.clone()];
        writer
            .push(*id, value)
            .expect("the form fits and there is room");
    }
    let len = writer.finish().expect("there is room");
    if found.is_empty() {
        assert_eq!(len, 0);
        return;
    }
    let again = &again[..12 + len];
    let header = RtpHeader::parse(again).expect("what was written is whole");
    let elements = header
        .extensions
        .elements(again)
        .map(|(id, range)| (id, again[range].to_vec()));
    let expected = found
        .iter()
        .map(|(id, range)| (*id, packet[range.clone()].to_vec()));
    assert!(elements.eq(expected));
}

fn values(value: &[u8]) {
    if let Some(level) = AudioLevel::read(value) {
        assert_eq!(AudioLevel::read(&level.to_bytes()), Some(level));
    }
    if let Some(time) = AbsSendTime::read(value) {
        assert_eq!(time.to_bytes(), value[..3]);
        assert_eq!(time.until(time), std::time::Duration::ZERO);
    }
    if let Some(orientation) = VideoOrientation::read(value) {
        assert_eq!(
            VideoOrientation::read(&orientation.to_bytes()),
            Some(orientation)
        );
    }
    if let Some(time) = AbsCaptureTime::read(value) {
        assert!(matches!(value.len(), 8 | 16));
        assert_eq!(time.to_bytes()[..value.len()], *value);
    }
    if let Some(delay) = PlayoutDelay::read(value) {
        assert_eq!(delay.to_bytes(), value[..3]);
    }
    if let Some(offset) = TransmissionOffset::read(value) {
        assert_eq!(offset.to_bytes(), value[..3]);
    }
    if let Some(seq) = read_transport_seq(value) {
        assert_eq!(write_transport_seq(seq), value[..2]);
    }
    if let Some(mid) = read_mid(value) {
        let mut placeholder = value.to_vec();
        assert!(write_mid(&mut placeholder, mid));
        assert_eq!(read_mid(&placeholder), Some(mid));
    }
    assert_eq!(read_mid(value).is_some(), read_rid(value).is_some());
}
