use super::*;
use crate::bytes::BufferFull;
use crate::{Bitrate, NtpTime, RtpTime, Seq, Ssrc};
use proptest::prelude::*;

mod transport_feedback;

const SENDER: Ssrc = Ssrc(0x0102_0304);
const MEDIA: Ssrc = Ssrc(0xa1a2_a3a4);

/// What `write` writes, at most 1,200 bytes.
fn written(write: impl FnOnce(&mut RtcpWriter<'_>) -> Result<(), BufferFull>) -> Vec<u8> {
    let mut out = [0xee; 1200];
    let mut writer = RtcpWriter::new(&mut out);
    write(&mut writer).unwrap();
    writer.as_bytes().to_vec()
}

fn parse_all(bytes: &[u8]) -> Vec<RtcpPacket<'_>> {
    RtcpPackets::new(bytes).collect::<Result<_, _>>().unwrap()
}

fn parse_one(bytes: &[u8]) -> RtcpPacket<'_> {
    let packets = parse_all(bytes);
    assert_eq!(packets.len(), 1, "{packets:?}");
    packets[0]
}

fn block() -> impl Strategy<Value = ReportBlock> {
    (
        any::<(u32, u8, u32, u32, u32, u32)>(),
        -(1i32 << 23)..1 << 23,
    )
        .prop_map(|(numbers, cumulative_lost)| {
            let (ssrc, fraction_lost, highest_seq, jitter, last_sr, delay_since_last_sr) = numbers;
            let ssrc = Ssrc(ssrc);
            ReportBlock {
                ssrc,
                fraction_lost,
                cumulative_lost,
                highest_seq,
                jitter,
                last_sr,
                delay_since_last_sr,
            }
        })
}

