//! Writing of EBML elements (RFC 8794).

/// Bytes of a size where it is filled in later.
pub(super) const LONG_SIZE_LEN: usize = 8;

pub(super) fn id(out: &mut Vec<u8>, id: u32) {
    let bytes = id.to_be_bytes();
    out.extend(bytes.into_iter().skip_while(|byte| *byte == 0));
}

/// A number of variable length, as short as it can be. All ones would mean that it is unknown.
pub(super) fn number(value: u64) -> Vec<u8> {
    let len = (1..8).find(|len| value < (1 << (7 * len)) - 1).unwrap_or(8);
    let marked = value | 1 << (7 * len);
    marked.to_be_bytes().into_iter().skip(8 - len).collect()
}

/// A number in eight bytes.
pub(super) fn long_number(value: u64) -> [u8; LONG_SIZE_LEN] {
    (value | 1 << 56).to_be_bytes()
}

/// The size of an element whose end is not known.
pub(super) const UNKNOWN_SIZE: [u8; LONG_SIZE_LEN] = [1, 255, 255, 255, 255, 255, 255, 255];

pub(super) fn element(out: &mut Vec<u8>, name: u32, body: &[u8]) {
    id(out, name);
    out.extend(number(u64::try_from(body.len()).unwrap_or(u64::MAX)));
    out.extend(body);
}

pub(super) fn unsigned(out: &mut Vec<u8>, name: u32, value: u64) {
    let bytes = value.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let short: Vec<u8> = bytes.into_iter().skip(zeros.min(7)).collect();
    element(out, name, &short);
}

pub(super) fn float(out: &mut Vec<u8>, name: u32, value: f64) {
    element(out, name, &value.to_be_bytes());
}
