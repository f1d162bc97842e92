//! RTCP and arrivals for transport feedback.

use miso_wire::{
    Bitrate, BufferFull, Dlrr, FeedbackTime, FirEntry, NtpTime, ReportBlock, RtcpWriter, RtpTime,
    SenderInfo, Seq, Ssrc, TransportFeedbackHead,
};

use super::{Seed, seed};

const SENDER: Ssrc = Ssrc(0x1111_1111);
const MEDIA: Ssrc = Ssrc(0x2222_2222);

const INFO: SenderInfo = SenderInfo {
    ssrc: SENDER,
    ntp: NtpTime(0xe000_0000_8000_0000),
    rtp_time: RtpTime(90_000),
    packet_count: 100,
    octet_count: 100_000,
};

const BLOCK: ReportBlock = ReportBlock {
    ssrc: MEDIA,
    fraction_lost: 25,
    cumulative_lost: -3,
    highest_seq: 0x0001_0203,
    jitter: 40,
    last_sr: 0x1234_5678,
    delay_since_last_sr: 0x8000,
};

pub(super) fn seeds() -> Vec<Seed> {
    let mut seeds = compounds();
    seeds.extend(odd());
    seeds.extend(arrivals());
    seeds.extend(conversations());
    seeds
}

/// What `write` writes.
fn compound(write: impl FnOnce(&mut RtcpWriter<'_>) -> Result<(), BufferFull>) -> Vec<u8> {
    let mut out = [0; 1200];
    let mut writer = RtcpWriter::new(&mut out);
    write(&mut writer).expect("there is room");
    writer.as_bytes().to_vec()
}

fn compounds() -> Vec<Seed> {
    let delay = Dlrr {
        ssrc: MEDIA,
        last_rr: 5,
        delay: 6,
    };
    let lost = [10, 11, 26, 27, 400].map(Seq);
    vec![
        seed(
            "rtcp",
            "sender",
            compound(|writer| {
                writer.sender_report(&INFO, &[BLOCK])?;
                writer.sdes_cname(SENDER, b"cname")?;
                writer.xr_dlrr(SENDER, &[delay, delay])
            }),
        ),
        seed(
            "rtcp",
            "receiver",
            compound(|writer| {
                writer.receiver_report(SENDER, &[BLOCK, BLOCK])?;
                writer.xr_reference_time(SENDER, INFO.ntp)
            }),
        ),
        seed(
            "rtcp",
            "nack",
            compound(|writer| writer.nack(SENDER, MEDIA, &lost).map(drop)),
        ),
        seed("rtcp", "pli", compound(|writer| writer.pli(SENDER, MEDIA))),
        seed(
            "rtcp",
            "fir",
            compound(|writer| {
                writer.fir(
                    SENDER,
                    Ssrc(0),
                    &[FirEntry {
                        ssrc: MEDIA,
                        seq: 9,
                    }],
                )
            }),
        ),
        seed(
            "rtcp",
            "remb",
            compound(|writer| writer.remb(SENDER, Bitrate(2_500_000), &[MEDIA])),
        ),
        seed(
            "rtcp",
            "bye",
            compound(|writer| writer.bye(&[SENDER, MEDIA])),
        ),
        seed("rtcp", "transport_feedback", compound(feedback)),
    ]
}

fn feedback(writer: &mut RtcpWriter<'_>) -> Result<(), BufferFull> {
    let head = TransportFeedbackHead {
        sender: SENDER,
        media: MEDIA,
        base: Seq(65_534),
        feedback_count: 7,
    };
    let ticks = [500, 501, -1, 503, 900, 899, -1, -1];
    let mut arrivals = ticks
        .map(|ticks| (ticks >= 0).then_some(FeedbackTime(ticks)))
        .to_vec();
    arrivals.extend([None; 40]);
    arrivals.extend((1000..1020).map(|ticks| Some(FeedbackTime(ticks))));
    writer.transport_feedback(&head, &arrivals).map(drop)
}

fn odd() -> Vec<Seed> {
    let goodbye_with_reason = [
        0x81, 203, 0, 3, 1, 1, 1, 1, 5, b'l', b'e', b'a', b'v', b'e', 0, 0,
    ];
    let application = [0x80, 204, 0, 2, 0, 0, 0, 1, b'n', b'a', b'm', b'e'];
    let two_chunks = [
        0x82, 202, 0, 5, 0, 0, 0, 1, 1, 1, b'a', 0, 0, 0, 0, 2, 2, 1, b'x', 0, 0, 0, 0, 0,
    ];
    let huge_remb = [
        0x8f, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 0, 0xff, 0xff, 0xff,
    ];
    let long_loss = [
        0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0x1f, 0xff, 0, 0, 1, 0, 0x1f, 0xff, 0, 0,
    ];
    let reserved = [
        0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 1, 0, 0xf9, 0x00, 0, 0,
    ];
    vec![
        seed("rtcp", "bye_with_reason", goodbye_with_reason),
        seed("rtcp", "application", application),
        seed("rtcp", "two_chunks", two_chunks),
        seed("rtcp", "remb_beyond_64_bits", huge_remb),
        seed("rtcp", "long_loss", long_loss),
        seed("rtcp", "reserved_symbol", reserved),
        seed(
            "rtcp",
            "padded",
            [0xa1, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 4],
        ),
        seed(
            "rtcp",
            "padding_beyond_packet",
            [0xa1, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 200],
        ),
        seed(
            "rtcp",
            "length_past_the_end",
            [0x81, 201, 0xff, 0xff, 0, 0, 0, 1],
        ),
        seed(
            "rtcp",
            "block_past_the_packet",
            [0x80, 207, 0, 2, 0, 0, 0, 1, 4, 0, 0, 9],
        ),
        seed(
            "rtcp",
            "empty_fir",
            [0x84, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0],
        ),
    ]
}

/// The size of the buffer above its minimum, then steps: two low bits say what kind, the upper six how much.
fn arrivals() -> Vec<Seed> {
    let steps = |room: u8, steps: &[u8]| [&[room], steps].concat();
    vec![
        seed("transport_feedback", "steady", steps(200, &[5; 60])),
        seed(
            "transport_feedback",
            "with_losses",
            steps(100, &[5, 5, 0, 9, 4, 13, 5, 0, 5, 5, 8, 5, 5, 5]),
        ),
        seed(
            "transport_feedback",
            "backwards",
            steps(60, &[5, 2, 5, 254, 6, 130, 2, 5]),
        ),
        seed(
            "transport_feedback",
            "long_gaps",
            steps(20, &[5, 255, 255, 5, 131, 5]),
        ),
        seed(
            "transport_feedback",
            "smallest_buffer",
            steps(0, &[5, 5, 0, 130, 5, 252, 252, 5]),
        ),
        seed(
            "transport_feedback",
            "losses_only",
            steps(9, &[252, 252, 252]),
        ),
    ]
}

/// Packets sent, and what a peer says of them: two bytes a step, as the target expects them.
fn conversations() -> Vec<Seed> {
    const SEND: u8 = 0;
    const WAIT: u8 = 1;
    const HEAR: u8 = 2;
    const DESIRE: u8 = 3;
    let hear = |compound: Vec<u8>| {
        let len = u8::try_from(compound.len()).expect("messages are short");
        [vec![HEAR, len], compound].concat()
    };
    let feedback = |base: u16, step: i64| {
        let arrivals: Vec<_> = (0..20)
            .map(|index| (index % 7 != 3).then_some(FeedbackTime(4_000 + index * step)))
            .collect();
        hear(compound(|writer| {
            let head = TransportFeedbackHead {
                sender: SENDER,
                media: MEDIA,
                base: Seq(base),
                feedback_count: 0,
            };
            writer.transport_feedback(&head, &arrivals).map(|_| ())
        }))
    };
    let begin = vec![DESIRE, 30, SEND, 20, WAIT, 5];
    let go_on = vec![SEND, 20, WAIT, 10];
    let remb = hear(compound(|writer| {
        writer.remb(SENDER, Bitrate(u64::MAX >> 10), &[MEDIA])
    }));
    let report = hear(compound(|writer| writer.receiver_report(SENDER, &[BLOCK])));
    let conversation = |parts: &[&[u8]]| parts.concat();
    vec![
        seed(
            "estimation",
            "feedback",
            conversation(&[&begin, &feedback(0, 8), &go_on, &feedback(20, 8)]),
        ),
        seed(
            "estimation",
            "backwards",
            conversation(&[&begin, &feedback(0, -300), &go_on, &feedback(20, 0)]),
        ),
        seed(
            "estimation",
            "never_sent",
            conversation(&[&begin, &feedback(700, 8), &go_on]),
        ),
        seed(
            "estimation",
            "reports",
            conversation(&[&begin, &remb, &go_on, &report, &[WAIT, 255, WAIT, 255]]),
        ),
    ]
}
