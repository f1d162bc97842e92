//! AV1 (RTP payload format for AV1, version 1.0): units without their sizes, fragmented where they do not fit.

use miso_wire::Av1Aggregation;

use super::assembly::Assembly;
use crate::bitstream::av1::{
    HAS_SIZE, Obu, PADDING, SEQUENCE_HEADER, TEMPORAL_DELIMITER, TILE_LIST, is_key_frame, obus,
    read_leb128, write_leb128,
};
use crate::bytes::Bytes;

const CONTINUES: u8 = 0x80;
const CONTINUED: u8 = 0x40;
const NEW_SEQUENCE: u8 = 0x08;
/// Length of an element's length. A payload of 16 KiB or more would need three bytes.
const MAX_LENGTH_LEN: usize = 3;
/// As many elements can be counted in the aggregation header, so that the last needs no length.
const MAX_COUNTED: usize = 3;

/// A payload in the making.
#[derive(Default)]
struct Packet<'a> {
    elements: Vec<&'a [u8]>,
    len: usize,
    continues: bool,
}

impl Packet<'_> {
    fn write(&self, continued: bool, new_sequence: bool) -> Vec<u8> {
        let counted = self.elements.len() <= MAX_COUNTED;
        let [count, ..] = if counted { self.elements.len() } else { 0 }.to_le_bytes();
        let mut header = count << 4;
        for (flag, bit) in [
            (self.continues, CONTINUES),
            (continued, CONTINUED),
            (new_sequence, NEW_SEQUENCE),
        ] {
            header |= if flag { bit } else { 0 };
        }
        let mut out = vec![header];
        let last = self.elements.len().saturating_sub(1);
        for (index, element) in self.elements.iter().enumerate() {
            if !counted || index != last {
                write_leb128(&mut out, element.len());
            }
            out.extend_from_slice(element);
        }
        out
    }
}

pub(super) fn packetize(frame: &[u8], max: usize) -> Vec<Vec<u8>> {
    let sent =
        obus(frame).filter(|obu| !matches!(obu.kind(), TEMPORAL_DELIMITER | TILE_LIST | PADDING));
    let units: Vec<Vec<u8>> = sent
        .map(|obu| {
            let mut unit = Vec::with_capacity(obu.payload.len() + 2);
            obu.write_bare(&mut unit);
            unit
        })
        .collect();
    let new_sequence = is_key_frame(frame) && obus(frame).any(|obu| obu.kind() == SEQUENCE_HEADER);
    let (mut out, mut packet) = (Vec::new(), Packet::default());
    for unit in &units {
        let mut rest = unit.as_slice();
        loop {
            let room = max.saturating_sub(1 + packet.len + MAX_LENGTH_LEN);
            if rest.len() <= room {
                packet.len += rest.len() + MAX_LENGTH_LEN;
                packet.elements.push(rest);
                break;
            }
            let (piece, tail) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            let continued = !piece.is_empty();
            if continued {
                packet.elements.push(piece);
            }
            // A unit that only begins in the next packet is not continued there.
            let begins_later = !continued && rest.len() == unit.len();
            out.push(packet.write(!begins_later, new_sequence && out.is_empty()));
            packet = Packet {
                continues: !begins_later,
                ..Packet::default()
            };
            rest = tail_or(continued, tail, rest);
        }
    }
    if !packet.elements.is_empty() {
        out.push(packet.write(false, new_sequence && out.is_empty()));
    }
    out
}

fn tail_or<'a>(moved: bool, tail: &'a [u8], rest: &'a [u8]) -> &'a [u8] {
    if moved { tail } else { rest }
}

/// Adds the elements of a payload. They are kept bare, each with its length in `elements`: a unit is known as a whole
/// only when its last fragment is there.
pub(super) fn take(payload: &[u8], assembly: &mut Assembly) -> Option<()> {
    let header = Av1Aggregation::parse(payload).ok()?;
    let mut bytes = Bytes(payload.get(1..)?);
    let mut index = 0u8;
    while !bytes.is_empty() {
        index = index.checked_add(1)?;
        let is_last = header.obu_count != 0 && index == header.obu_count;
        let len = if is_last {
            bytes.0.len()
        } else {
            usize::try_from(read_leb128(&mut bytes)?).ok()?
        };
        let element = bytes.take(len)?;
        if index == 1 && header.continues {
            // The first part must be there.
            assembly.append(element)?;
            *assembly.elements.last_mut()? += element.len();
            continue;
        }
        if index == 1 && !assembly.is_inside() && (assembly.is_between() || begins_frame(element)) {
            assembly.start();
        }
        assembly.append(element)?;
        assembly.elements.push(element.len());
    }
    (index > 0).then_some(())
}

/// Whether an element is likely the first of a temporal unit: anything but tiles.
fn begins_frame(element: &[u8]) -> bool {
    const TILE_GROUP: u8 = 4;
    element
        .first()
        .is_some_and(|byte| (byte >> 3) & 0xf != TILE_GROUP)
}

/// Gives each unit its size again.
pub(super) fn to_sized(data: &[u8], elements: &[usize]) -> Option<Vec<u8>> {
    let mut bytes = Bytes(data);
    let mut out = Vec::with_capacity(data.len() + 2 * elements.len());
    for len in elements {
        let mut unit = Bytes(bytes.take(*len)?);
        // A sender may leave the size in (section 4.5 only advises against it).
        let obu = if unit.0.first()? & HAS_SIZE == 0 {
            Obu::parse(&mut unit)?
        } else {
            Obu::parse(&mut unit).filter(|_| unit.is_empty())?
        };
        if !matches!(obu.kind(), TEMPORAL_DELIMITER | TILE_LIST | PADDING) {
            obu.write_sized(&mut out);
        }
    }
    (!out.is_empty()).then_some(out)
}
