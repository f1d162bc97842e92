use super::*;

fn packet(millis: u64) -> SentPacket {
    SentPacket {
        at: Duration::from_millis(millis),
        size: 1_200,
        probe: None,
    }
}

#[test]
fn packet_is_told_of_once_as_lost_and_once_as_arrived() {
    let mut sent = SentPackets::new();
    sent.add(Seq(65_535), packet(1));
    sent.add(Seq(0), packet(2));
    assert_eq!(sent.report(Seq(0), false), Told::Lost(packet(2)));
    assert_eq!(sent.report(Seq(0), false), Told::Known);
    let late = Told::Arrived {
        packet: packet(2),
        missing: true,
    };
    assert_eq!(sent.report(Seq(0), true), late);
    assert_eq!(sent.report(Seq(0), true), Told::Known);
    let first = Told::Arrived {
        packet: packet(1),
        missing: false,
    };
    assert_eq!(sent.report(Seq(65_535), true), first);
}

#[test]
fn number_that_was_never_sent_is_unknown() {
    let mut sent = SentPackets::new();
    assert_eq!(sent.report(Seq(1), true), Told::Unknown);
    sent.add(Seq(1), packet(0));
    assert_eq!(sent.report(Seq(2), true), Told::Unknown);
    assert_eq!(sent.report(Seq(0x8001), true), Told::Unknown);
}

#[test]
fn memory_grows_for_unreported_packets_to_its_limit() {
    let mut sent = SentPackets::new();
    sent.add(Seq(0), packet(1));
    sent.report(Seq(0), true);
    for number in 1..50_000u32 {
        sent.add(Seq((number & 0xffff) as u16), packet(1));
    }
    assert_eq!(sent.slots.len(), MAX_CAPACITY);
    assert!(matches!(
        sent.report(Seq(49_999), true),
        Told::Arrived { .. }
    ));
    assert_eq!(sent.report(Seq(30_000), true), Told::Unknown);
}

#[test]
fn memory_does_not_grow_for_a_peer_that_never_tells() {
    let mut sent = SentPackets::new();
    for number in 0..50_000u32 {
        sent.add(Seq((number & 0xffff) as u16), packet(1));
    }
    assert_eq!(sent.slots.len(), FIRST_CAPACITY);
    assert!(matches!(
        sent.report(Seq(49_999), true),
        Told::Arrived { .. }
    ));
}

#[test]
fn memory_does_not_grow_for_packets_that_are_told_of() {
    let mut sent = SentPackets::new();
    for number in 0..50_000u32 {
        let seq = Seq((number & 0xffff) as u16);
        sent.add(seq, packet(1));
        sent.report(seq, true);
    }
    assert_eq!(sent.slots.len(), FIRST_CAPACITY);
}
