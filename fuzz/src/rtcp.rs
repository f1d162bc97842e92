//! RTCP: whatever is parsed is written again and parsed to the same.

use miso_wire::{
    BufferFull, FeedbackTime, Nack, ReportBlock, RtcpPacket, RtcpPackets, RtcpWriter, Sdes, Seq,
    Ssrc, TransportFeedback, TransportFeedbackHead, Xr, XrBlock,
};

use crate::first_byte;

/// Room for the longest message that an input of 64 KiB can ask for.
const ROOM: usize = 1 << 18;

/// Input: a compound. After an error there is nothing more; each packet survives being written.
pub fn rtcp(data: &[u8]) {
    let mut packets = RtcpPackets::new(data);
    while let Some(item) = packets.next() {
        match item {
            Ok(packet) => survives(packet),
            Err(_) => assert_eq!(packets.next(), None),
        }
    }
}

fn survives(packet: RtcpPacket<'_>) {
    match packet {
        RtcpPacket::SenderReport(report) => {
            let blocks: Vec<_> = report.blocks().collect();
            same(packet, |writer| writer.sender_report(&report.info, &blocks));
        }
        RtcpPacket::ReceiverReport(report) => {
            let blocks: Vec<ReportBlock> = report.blocks().collect();
            same(packet, |writer| {
                writer.receiver_report(report.sender, &blocks)
            });
        }
        RtcpPacket::Bye(bye) => {
            let ssrcs: Vec<Ssrc> = bye.ssrcs().collect();
            same(packet, |writer| writer.bye(&ssrcs));
        }
        RtcpPacket::Pli(pli) => same(packet, |writer| writer.pli(pli.sender, pli.media)),
        RtcpPacket::Fir(fir) => {
            let entries: Vec<_> = fir.entries().collect();
            with_written(
                |writer| writer.fir(fir.sender, fir.media, &entries),
                |again| {
                    let [RtcpPacket::Fir(again)] = again else {
                        panic!("{again:?}")
                    };
                    assert!(again.entries().eq(fir.entries()));
                },
            );
        }
        RtcpPacket::Remb(remb) => {
            let ssrcs: Vec<_> = remb.ssrcs().collect();
            same(packet, |writer| {
                writer.remb(remb.sender, remb.bitrate, &ssrcs)
            });
        }
        RtcpPacket::Sdes(sdes) => names_survive(sdes),
        RtcpPacket::Nack(nack) => losses_survive(nack),
        RtcpPacket::Xr(xr) => blocks_survive(xr),
        RtcpPacket::TransportFeedback(feedback) => arrivals_survive(feedback),
    }
}

