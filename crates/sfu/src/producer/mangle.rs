//! A packet is rewritten once, before it is stored: the peer's payload type, SSRC and header extension ids become the
//! router's (fact sheet 3.3). What differs from consumer to consumer is left as zeros, with its place noted.

#![deny(clippy::indexing_slicing)]

use crate::packet::PatchOffsets;
use miso_ortc::{HeaderExtensionUri, MediaKind, RtpParameters};
use miso_wire::{
    AbsCaptureTime, ExtensionForm, ExtensionKind, ExtensionWriter, Pt, RtpFields, RtpHeader, Ssrc,
};
use std::num::NonZeroU16;

/// Bytes of the MID that every packet has room for.
pub(crate) const MID_LEN: usize = 8;
/// More elements than a mangled packet can have.
const MAX_ELEMENTS: usize = 12;

/// The ids under which the peer sends header extensions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SourceExtensions {
    ids: [Option<u8>; ExtensionKind::ALL.len() + 1],
}

impl SourceExtensions {
    /// As negotiated.
    pub(crate) fn new(parameters: &RtpParameters) -> Self {
        let mut ids = [None; ExtensionKind::ALL.len() + 1];
        for extension in &parameters.header_extensions {
            if let Some(kind) = kind_of(&extension.uri)
                && let Some(id) = ids.get_mut(usize::from(kind.internal_id()))
            {
                *id = Some(extension.id.0);
            }
        }
        Self { ids }
    }

    /// The peer's id of an extension.
    pub(crate) fn id(&self, kind: ExtensionKind) -> Option<u8> {
        self.ids
            .get(usize::from(kind.internal_id()))
            .copied()
            .flatten()
    }

    /// The value of an extension in a packet.
    pub(crate) fn value<'a>(
        &self,
        kind: ExtensionKind,
        header: &RtpHeader,
        packet: &'a [u8],
    ) -> Option<&'a [u8]> {
        let range = header.extensions.find(packet, self.id(kind)?)?;
        packet.get(range)
    }
}

/// The wire's name of a negotiated extension; none for those that the router does not know.
pub(crate) fn kind_of(uri: &HeaderExtensionUri) -> Option<ExtensionKind> {
    ExtensionKind::from_uri(uri.as_str())
}

/// How the header of a mangled packet looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MangledHeader {
    pub(crate) len: usize,
    pub(crate) patch: PatchOffsets,
}

/// The router's names for a packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MappedNames {
    pub(crate) pt: Pt,
    pub(crate) ssrc: Ssrc,
    pub(crate) kind: MediaKind,
    /// The absolute capture time on our clock, if the packet has one.
    pub(crate) capture_time: Option<AbsCaptureTime>,
    /// The packet id that it gets if it has none; video only.
    pub(crate) packet_id: Option<u32>,
}

/// Extensions that are copied for audio and for video, in the order in which they are written.
const COPIED_AUDIO: [ExtensionKind; 1] = [ExtensionKind::AudioLevel];
const COPIED_VIDEO: [ExtensionKind; 4] = [
    ExtensionKind::DependencyDescriptor,
    ExtensionKind::VideoOrientation,
    ExtensionKind::TransmissionOffset,
    ExtensionKind::PacketId,
];

/// The elements of a packet under construction.
struct Elements<'a> {
    list: [(u8, &'a [u8]); MAX_ELEMENTS],
    len: usize,
}

impl<'a> Elements<'a> {
    fn push(&mut self, kind: ExtensionKind, value: &'a [u8]) {
        // An empty value says nothing and would force the longer form.
        if let Some(place) = self.list.get_mut(self.len).filter(|_| !value.is_empty()) {
            *place = (kind.internal_id(), value);
            self.len += 1;
        }
    }

    fn as_slice(&self) -> &[(u8, &'a [u8])] {
        self.list.get(..self.len).unwrap_or(&[])
    }
}

/// Writes the header that the router gives a packet to the front of `out`. None when it does not fit.
pub(crate) fn write_header(
    source: &SourceExtensions,
    header: &RtpHeader,
    packet: &[u8],
    names: MappedNames,
    out: &mut [u8],
) -> Option<MangledHeader> {
    let capture_time = names.capture_time.map(AbsCaptureTime::to_bytes);
    let packet_id = names.packet_id.map(u32::to_be_bytes);
    let mut elements = Elements {
        list: [(0, &[]); MAX_ELEMENTS],
        len: 0,
    };
    elements.push(ExtensionKind::Mid, &[0; MID_LEN]);
    if let Some(value) = &capture_time {
        elements.push(ExtensionKind::AbsCaptureTime, value);
    }
    let source_value = |kind| source.value(kind, header, packet).unwrap_or(&[]);
    let playout_delay = ExtensionKind::PlayoutDelay;
    elements.push(playout_delay, source_value(playout_delay));
    let copied = match names.kind {
        MediaKind::Audio => COPIED_AUDIO.as_slice(),
        MediaKind::Video => {
            elements.push(ExtensionKind::AbsSendTime, &[0; 3]);
            elements.push(ExtensionKind::TransportWideCc, &[0; 2]);
            COPIED_VIDEO.as_slice()
        }
    };
    for kind in copied {
        let value = match (kind, &packet_id) {
            (ExtensionKind::PacketId, Some(id)) => id,
            _ => source_value(*kind),
        };
        elements.push(*kind, value);
    }
    write(elements.as_slice(), header, names, out)
}

fn write(
    elements: &[(u8, &[u8])],
    header: &RtpHeader,
    names: MappedNames,
    out: &mut [u8],
) -> Option<MangledHeader> {
    let fields = RtpFields {
        pt: names.pt,
        seq: header.seq,
        timestamp: header.timestamp,
        ssrc: names.ssrc,
        marker: header.marker,
    };
    let fixed = fields.write(out, true).ok()?;
    let form = ExtensionForm::fitting(elements.iter().map(|(id, value)| (*id, value.len())));
    let mut writer = ExtensionWriter::new(out.get_mut(fixed..)?, form);
    let mut patch = PatchOffsets::default();
    for (id, value) in elements {
        let offset = writer.push(*id, value).ok()?;
        let place = u16::try_from(fixed + offset).ok().and_then(NonZeroU16::new);
        match ExtensionKind::from_internal_id(*id) {
            Some(ExtensionKind::Mid) => patch.mid = place,
            Some(ExtensionKind::AbsSendTime) => patch.abs_send_time = place,
            Some(ExtensionKind::TransportWideCc) => patch.twcc = place,
            _ => {}
        }
    }
    let len = fixed + writer.finish().ok()?;
    Some(MangledHeader { len, patch })
}

#[cfg(test)]
mod tests;
