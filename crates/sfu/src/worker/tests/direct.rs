use super::media::{OPUS, Packet, audio, consume};
use super::rig::Rig;
use crate::drops::DropReason;
use crate::error::ErrorKind;
use crate::event::{ConsumerEvent, Event};
use crate::ids::{ConsumerId, ProducerId, TransportId};
use miso_wire::{RtpHeader, Ssrc};
use serde_json::json;

/// A producer (10) and a consumer (20) on a direct transport (1), and a peer's transport (2) with another producer.
fn process() -> Rig {
    let mut rig = Rig::new();
    rig.make_direct(1);
    rig.join(2);
    let sound = audio("0", json!([{"ssrc": 40}]));
    rig.produce(1, 10, &sound);
    rig.consume(1, 20, consume(10, &sound, 700, false));
    rig.produce(2, 11, &sound);
    rig
}

fn send(rig: &mut Rig, producer: u64, bytes: &mut [u8]) -> Result<(), ErrorKind> {
    let sent = rig
        .worker
        .handle_direct_rtp(ProducerId(producer), bytes, rig.now);
    rig.drain();
    sent.map_err(|error| error.kind)
}

#[test]
fn packets_of_the_process_reach_consumers_of_the_process() {
    let mut rig = process();
    for seq in 1..=3 {
        send(&mut rig, 10, &mut Packet::opus(40, seq).bytes()).unwrap();
    }
    let received: Vec<_> = rig
        .take_events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Consumer(ConsumerId(20), ConsumerEvent::Rtp(packet)) => Some(packet),
            _ => None,
        })
        .collect();
    assert_eq!(received.len(), 3);
    for packet in received {
        let header = RtpHeader::parse(&packet).unwrap();
        assert_eq!((header.ssrc, header.pt), (Ssrc(700), OPUS));
        assert_eq!(header.payload(&packet), [0x7c; 80]);
    }
}

#[test]
fn packets_of_the_process_enter_by_direct_transports_only() {
    let mut rig = process();
    let mut packet = Packet::opus(40, 1).bytes();
    assert_eq!(send(&mut rig, 11, &mut packet), Err(ErrorKind::Error));
    assert_eq!(send(&mut rig, 12, &mut packet), Err(ErrorKind::NotFound));
    let now = rig.now;
    let refused = rig.worker.handle_direct_rtcp(TransportId(2), &[], now);
    assert_eq!(refused.unwrap_err().kind, ErrorKind::Error);
}

#[test]
fn malformed_packets_of_the_process_are_dropped_and_counted() {
    let mut rig = process();
    send(&mut rig, 10, &mut [0x80, 1, 2]).unwrap();
    assert_eq!(rig.worker.drops(DropReason::MalformedRtp), 1);
    let now = rig.now;
    rig.worker
        .handle_direct_rtcp(TransportId(1), &[0x80, 200, 0], now)
        .unwrap();
    assert_eq!(rig.worker.drops(DropReason::MalformedRtcp), 1);
}