/// Writes a compound and looks at it again.
fn with_written(
    write: impl FnOnce(&mut RtcpWriter<'_>) -> Result<(), BufferFull>,
    look: impl FnOnce(&[RtcpPacket<'_>]),
) {
    let mut out = vec![0; ROOM];
    let mut writer = RtcpWriter::new(&mut out);
    write(&mut writer).expect("there is room");
    let packets: Result<Vec<_>, _> = RtcpPackets::new(writer.as_bytes()).collect();
    look(&packets.expect("what was written is well-formed"));
}

fn same(packet: RtcpPacket<'_>, write: impl FnOnce(&mut RtcpWriter<'_>) -> Result<(), BufferFull>) {
    with_written(write, |again| assert_eq!(again, [packet]));
}

fn names_survive(sdes: Sdes<'_>) {
    for chunk in sdes.chunks() {
        let Some(cname) = chunk.cname else { continue };
        with_written(
            |writer| writer.sdes_cname(chunk.ssrc, cname),
            |again| {
                let [RtcpPacket::Sdes(again)] = again else {
                    panic!("{again:?}")
                };
                assert!(again.chunks().eq([chunk]));
            },
        );
    }
}

fn losses_survive(nack: Nack<'_>) {
    let sorted = |lost: &mut dyn Iterator<Item = Seq>| {
        let mut lost: Vec<_> = lost.map(|seq| seq.0).collect();
        lost.sort_unstable();
        lost.dedup();
        lost
    };
    let lost: Vec<_> = nack.lost().collect();
    with_written(
        |writer| {
            writer
                .nack(nack.sender, nack.media, &lost)
                .map(|count| assert_eq!(count, lost.len()))
        },
        |again| {
            let [RtcpPacket::Nack(again)] = again else {
                panic!("{again:?}")
            };
            assert_eq!(sorted(&mut again.lost()), sorted(&mut nack.lost()));
        },
    );
}

fn blocks_survive(xr: Xr<'_>) {
    for block in xr.blocks() {
        let write = |writer: &mut RtcpWriter<'_>| match block {
            XrBlock::ReferenceTime(time) => writer.xr_reference_time(xr.sender, time),
            XrBlock::Dlrr(dlrr) => writer.xr_dlrr(xr.sender, &dlrr.items().collect::<Vec<_>>()),
        };
        with_written(write, |again| {
            let [RtcpPacket::Xr(again)] = again else {
                panic!("{again:?}")
            };
            assert!(again.sender == xr.sender && again.blocks().eq([block]));
        });
    }
}

fn arrivals_survive(feedback: TransportFeedback<'_>) {
    assert_eq!(
        feedback.deltas().count(),
        usize::from(feedback.status_count)
    );
    let arrivals: Vec<_> = feedback.arrivals().map(|(_, arrival)| arrival).collect();
    if arrivals.iter().all(Option::is_none) {
        return;
    }
    let TransportFeedback {
        sender,
        media,
        base,
        feedback_count,
        ..
    } = feedback;
    let head = TransportFeedbackHead {
        sender,
        media,
        base,
        feedback_count,
    };
    with_written(
        |writer| {
            writer
                .transport_feedback(&head, &arrivals)
                .map(|count| assert_eq!(count, arrivals.len()))
        },
        |again| {
            let [RtcpPacket::TransportFeedback(again)] = again else {
                panic!("{again:?}")
            };
            assert!(again.base == base && again.feedback_count == feedback_count);
            for ((seq, arrival), (expected_seq, expected)) in
                again.arrivals().zip(feedback.arrivals())
            {
                let unwrapped = arrival
                    .zip(expected)
                    .map(|(arrival, expected)| arrival.unwrapped(expected));
                assert_eq!((seq, unwrapped), (expected_seq, expected));
            }
        },
    );
}

/// Input: the size of a buffer, then steps of time between arrivals. The messages that are made of it cover all
/// arrivals, and each keeps to its buffer.
pub fn transport_feedback(data: &[u8]) {
    let (room, steps) = first_byte(data);
    let mut arrivals = arrivals_of(steps);
    // Numbers wrap there: no receiver can tell of longer losses, and no message could hold them.
    arrivals.truncate(usize::from(u16::MAX));
    let mut out = vec![0; 24 + usize::from(room)];
    let mut done = 0;
    while arrivals[done..].iter().any(Option::is_some) {
        let base = Seq(done as u16);
        let head = TransportFeedbackHead {
            sender: Ssrc(1),
            media: Ssrc(2),
            base,
            feedback_count: 3,
        };
        let mut writer = RtcpWriter::new(&mut out);
        let count = writer
            .transport_feedback(&head, &arrivals[done..])
            .expect("one status fits");
        assert!(count > 0);
        let packets: Vec<_> = RtcpPackets::new(writer.as_bytes()).collect();
        let [Ok(RtcpPacket::TransportFeedback(feedback))] = packets[..] else {
            panic!("{packets:?}")
        };
        assert_eq!(feedback.base, base);
        let found = feedback.arrivals().map(|(_, arrival)| arrival);
        assert!(found.eq(arrivals[done..done + count].iter().copied()));
        done += count;
    }
}

/// Two bits of each byte tell what it means: losses, and small, large or huge steps.
fn arrivals_of(steps: &[u8]) -> Vec<Option<FeedbackTime>> {
    let mut now = 1_000_000;
    let mut arrivals = vec![];
    for step in steps {
        let amount = i64::from(step >> 2);
        match step & 3 {
            0 => arrivals.extend(vec![None; 1 + amount as usize]),
            1 => now += amount,
            2 => now += amount * 16 - 256,
            _ => now += amount * 1500,
        }
        if step & 3 != 0 {
            arrivals.push(Some(FeedbackTime(now)));
        }
    }
    arrivals
}
