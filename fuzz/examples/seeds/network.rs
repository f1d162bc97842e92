//! STUN, frames on TCP, messages on pipes, and first bytes of everything.

use miso_wire::stun::{
    BindingError, BindingRequest, BindingSuccess, ErrorCode, IceRole, IntegrityKey, Method, NoRoom,
    TransactionId,
};
use miso_wire::{frame_prefix, prefix_subchannels};

use super::{Seed, seed};

const ID: TransactionId = TransactionId(*b"transaction!");

pub(super) fn seeds() -> Vec<Seed> {
    let mut seeds = messages();
    seeds.extend(streams());
    seeds.extend(piped());
    seeds.extend(datagrams());
    seeds
}

/// What `write` writes.
fn message(write: impl FnOnce(&mut [u8]) -> Result<usize, NoRoom>) -> Vec<u8> {
    let mut out = [0; 256];
    let len = write(&mut out).expect("there is room");
    out[..len].to_vec()
}

fn request() -> Vec<u8> {
    let request = BindingRequest {
        transaction_id: ID,
        username: b"local:remote",
        priority: 0x6e7f_1eff,
        role: IceRole::Controlling(0x1122_3344_5566_7788),
        use_candidate: true,
        nomination: Some(3),
    };
    message(|out| request.write(out, &IntegrityKey::new(b"a password of the receiver")))
}

fn messages() -> Vec<Seed> {
    let success = |mapped: &str| {
        let mapped = mapped.parse().expect("an address");
        let key = IntegrityKey::new(b"password");
        message(|out| {
            BindingSuccess {
                transaction_id: ID,
                mapped,
            }
            .write(out, &key)
        })
    };
    let refused = BindingError {
        method: Method::BINDING,
        transaction_id: ID,
        code: ErrorCode::ROLE_CONFLICT,
    };
    let mut wrong_fingerprint = request();
    wrong_fingerprint[30] ^= 1;
    let mut wrong_length = request();
    wrong_length[3] ^= 4;
    vec![
        seed("stun", "request", request()),
        seed("stun", "success_ipv4", success("192.0.2.1:40000")),
        seed("stun", "success_ipv6", success("[2001:db8::1]:40000")),
        seed("stun", "role_conflict", message(|out| refused.write(out))),
        seed("stun", "wrong_fingerprint", wrong_fingerprint),
        seed("stun", "wrong_length", wrong_length),
        seed(
            "stun",
            "header_only",
            [&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &ID.0].concat(),
        ),
        seed(
            "stun",
            "indication",
            [&[0, 0x11, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &ID.0].concat(),
        ),
        seed(
            "stun",
            "attribute_past_the_end",
            [
                &[0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42][..],
                &ID.0,
                &[0, 6, 0, 99, b'a', b'b', b'c', b'd'],
            ]
            .concat(),
        ),
    ]
}

/// The size of the pieces stands before each stream.
fn streams() -> Vec<Seed> {
    let framed = |packets: &[&[u8]]| {
        let frame =
            |packet: &&[u8]| [&frame_prefix(packet.len()).expect("short")[..], packet].concat();
        packets.iter().map(frame).collect::<Vec<_>>().concat()
    };
    let in_pieces = |less_one: u8, stream: Vec<u8>| [vec![less_one], stream].concat();
    vec![
        seed(
            "deframer",
            "two_frames_bytewise",
            in_pieces(0, framed(&[b"first", b"second"])),
        ),
        seed(
            "deframer",
            "two_frames_at_once",
            in_pieces(255, framed(&[b"first", b"second"])),
        ),
        seed(
            "deframer",
            "empty_frames",
            in_pieces(3, framed(&[b"", b"", b"x", b""])),
        ),
        seed(
            "deframer",
            "half_a_frame",
            in_pieces(2, vec![0, 9, b'h', b'a', b'l', b'f']),
        ),
        seed(
            "deframer",
            "half_a_prefix",
            in_pieces(0, vec![0, 1, b'x', 0]),
        ),
        seed(
            "deframer",
            "longest_prefix",
            in_pieces(1, vec![0, 1, b'x', 0xff, 0xff, 1, 2]),
        ),
    ]
}

fn piped() -> Vec<Seed> {
    let whole = prefix_subchannels(&[1, 2], (Some(3), Some(4)), b"text");
    let cut_off = whole[..13].to_vec();
    vec![
        seed("subchannels", "no_prefix", b"text"),
        seed(
            "subchannels",
            "list_only",
            prefix_subchannels(&[7], (None, None), b""),
        ),
        seed("subchannels", "everything", whole),
        seed("subchannels", "cut_off", cut_off),
    ]
}

fn datagrams() -> Vec<Seed> {
    vec![
        seed("classify", "stun", request()),
        seed(
            "classify",
            "stun_without_cookie",
            [&[0, 1, 0, 0][..], &[0; 16]].concat(),
        ),
        seed(
            "classify",
            "dtls_client_hello",
            [22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
        ),
        seed("classify", "rtp", [0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]),
        seed(
            "classify",
            "rtp_with_marker",
            [0x80, 0xe0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3],
        ),
        seed(
            "classify",
            "rtcp",
            [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2],
        ),
        seed(
            "classify",
            "turn_channel",
            [0x40, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        ),
        seed("classify", "short", [0x80]),
    ]
}
