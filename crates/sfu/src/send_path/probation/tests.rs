use super::*;
use miso_wire::{RtpHeader, read_mid, read_transport_seq};

fn written(probation: &mut Probation, len: usize, seq: Option<Seq>) -> Vec<u8> {
    let mut out = [0xff; MAX_LEN];
    let packet = probation
        .write(&mut out, len, AbsSendTime(77), seq)
        .expect("room");
    [&out[..packet.header_len], packet.payload].concat()
}

#[test]
fn packets_carry_the_names_that_clients_expect() {
    let packet = written(&mut Probation::new(500), 1_000, Some(Seq(9)));
    let header = RtpHeader::parse(&packet).expect("RTP");
    assert_eq!((header.ssrc, header.pt), (Ssrc(1_234), Pt(127)));
    let value = |kind: ExtensionKind| {
        let range = header.extensions.find(&packet, kind.internal_id());
        &packet[range.expect("the extension")]
    };
    let mid = read_mid(value(ExtensionKind::Mid)).expect("a mid");
    assert_eq!(mid.as_bytes(), b"probator");
    let seq = read_transport_seq(value(ExtensionKind::TransportWideCc));
    assert_eq!(seq, Some(Seq(9)));
    let time = AbsSendTime::read(value(ExtensionKind::AbsSendTime));
    assert_eq!(time, Some(AbsSendTime(77)));
}

#[test]
fn packets_are_as_long_as_asked_and_never_longer_than_the_limit() {
    let mut probation = Probation::new(1);
    assert_eq!(written(&mut probation, 300, None).len(), 300);
    assert_eq!(written(&mut probation, 9_000, None).len(), MAX_LEN);
}

#[test]
fn numbers_and_timestamps_go_on() {
    let mut probation = Probation::new(65_535);
    let headers = [(); 2].map(|()| {
        let packet = written(&mut probation, 200, None);
        RtpHeader::parse(&packet).expect("RTP")
    });
    assert_eq!(headers.map(|header| header.seq), [Seq(65_535), Seq(0)]);
    assert_eq!(
        headers.map(|header| header.timestamp),
        [RtpTime(0), RtpTime(20)]
    );
}
