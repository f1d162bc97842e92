use super::*;
use miso_wire::{ExtSeq, Seq, Ssrc};

mod faults;
mod model;
mod vectors;

const SSRC: Ssrc = Ssrc(0xcafe_babe);

/// The bytes of a hexadecimal string; blanks do not count.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| u8::try_from(c.to_digit(16).unwrap()).unwrap())
        .collect();
    assert_eq!(digits.len() % 2, 0);
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

fn master(suite: SrtpCryptoSuite) -> SrtpMasterKey {
    let bytes: Vec<u8> = (0..suite.key_len())
        .map(|i| u8::try_from(i).unwrap())
        .collect();
    SrtpMasterKey::new(suite, &bytes).unwrap()
}

fn pair(suite: SrtpCryptoSuite) -> (SrtpSend, SrtpRecv) {
    let key = master(suite);
    (SrtpSend::new(&key).unwrap(), SrtpRecv::new(&key).unwrap())
}

fn header(index: ExtSeq, ssrc: Ssrc) -> Vec<u8> {
    let mut header = vec![0x80, 96];
    header.extend_from_slice(&index.seq().0.to_be_bytes());
    header.extend_from_slice(&[0, 0, 0, 1]);
    header.extend_from_slice(&ssrc.0.to_be_bytes());
    header
}

/// Seals a packet of 12 bytes of header; the first `patched` bytes of the payload lie in the send buffer.
fn seal(send: &SrtpSend, index: ExtSeq, payload: &[u8], patched: usize) -> Vec<u8> {
    let mut out = header(index, SSRC);
    out.extend_from_slice(&payload[..patched]);
    out.resize(12 + payload.len() + MAX_RTP_OVERHEAD, 0xee);
    let packet = RtpToSeal {
        header_len: 12,
        patched,
        payload: &payload[patched..],
        index,
        ssrc: SSRC,
    };
    let len = send.seal_rtp(&mut out, packet).unwrap();
    out.truncate(len);
    out
}

fn head(packet: &[u8]) -> RtpToOpen {
    RtpToOpen {
        header_len: 12,
        seq: Seq(u16::from_be_bytes([packet[2], packet[3]])),
        ssrc: Ssrc(u32::from_be_bytes([
            packet[8], packet[9], packet[10], packet[11],
        ])),
    }
}

fn open(recv: &mut SrtpRecv, sealed: &[u8]) -> Result<(Vec<u8>, ExtSeq), SrtpError> {
    let mut packet = sealed.to_vec();
    let head = head(&packet);
    let (len, index) = recv.open_rtp(&mut packet, head)?;
    packet.truncate(len);
    Ok((packet, index))
}

fn seal_rtcp(send: &mut SrtpSend, clear: &[u8]) -> Vec<u8> {
    let mut out = clear.to_vec();
    out.resize(clear.len() + MAX_RTCP_OVERHEAD, 0xee);
    let len = send.seal_rtcp(&mut out, clear.len()).unwrap();
    out.truncate(len);
    out
}

#[test]
fn key_lengths_are_those_of_mediasoup() {
    let lengths = SrtpCryptoSuite::ALL.map(SrtpCryptoSuite::key_len);
    assert_eq!(lengths, [44, 28, 30, 30]);
    for suite in SrtpCryptoSuite::ALL {
        assert_eq!(SrtpCryptoSuite::from_name(suite.name()), Some(suite));
        for wrong in [0, suite.key_len() - 1, suite.key_len() + 1] {
            assert_eq!(
                SrtpMasterKey::new(suite, &vec![0; wrong]),
                Err(SrtpError::KeyLength)
            );
        }
    }
    assert_eq!(SrtpCryptoSuite::from_name("NULL"), None);
}

#[test]
fn generated_keys_fit_their_suite_and_differ() {
    for suite in SrtpCryptoSuite::ALL {
        let (a, b) = (
            SrtpMasterKey::generate(suite).unwrap(),
            SrtpMasterKey::generate(suite).unwrap(),
        );
        assert_eq!(a.as_bytes().len(), suite.key_len());
        assert_ne!(a, b);
    }
}

#[test]
fn a_key_is_not_printed() {
    let text = format!("{:?}", master(SrtpCryptoSuite::AeadAes128Gcm));
    assert_eq!(text, "SrtpMasterKey(AEAD_AES_128_GCM)");
}