proptest! {
    #[test]
    fn sender_reports_are_read_back(ntp: u64, counts: [u32; 3], blocks in prop::collection::vec(block(), 0..40)) {
        let [rtp_time, packet_count, octet_count] = counts;
        let rtp_time = RtpTime(rtp_time);
        let info = SenderInfo { ssrc: SENDER, ntp: NtpTime(ntp), rtp_time, packet_count, octet_count };
        let bytes = written(|writer| writer.sender_report(&info, &blocks));
        let mut found = vec![];
        for packet in parse_all(&bytes) {
            match packet {
                RtcpPacket::SenderReport(report) => {
                    prop_assert_eq!(report.info, info);
                    found.extend(report.blocks());
                }
                RtcpPacket::ReceiverReport(report) => {
                    prop_assert_eq!(report.sender, SENDER);
                    found.extend(report.blocks());
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
        prop_assert_eq!(found, blocks);
    }

    #[test]
    fn receiver_reports_are_read_back(blocks in prop::collection::vec(block(), 0..40)) {
        let bytes = written(|writer| writer.receiver_report(SENDER, &blocks));
        let mut found = vec![];
        for packet in parse_all(&bytes) {
            let RtcpPacket::ReceiverReport(report) = packet else { panic!("{packet:?}") };
            prop_assert_eq!(report.sender, SENDER);
            found.extend(report.blocks());
        }
        prop_assert_eq!(found, blocks);
    }

    #[test]
    fn canonical_names_are_read_back(cname in prop::collection::vec(any::<u8>(), 0..256)) {
        let bytes = written(|writer| writer.sdes_cname(MEDIA, &cname));
        let RtcpPacket::Sdes(sdes) = parse_one(&bytes) else { panic!() };
        let chunks: Vec<_> = sdes.chunks().collect();
        prop_assert_eq!(chunks, [SdesChunk { ssrc: MEDIA, cname: Some(&cname[..]) }]);
    }

    #[test]
    fn goodbyes_are_read_back(ssrcs in prop::collection::vec(any::<u32>(), 0..32)) {
        let ssrcs: Vec<_> = ssrcs.into_iter().map(Ssrc).collect();
        let bytes = written(|writer| writer.bye(&ssrcs));
        let RtcpPacket::Bye(bye) = parse_one(&bytes) else { panic!() };
        prop_assert_eq!(bye.ssrcs().collect::<Vec<_>>(), ssrcs);
    }

    #[test]
    fn lost_packets_are_read_back_in_order(start: u16, gaps in prop::collection::vec(1u16..40, 1..200)) {
        let lost: Vec<_> = gaps.iter().scan(Seq(start), |seq, gap| {
            *seq = seq.wrapping_add(*gap);
            Some(*seq)
        }).collect();
        let bytes = written(|writer| writer.nack(SENDER, MEDIA, &lost).map(|count| assert_eq!(count, lost.len())));
        let RtcpPacket::Nack(nack) = parse_one(&bytes) else { panic!() };
        prop_assert_eq!((nack.sender, nack.media), (SENDER, MEDIA));
        prop_assert_eq!(nack.lost().collect::<Vec<_>>(), lost);
    }

    #[test]
    fn a_nack_that_does_not_fit_goes_on_in_the_next(lost in prop::collection::btree_set(any::<u16>(), 1..100), room in 16usize..64) {
        let lost: Vec<_> = lost.into_iter().map(Seq).collect();
        let mut found = vec![];
        while found.len() < lost.len() {
            let mut out = vec![0; room];
            let mut writer = RtcpWriter::new(&mut out);
            let count = writer.nack(SENDER, MEDIA, &lost[found.len()..]).unwrap();
            let RtcpPacket::Nack(nack) = parse_one(writer.as_bytes()) else { panic!() };
            prop_assert_eq!(nack.lost().count(), count);
            found.extend(nack.lost());
        }
        prop_assert_eq!(found, lost);
    }

    #[test]
    fn intra_requests_are_read_back(entries in prop::collection::vec(any::<(u32, u8)>(), 1..9)) {
        let entries: Vec<_> = entries.into_iter().map(|(ssrc, seq)| FirEntry { ssrc: Ssrc(ssrc), seq }).collect();
        let bytes = written(|writer| writer.fir(SENDER, MEDIA, &entries));
        let RtcpPacket::Fir(fir) = parse_one(&bytes) else { panic!() };
        prop_assert_eq!((fir.sender, fir.media), (SENDER, MEDIA));
        prop_assert_eq!(fir.entries().collect::<Vec<_>>(), entries);
    }

    #[test]
    fn bitrates_lose_at_most_their_last_bits(bitrate: u64, shift in 0u32..64, ssrcs in prop::collection::vec(any::<u32>(), 0..256)) {
        let bitrate = Bitrate(bitrate >> shift);
        let ssrcs: Vec<_> = ssrcs.into_iter().map(Ssrc).collect();
        let bytes = written(|writer| writer.remb(SENDER, bitrate, &ssrcs));
        let RtcpPacket::Remb(remb) = parse_one(&bytes) else { panic!() };
        prop_assert_eq!(remb.sender, SENDER);
        prop_assert!(remb.bitrate <= bitrate && bitrate.0 - remb.bitrate.0 <= bitrate.0 >> 17);
        prop_assert_eq!(remb.ssrcs().collect::<Vec<_>>(), ssrcs);
    }

    #[test]
    fn extended_reports_are_read_back(ntp: u64, items in prop::collection::vec(any::<[u32; 3]>(), 0..20)) {
        let items: Vec<_> =
            items.into_iter().map(|[ssrc, last_rr, delay]| Dlrr { ssrc: Ssrc(ssrc), last_rr, delay }).collect();
        let bytes = written(|writer| {
            writer.xr_reference_time(SENDER, NtpTime(ntp))?;
            writer.xr_dlrr(MEDIA, &items)
        });
        let packets = parse_all(&bytes);
        let [RtcpPacket::Xr(time), RtcpPacket::Xr(dlrr)] = packets[..] else { panic!("{packets:?}") };
        prop_assert_eq!(time.sender, SENDER);
        prop_assert_eq!(time.blocks().collect::<Vec<_>>(), [XrBlock::ReferenceTime(NtpTime(ntp))]);
        prop_assert_eq!(dlrr.sender, MEDIA);
        let [XrBlock::Dlrr(block)] = dlrr.blocks().collect::<Vec<_>>()[..] else { panic!() };
        prop_assert_eq!(block.items().collect::<Vec<_>>(), items);
    }

    #[test]
    fn no_bytes_can_break_the_iteration(
        headers in prop::collection::vec((0x80u8..0xc0, 198u8..210, prop::collection::vec(any::<u8>(), 0..64)), 1..5)
    ) {
        let mut bytes = vec![];
        for (first, packet_type, body) in headers {
            let words = (body.len() / 4) as u16;
            bytes.extend([first, packet_type]);
            bytes.extend(words.to_be_bytes());
            bytes.extend(&body[..usize::from(words) * 4]);
        }
        for packet in RtcpPackets::new(&bytes) {
            let _ = format!("{packet:?}");
        }
    }
}

#[test]
fn picture_loss_is_twelve_bytes() {
    let bytes = written(|writer| writer.pli(SENDER, MEDIA));
    assert_eq!(bytes, [0x81, 206, 0, 2, 1, 2, 3, 4, 0xa1, 0xa2, 0xa3, 0xa4]);
    assert_eq!(
        parse_one(&bytes),
        RtcpPacket::Pli(Pli {
            sender: SENDER,
            media: MEDIA
        })
    );
}

#[test]
fn nack_packs_sixteen_followers_into_a_mask() {
    let lost = [10, 11, 26, 27].map(Seq);
    let bytes = written(|writer| writer.nack(SENDER, MEDIA, &lost).map(drop));
    assert_eq!(bytes[12..], [0, 10, 0x80, 0x01, 0, 27, 0, 0]);
}

#[test]
fn nack_of_nothing_writes_nothing() {
    let mut out = [0; 64];
    let mut writer = RtcpWriter::new(&mut out);
    assert_eq!(writer.nack(SENDER, MEDIA, &[]), Ok(0));
    assert!(writer.is_empty());
}

#[test]
fn remb_of_the_draft_is_exponent_and_mantissa() {
    let bytes = [
        0x8f, 206, 0, 5, 1, 2, 3, 4, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 1, 0x0b, 0xd0, 0x90, 0, 0,
        0, 9,
    ];
    let RtcpPacket::Remb(remb) = parse_one(&bytes) else {
        panic!()
    };
    assert_eq!(remb.bitrate, Bitrate(0x3_d090 << 2));
    let same = written(|writer| writer.remb(SENDER, Bitrate(0x3_d090 << 2), &[Ssrc(9)]));
    assert_eq!(same, bytes);
}

#[test]
fn remb_beyond_64_bits_is_malformed() {
    let bytes = [
        0x8f, 206, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 0, 0xff, 0xff, 0xff,
    ];
    assert_eq!(
        RtcpPackets::new(&bytes).next(),
        Some(Err(RtcpError::Malformed(206)))
    );
}

#[test]
fn unknown_packets_are_passed_over() {
    let mut bytes = vec![0x80, 204, 0, 2, 0, 0, 0, 1, b'n', b'a', b'm', b'e'];
    bytes.extend([
        0x8f, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, b'A', b'F', b'B', b'X',
    ]);
    bytes.extend([0x80, 195, 0, 0]);
    bytes.extend(written(|writer| writer.pli(SENDER, MEDIA)));
    assert_eq!(
        parse_all(&bytes),
        [RtcpPacket::Pli(Pli {
            sender: SENDER,
            media: MEDIA
        })]
    );
}

#[test]
fn a_bad_packet_ends_the_compound_after_the_good_ones() {
    let mut bytes = written(|writer| writer.pli(SENDER, MEDIA));
    bytes.extend([0x81, 201, 0, 1, 0, 0, 0, 1]);
    bytes.extend(written(|writer| writer.pli(SENDER, MEDIA)));
    let items: Vec<_> = RtcpPackets::new(&bytes).collect();
    let good = RtcpPacket::Pli(Pli {
        sender: SENDER,
        media: MEDIA,
    });
    assert_eq!(items, [Ok(good), Err(RtcpError::Malformed(201))]);
}

#[test]
fn header_errors_are_told_apart() {
    let first = |bytes: &[u8]| RtcpPackets::new(bytes).next().unwrap().unwrap_err();
    assert_eq!(first(&[0x81, 206, 0]), RtcpError::Truncated);
    assert_eq!(first(&[0x81, 206, 0, 2, 0, 0, 0, 0]), RtcpError::Truncated);
    assert_eq!(first(&[0x41, 206, 0, 0]), RtcpError::BadVersion);
    assert_eq!(first(&[0xa1, 206, 0, 1, 0, 0, 0, 0]), RtcpError::BadPadding);
    assert_eq!(first(&[0xa1, 206, 0, 1, 0, 0, 0, 5]), RtcpError::BadPadding);
    assert_eq!(first(&[0xa1, 206, 0, 0]), RtcpError::BadPadding);
}

#[test]
fn padding_is_not_part_of_the_packet() {
    let bytes = [
        0xa1, 205, 0, 4, 1, 2, 3, 4, 0xa1, 0xa2, 0xa3, 0xa4, 0, 7, 0, 0, 0, 0, 0, 4,
    ];
    let RtcpPacket::Nack(nack) = parse_one(&bytes) else {
        panic!()
    };
    assert_eq!(nack.lost().collect::<Vec<_>>(), [Seq(7)]);
}

#[test]
fn sdes_chunks_have_other_items_and_padding() {
    let bytes = [
        0x82, 202, 0, 6, 0, 0, 0, 1, 2, 1, b'n', 1, 2, b'c', b'd', 0, 0, 0, 0, 2, 2, 1, b'x', 0, 0,
        0, 0, 0,
    ];
    let RtcpPacket::Sdes(sdes) = parse_one(&bytes) else {
        panic!()
    };
    let expected = [
        SdesChunk {
            ssrc: Ssrc(1),
            cname: Some(b"cd"),
        },
        SdesChunk {
            ssrc: Ssrc(2),
            cname: None,
        },
    ];
    assert_eq!(sdes.chunks().collect::<Vec<_>>(), expected);
    let without_end = [0x81, 202, 0, 2, 0, 0, 0, 1, 1, 2, b'c', b'd'];
    assert_eq!(
        RtcpPackets::new(&without_end).next(),
        Some(Err(RtcpError::Malformed(202)))
    );
}

#[test]
fn unknown_report_blocks_are_passed_over() {
    let bytes = [
        0x80, 207, 0, 6, 0, 0, 0, 9, 99, 0, 0, 1, 0, 0, 0, 0, 4, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2,
    ];
    let RtcpPacket::Xr(xr) = parse_one(&bytes) else {
        panic!()
    };
    assert_eq!(
        xr.blocks().collect::<Vec<_>>(),
        [XrBlock::ReferenceTime(NtpTime(0x1_0000_0002))]
    );
}

#[test]
fn lost_counts_are_limited_to_24_bits() {
    let block = ReportBlock {
        ssrc: MEDIA,
        fraction_lost: 1,
        cumulative_lost: i32::MIN,
        highest_seq: 2,
        jitter: 3,
        last_sr: 4,
        delay_since_last_sr: 5,
    };
    let bytes = written(|writer| writer.receiver_report(SENDER, &[block]));
    let RtcpPacket::ReceiverReport(report) = parse_one(&bytes) else {
        panic!()
    };
    assert_eq!(report.blocks().next().unwrap().cumulative_lost, -(1 << 23));
}

#[test]
fn what_does_not_fit_leaves_the_compound_unchanged() {
    let mut out = [0; 20];
    let mut writer = RtcpWriter::new(&mut out);
    writer.pli(SENDER, MEDIA).unwrap();
    let info = SenderInfo {
        ssrc: SENDER,
        ntp: NtpTime(0),
        rtp_time: RtpTime(0),
        packet_count: 0,
        octet_count: 0,
    };
    assert_eq!(writer.sender_report(&info, &[]), Err(BufferFull));
    assert_eq!(writer.pli(SENDER, MEDIA), Err(BufferFull));
    assert_eq!(writer.nack(SENDER, MEDIA, &[Seq(1)]), Err(BufferFull));
    assert_eq!(writer.sdes_cname(MEDIA, b"name"), Err(BufferFull));
    assert_eq!(writer.len(), 12);
    writer.receiver_report(SENDER, &[]).unwrap();
    assert_eq!(writer.remaining(), 0);
    assert_eq!(parse_all(writer.as_bytes()).len(), 2);
}

#[test]
fn counts_that_cannot_be_said_are_refused() {
    let mut out = [0; 4096];
    let mut writer = RtcpWriter::new(&mut out);
    assert_eq!(writer.bye(&[Ssrc(0); 32]), Err(BufferFull));
    assert_eq!(
        writer.remb(SENDER, Bitrate(0), &[Ssrc(0); 256]),
        Err(BufferFull)
    );
    assert_eq!(writer.sdes_cname(MEDIA, &[b'n'; 256]), Err(BufferFull));
    assert!(writer.is_empty());
}
