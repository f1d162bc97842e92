//! What tests share.

use std::time::{Duration, Instant};

use miso_wire::{
    FeedbackTime, RtcpPacket, RtcpPackets, RtcpWriter, Seq, Ssrc, TransportFeedback,
    TransportFeedbackHead,
};

use crate::feedback::ArrivedPacket;
use crate::history::SentPacket;

/// Any moment.
#[expect(
    clippy::disallowed_methods,
    reason = "an Instant cannot be made otherwise; nothing depends on which it is"
)]
pub(crate) fn base() -> Instant {
    Instant::now()
}

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A packet of 1,200 bytes.
pub(crate) fn arrived(sent: Duration, at: Duration) -> ArrivedPacket {
    ArrivedPacket {
        sent: SentPacket {
            at: sent,
            size: 1_200,
            probe: None,
        },
        at,
        untold: 0,
    }
}

/// Hands over a message with these times of arrival in ms on the peer's clock.
pub(crate) fn with_feedback<R>(
    base: Seq,
    arrivals: &[Option<i64>],
    look: impl FnOnce(&TransportFeedback<'_>) -> R,
) -> R {
    with_counted_feedback((base, 0), arrivals, look)
}

/// The same in a message of this number.
pub(crate) fn with_counted_feedback<R>(
    (base, feedback_count): (Seq, u8),
    arrivals: &[Option<i64>],
    look: impl FnOnce(&TransportFeedback<'_>) -> R,
) -> R {
    let times: Vec<_> = arrivals
        .iter()
        .map(|at| at.map(|at| FeedbackTime(at * 4)))
        .collect();
    let mut out = vec![0; 65_536];
    let mut writer = RtcpWriter::new(&mut out);
    let head = TransportFeedbackHead {
        sender: Ssrc(1),
        media: Ssrc(2),
        base,
        feedback_count,
    };
    let told = writer
        .transport_feedback(&head, &times)
        .expect("there is room");
    assert_eq!(told, times.len(), "one message holds all");
    let mut packets = RtcpPackets::new(writer.as_bytes());
    let Some(Ok(RtcpPacket::TransportFeedback(feedback))) = packets.next() else {
        panic!("what was written is feedback");
    };
    look(&feedback)
}