#[test]
fn what_is_sealed_opens_to_the_same_however_much_of_it_was_patched() {
    for suite in SrtpCryptoSuite::ALL {
        let (send, mut recv) = pair(suite);
        let mut index = 7;
        for len in [0, 1, 15, 16, 17, 100, 1_200] {
            let payload: Vec<u8> = (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect();
            for patched in [0, 1, 2, 4, 6, 16, len].into_iter().filter(|&p| p <= len) {
                let at = ExtSeq(index);
                let sealed = seal(&send, at, &payload, patched);
                assert_eq!(sealed.len(), 12 + len + suite.rtp_overhead());
                let (clear, found) = open(&mut recv, &sealed).unwrap();
                assert_eq!(
                    (found, &clear[12..]),
                    (at, &payload[..]),
                    "{suite} {len} {patched}"
                );
                index += 1;
            }
        }
    }
}

#[test]
fn rtcp_opens_to_the_same_and_counts_its_index() {
    let clear = hex("81c8000b cafebabe abababab abababab abababab abababab");
    for suite in SrtpCryptoSuite::ALL {
        let (mut send, mut recv) = pair(suite);
        for _ in 0..300 {
            let mut sealed = seal_rtcp(&mut send, &clear);
            assert_eq!(sealed.len(), clear.len() + suite.rtcp_overhead());
            let again = sealed.clone();
            let len = recv.open_rtcp(&mut sealed).unwrap();
            assert_eq!(&sealed[..len], &clear);
            assert_eq!(recv.open_rtcp(&mut again.clone()), Err(SrtpError::Replayed));
        }
    }
}

#[test]
fn rtp_keys_do_not_open_rtcp_of_another_direction() {
    for suite in SrtpCryptoSuite::ALL {
        let (mut send, _) = pair(suite);
        let mut bytes = master(suite).as_bytes().to_vec();
        bytes[0] ^= 1;
        let other = SrtpMasterKey::new(suite, &bytes).unwrap();
        let mut recv = SrtpRecv::new(&other).unwrap();
        let mut sealed = seal_rtcp(&mut send, &hex("81c90001 cafebabe"));
        assert_eq!(recv.open_rtcp(&mut sealed), Err(SrtpError::Forged));
        let sealed = seal(&send, ExtSeq(1), b"x", 0);
        assert_eq!(open(&mut recv, &sealed), Err(SrtpError::Forged));
    }
}

#[test]
fn a_retransmission_seals_to_the_same_bytes() {
    for suite in SrtpCryptoSuite::ALL {
        let (send, _) = pair(suite);
        let first = seal(&send, ExtSeq(99), b"the same again", 3);
        assert_eq!(seal(&send, ExtSeq(99), b"the same again", 0), first);
    }
}

#[test]
fn an_index_or_ssrc_that_is_not_the_headers_is_refused() {
    for suite in SrtpCryptoSuite::ALL {
        let (send, _) = pair(suite);
        let packet = |index, ssrc| RtpToSeal {
            header_len: 12,
            patched: 0,
            payload: b"",
            index,
            ssrc,
        };
        let mut out = header(ExtSeq(5), SSRC);
        out.resize(64, 0);
        let wrong_index = send.seal_rtp(&mut out.clone(), packet(ExtSeq(6), SSRC));
        let wrong_ssrc = send.seal_rtp(&mut out.clone(), packet(ExtSeq(5), Ssrc(1)));
        let exhausted = send.seal_rtp(&mut out.clone(), packet(ExtSeq((1 << 48) + 5), SSRC));
        let no_room = send.seal_rtp(
            &mut out[..12 + suite.rtp_overhead() - 1],
            packet(ExtSeq(5), SSRC),
        );
        assert_eq!(wrong_index, Err(SrtpError::HeaderMismatch));
        assert_eq!(wrong_ssrc, Err(SrtpError::HeaderMismatch));
        assert_eq!(exhausted, Err(SrtpError::Exhausted));
        assert_eq!(no_room, Err(SrtpError::NoRoom));
    }
}

#[test]
fn the_rtcp_index_ends_before_it_repeats() {
    for suite in SrtpCryptoSuite::ALL {
        let (mut send, mut recv) = pair(suite);
        send.set_rtcp_index(0x7fff_ffff);
        let mut last = seal_rtcp(&mut send, &hex("81c90001 cafebabe"));
        assert!(recv.open_rtcp(&mut last).is_ok());
        let mut out = hex("81c90001 cafebabe");
        out.resize(64, 0);
        assert_eq!(send.seal_rtcp(&mut out, 8), Err(SrtpError::Exhausted));
    }
}
