//! The outside of DTLS records and handshake fragments, as far as it can be read without keys (RFC 6347, section 4).

/// Content types (RFC 6347, section 4.1; RFC 9147, section 4).
pub(super) const ALERT: u8 = 21;
pub(super) const HANDSHAKE: u8 = 22;

/// The handshake message that opens a handshake.
pub(super) const CLIENT_HELLO: u8 = 1;

/// DTLS 1.2 in a record's header, and of every record that is not encrypted.
pub(super) const WIRE_VERSION_12: u16 = 0xfefd;

/// A record of DTLS 1.2, or one of DTLS 1.3 that is not encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record<'a> {
    pub(super) content_type: u8,
    pub(super) epoch: u16,
    pub(super) body: &'a [u8],
}

/// Takes the first record off a datagram.
pub(super) fn take_record(datagram: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let (
        [
            content_type,
            _,
            _,
            epoch_a,
            epoch_b,
            _,
            _,
            _,
            _,
            _,
            _,
            len_a,
            len_b,
        ],
        rest,
    ) = datagram.split_first_chunk::<13>()?;
    let len = usize::from(u16::from_be_bytes([*len_a, *len_b]));
    let (body, rest) = rest.split_at_checked(len)?;
    let record = Record {
        content_type: *content_type,
        epoch: u16::from_be_bytes([*epoch_a, *epoch_b]),
        body,
    };
    Some((record, rest))
}

/// A piece of a handshake message (RFC 6347, section 4.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fragment<'a> {
    pub(super) kind: u8,
    /// Bytes of the whole message.
    pub(super) total: usize,
    pub(super) message_seq: u16,
    pub(super) offset: usize,
    pub(super) body: &'a [u8],
}

/// Takes the first fragment off a handshake record's body.
pub(super) fn take_fragment(record: &[u8]) -> Option<(Fragment<'_>, &[u8])> {
    let ([kind, t0, t1, t2, s0, s1, o0, o1, o2, l0, l1, l2], rest) =
        record.split_first_chunk::<12>()?;
    let (body, rest) = rest.split_at_checked(u24([*l0, *l1, *l2]))?;
    let fragment = Fragment {
        kind: *kind,
        total: u24([*t0, *t1, *t2]),
        message_seq: u16::from_be_bytes([*s0, *s1]),
        offset: u24([*o0, *o1, *o2]),
        body,
    };
    (fragment.offset + body.len() <= fragment.total).then_some((fragment, rest))
}

/// A datagram with one record that is not encrypted.
pub(super) fn clear_record(content_type: u8, seq: u32, body: &[u8]) -> Option<Vec<u8>> {
    let len = u16::try_from(body.len()).ok()?;
    let mut datagram = vec![content_type];
    datagram.extend_from_slice(&WIRE_VERSION_12.to_be_bytes());
    // Epoch 0, and the upper 16 of the 48 bits of the sequence number.
    datagram.extend_from_slice(&[0; 4]);
    datagram.extend_from_slice(&seq.to_be_bytes());
    datagram.extend_from_slice(&len.to_be_bytes());
    datagram.extend_from_slice(body);
    Some(datagram)
}

/// A handshake message in one fragment.
pub(super) fn whole_message(kind: u8, message_seq: u16, body: &[u8]) -> Option<Vec<u8>> {
    let [0, l0, l1, l2] = u32::try_from(body.len()).ok()?.to_be_bytes() else {
        return None;
    };
    let [s0, s1] = message_seq.to_be_bytes();
    let mut message = vec![kind, l0, l1, l2, s0, s1, 0, 0, 0, l0, l1, l2];
    message.extend_from_slice(body);
    Some(message)
}

fn u24([a, b, c]: [u8; 3]) -> usize {
    usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c)
}
