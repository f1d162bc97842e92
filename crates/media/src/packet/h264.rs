//! H.264 in packetization mode 1 (RFC 6184): single NAL units, STAP-A, FU-A.

use super::assembly::Assembly;
use super::pieces;
use crate::bitstream::h264::{ACCESS_UNIT_DELIMITER, PPS, SPS, START_CODE, nal_type, nals};
use crate::bytes::Bytes;

const STAP_A: u8 = 24;
const FU_A: u8 = 28;
const FU_START: u8 = 0x80;
const FU_END: u8 = 0x40;
const FORBIDDEN_AND_REF: u8 = 0xe0;
const REF: u8 = 0x60;
const TYPE: u8 = 0x1f;
const FU_HEADER_LEN: usize = 2;

pub(super) fn packetize(frame: &[u8], max: usize) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut small: Vec<&[u8]> = Vec::new();
    let mut small_len = 1;
    for nal in nals(frame).filter(|nal| nal_type(nal) != ACCESS_UNIT_DELIMITER) {
        if small_len + 2 + nal.len() > max {
            flush(&mut small, &mut out);
            small_len = 1;
        }
        if nal.len() > max {
            fragment(nal, max, &mut out);
        } else {
            small.push(nal);
            small_len += 2 + nal.len();
        }
    }
    flush(&mut small, &mut out);
    out
}

/// Sends the collected units: one as it is, more in a STAP-A.
fn flush(small: &mut Vec<&[u8]>, out: &mut Vec<Vec<u8>>) {
    match small.as_slice() {
        [] => return,
        [nal] => out.push(nal.to_vec()),
        many => {
            // The importance of the aggregate is that of its most important unit (section 5.7.1).
            let importance = many.iter().filter_map(|nal| nal.first()).map(|b| b & REF);
            let mut payload = vec![STAP_A | importance.max().unwrap_or(0)];
            for nal in many {
                payload.extend(u16::try_from(nal.len()).unwrap_or(u16::MAX).to_be_bytes());
                payload.extend_from_slice(nal);
            }
            out.push(payload);
        }
    }
    small.clear();
}

fn fragment(nal: &[u8], max: usize, out: &mut Vec<Vec<u8>>) {
    let Some((header, body)) = nal.split_first() else {
        return;
    };
    let parts: Vec<&[u8]> = pieces(body, max - FU_HEADER_LEN).collect();
    let last = parts.len().saturating_sub(1);
    for (index, piece) in parts.into_iter().enumerate() {
        let start = if index == 0 { FU_START } else { 0 };
        let end = if index == last { FU_END } else { 0 };
        let fu = [
            (header & FORBIDDEN_AND_REF) | FU_A,
            start | end | (header & TYPE),
        ];
        out.push([&fu[..], piece].concat());
    }
}

pub(super) fn take(payload: &[u8], assembly: &mut Assembly) -> Option<()> {
    let mut bytes = Bytes(payload);
    let header = bytes.u8()?;
    match header & TYPE {
        1..STAP_A => {
            begin(payload, assembly);
            append_nal(payload, assembly)
        }
        STAP_A => {
            while !bytes.is_empty() {
                let len = usize::from(bytes.u16()?);
                let nal = bytes.take(len)?;
                begin(nal, assembly);
                append_nal(nal, assembly)?;
            }
            Some(())
        }
        FU_A => {
            let fu = bytes.u8()?;
            if fu & FU_START != 0 {
                let first = [(header & FORBIDDEN_AND_REF) | (fu & TYPE)];
                let beginning = [first[0], bytes.0.first().copied().unwrap_or(0)];
                begin(&beginning, assembly);
                append_nal(&first, assembly)?;
            }
            assembly.append(bytes.0)
        }
        // STAP-B, MTAP and FU-B belong to interleaved mode, which nobody offers.
        _ => None,
    }
}

fn append_nal(nal: &[u8], assembly: &mut Assembly) -> Option<()> {
    assembly.append(&START_CODE)?;
    assembly.append(nal)
}

/// Begins a frame where one can begin: behind the end of another, or after a loss at something that comes first in a
/// picture: a parameter set, or a slice with the first macroblock (first_mb_in_slice, coded as a single 1 bit).
fn begin(nal: &[u8], assembly: &mut Assembly) {
    let comes_first = matches!(nal_type(nal), SPS | PPS)
        || (matches!(nal_type(nal), 1 | 5) && nal.get(1).is_some_and(|byte| byte & 0x80 != 0));
    if assembly.is_between() || (!assembly.is_inside() && comes_first) {
        assembly.start();
    }
}
