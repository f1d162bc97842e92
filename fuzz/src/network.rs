//! What stands in front of the media protocols: telling them apart, STUN, frames on TCP, messages on pipes.

use miso_wire::stun::{
    AttributeType, Attributes, IntegrityKey, Message, Writer, is_stun, local_ufrag,
};
use miso_wire::{
    Deframer, MAX_BUFFERED, PacketKind, RtpError, RtpHeader, SubchannelPrefix, prefix_subchannels,
};

use crate::first_byte;

/// Input: a datagram. Its kind fits its bytes, and the parser of that kind does not find it foreign.
pub fn classify(data: &[u8]) {
    let first = data.first().copied().unwrap_or(0);
    match miso_wire::classify(data) {
        PacketKind::Stun => assert!(is_stun(data)),
        PacketKind::Dtls => assert!((20..=63).contains(&first) && data.len() >= 13),
        PacketKind::Rtp => {
            assert_ne!(RtpHeader::parse(data), Err(RtpError::BadVersion));
            assert!(!(192..=223).contains(&data[1]));
        }
        // Behind a first packet of an unknown type anything may follow, so only the type itself is looked at.
        PacketKind::Rtcp => assert!(first >> 6 == 2 && (192..=223).contains(&data[1])),
        PacketKind::Unknown => assert!(!is_stun(data)),
    }
}

/// Input: a message. Its attributes survive being written, and integrity made here is accepted with its key only.
pub fn stun(data: &[u8]) {
    let Ok(message) = Message::parse(data) else {
        return;
    };
    assert_eq!(local_ufrag(data), message.attributes.local_ufrag());
    assert!(message.has_integrity() || !message.verify_integrity(&IntegrityKey::new(b"key")));
    let mut out = vec![0; data.len() + 128];
    let mut writer = Writer::new(
        &mut out,
        message.class,
        message.method,
        message.transaction_id,
    )
    .expect("there is room for a header");
    write(&message.attributes, &mut writer);
    let key = IntegrityKey::new(b"a password of the receiver");
    writer.integrity(&key).expect("there is room");
    writer.fingerprint().expect("there is room");
    let len = writer.finish();
    let again = Message::parse(&out[..len]).expect("what was written is well-formed");
    assert_eq!(again.attributes, message.attributes);
    assert_eq!(
        (again.class, again.method, again.transaction_id),
        (message.class, message.method, message.transaction_id)
    );
    assert!(again.has_fingerprint() && again.verify_integrity(&key));
    assert!(!again.verify_integrity(&IntegrityKey::new(b"another password")));
}

fn write(attributes: &Attributes<'_>, writer: &mut Writer<'_>) {
    let mut put = |kind, value: Option<&[u8]>| {
        if let Some(value) = value {
            writer.attribute(kind, value).expect("there is room");
        }
    };
    put(AttributeType::USERNAME, attributes.username);
    put(
        AttributeType::PRIORITY,
        attributes
            .priority
            .map(u32::to_be_bytes)
            .as_ref()
            .map(|b| &b[..]),
    );
    put(
        AttributeType::USE_CANDIDATE,
        attributes.use_candidate.then_some(&[]),
    );
    put(
        AttributeType::ICE_CONTROLLED,
        attributes
            .ice_controlled
            .map(u64::to_be_bytes)
            .as_ref()
            .map(|b| &b[..]),
    );
    put(
        AttributeType::ICE_CONTROLLING,
        attributes
            .ice_controlling
            .map(u64::to_be_bytes)
            .as_ref()
            .map(|b| &b[..]),
    );
    put(
        AttributeType::NOMINATION,
        attributes
            .nomination
            .map(u32::to_be_bytes)
            .as_ref()
            .map(|b| &b[..]),
    );
    put(AttributeType::SOFTWARE, attributes.software);
    if let Some(code) = attributes.error_code {
        writer.error_code(code).expect("there is room");
    }
    if let Some(address) = attributes.xor_mapped_address {
        writer.xor_mapped_address(address).expect("there is room");
    }
}

/// Input: the size of the pieces in which the rest arrives. Frames come out as if it had arrived at once.
pub fn deframer(data: &[u8]) {
    let (piece, stream) = first_byte(data);
    let (expected, broken) = frames_of(stream);
    let mut deframer = Deframer::new();
    let mut found = vec![];
    let mut is_broken = false;
    for mut piece in stream.chunks(1 + usize::from(piece)) {
        while !piece.is_empty() && !is_broken {
            let taken = deframer.push(piece);
            assert!(taken > 0, "all frames had been taken");
            piece = &piece[taken..];
            loop {
                match deframer.next_frame() {
                    Ok(Some(frame)) => found.push(frame.to_vec()),
                    Ok(None) => break,
                    Err(_) => {
                        is_broken = true;
                        break;
                    }
                }
            }
        }
    }
    assert_eq!((found, is_broken), (expected, broken));
}

/// The frames of a whole stream, and whether it ends with one that is too long.
fn frames_of(mut stream: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let mut frames = vec![];
    while let Some(([high, low], rest)) = stream.split_first_chunk() {
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        if len + 2 > MAX_BUFFERED {
            return (frames, true);
        }
        let Some((frame, rest)) = rest.split_at_checked(len) else {
            break;
        };
        if !frame.is_empty() {
            frames.push(frame.to_vec());
        }
        stream = rest;
    }
    (frames, false)
}

/// Input: a message of another router. What is read off its front comes out again when written, and the rest is its end.
pub fn subchannels(data: &[u8]) {
    let Ok((prefix, rest)) = SubchannelPrefix::parse(data) else {
        assert!(SubchannelPrefix::begins(data));
        return;
    };
    if !SubchannelPrefix::begins(data) {
        assert_eq!((prefix, rest), (SubchannelPrefix::default(), data));
        return;
    }
    let any_of: Vec<u16> = prefix.any_of().collect();
    let again = prefix_subchannels(&any_of, (prefix.required, prefix.ignored), rest);
    assert_eq!(again, data);
}
