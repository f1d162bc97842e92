//! Packets that only find out what the path carries: a stream of zeros that no receiver plays (fact sheet 3.12).

use miso_wire::{
    AbsSendTime, ExtSeq, ExtensionForm, ExtensionKind, ExtensionWriter, Pt, RtpFields, RtpTime,
    Seq, Ssrc,
};

/// Under which mediasoup's clients expect them.
pub(crate) const SSRC: Ssrc = Ssrc(1_234);
const PT: Pt = Pt(127);
const MID: [u8; 8] = *b"probator";
/// Longest packet in clear.
pub(crate) const MAX_LEN: usize = 1_400;
/// What the timestamp grows by from packet to packet.
const TIMESTAMP_STEP: u32 = 20;
/// All payloads.
static ZEROS: [u8; MAX_LEN] = [0; MAX_LEN];

/// The stream.
#[derive(Debug)]
pub(crate) struct Probation {
    next: ExtSeq,
    timestamp: RtpTime,
}

/// A packet whose header was written.
pub(crate) struct ProbationPacket {
    pub(crate) header_len: usize,
    pub(crate) payload: &'static [u8],
    pub(crate) index: ExtSeq,
}

impl Probation {
    /// A stream that begins with this number.
    pub(crate) fn new(first: u16) -> Self {
        Self {
            next: ExtSeq(u64::from(first)),
            timestamp: RtpTime(0),
        }
    }

    /// Writes the header of the next packet, which is `len` bytes in all or at most [`MAX_LEN`]. None where `out` has
    /// no room.
    pub(crate) fn write(
        &mut self,
        out: &mut [u8],
        len: usize,
        send_time: AbsSendTime,
        transport_seq: Option<Seq>,
    ) -> Option<ProbationPacket> {
        let fields = RtpFields {
            pt: PT,
            seq: self.next.seq(),
            timestamp: self.timestamp,
            ssrc: SSRC,
            marker: false,
        };
        let fixed = fields.write(out, true).ok()?;
        let mut writer = ExtensionWriter::new(out.get_mut(fixed..)?, ExtensionForm::OneByte);
        let mut push = |kind: ExtensionKind, value: &[u8]| writer.push(kind.internal_id(), value);
        push(ExtensionKind::Mid, &MID).ok()?;
        push(ExtensionKind::AbsSendTime, &send_time.to_bytes()).ok()?;
        if let Some(seq) = transport_seq {
            push(ExtensionKind::TransportWideCc, &seq.0.to_be_bytes()).ok()?;
        }
        let header_len = fixed + writer.finish().ok()?;
        let payload = ZEROS.get(..len.min(MAX_LEN).saturating_sub(header_len).max(1))?;
        let index = self.next;
        self.next = ExtSeq(index.0 + 1);
        self.timestamp = self.timestamp.wrapping_add(TIMESTAMP_STEP);
        Some(ProbationPacket {
            header_len,
            payload,
            index,
        })
    }
}

#[cfg(test)]
mod tests;
