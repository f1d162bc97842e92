//! What is not authentic, not whole or not new changes nothing.

use super::super::recv::Snapshot;
use super::*;

/// Everything that the receiver remembers.
fn snapshot(recv: &SrtpRecv) -> Snapshot {
    recv.snapshot()
}

#[test]
fn any_flipped_bit_of_an_rtp_packet_is_found_and_changes_no_state() {
    for suite in SrtpCryptoSuite::ALL {
        for known in [false, true] {
            let (send, mut recv) = pair(suite);
            if known {
                open(&mut recv, &seal(&send, ExtSeq(40), b"before", 0)).unwrap();
            }
            let before = snapshot(&recv);
            let good = seal(&send, ExtSeq(41), b"twenty bytes of load", 0);
            for bit in 0..good.len() * 8 {
                let mut bad = good.clone();
                bad[bit / 8] ^= 1 << (bit % 8);
                let error = open(&mut recv, &bad).unwrap_err();
                // Another sequence number may also fall behind the window, or on the one before.
                let another_seq = (16..32).contains(&bit) && known;
                assert!(
                    another_seq || error == SrtpError::Forged,
                    "{suite} bit {bit}: {error}"
                );
                assert!(snapshot(&recv) == before, "{suite} bit {bit} changed state");
            }
            assert!(open(&mut recv, &good).is_ok());
        }
    }
}

#[test]
fn any_flipped_bit_of_an_rtcp_packet_is_found_and_changes_no_state() {
    for suite in SrtpCryptoSuite::ALL {
        let (mut send, mut recv) = pair(suite);
        let good = seal_rtcp(&mut send, &hex("80c90003 cafebabe 01020304 05060708"));
        let before = snapshot(&recv);
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let error = recv.open_rtcp(&mut bad).unwrap_err();
            assert!(
                matches!(error, SrtpError::Forged | SrtpError::Unencrypted),
                "{suite} bit {bit}: {error}"
            );
            assert!(snapshot(&recv) == before, "{suite} bit {bit} changed state");
        }
        assert!(recv.open_rtcp(&mut good.clone()).is_ok());
    }
}

#[test]
fn a_packet_counts_once() {
    for suite in SrtpCryptoSuite::ALL {
        let (send, mut recv) = pair(suite);
        let sealed = seal(&send, ExtSeq(5_000), b"once", 0);
        assert!(open(&mut recv, &sealed).is_ok());
        assert_eq!(open(&mut recv, &sealed), Err(SrtpError::Replayed));
        let at_the_edge = seal(&send, ExtSeq(5_000 - 1_023), b"late", 0);
        let behind_it = seal(&send, ExtSeq(5_000 - 1_024), b"too late", 0);
        assert!(open(&mut recv, &at_the_edge).is_ok());
        assert_eq!(open(&mut recv, &behind_it), Err(SrtpError::Late));
    }
}

#[test]
fn a_hundred_thousand_bad_packets_do_not_end_a_stream() {
    let (send, mut recv) = pair(SrtpCryptoSuite::AeadAes128Gcm);
    let mut bad = seal(&send, ExtSeq(1), b"payload", 0);
    let last = bad.len() - 1;
    bad[last] ^= 0x80;
    for _ in 0..100_000 {
        assert_eq!(open(&mut recv, &bad), Err(SrtpError::Forged));
    }
    assert!(open(&mut recv, &seal(&send, ExtSeq(1), b"payload", 0)).is_ok());
}

#[test]
fn packets_of_every_short_length_are_refused_without_panic() {
    for suite in SrtpCryptoSuite::ALL {
        let (_, mut recv) = pair(suite);
        let before = snapshot(&recv);
        for len in 0..64 {
            for fill in [0x00, 0x80, 0xff] {
                let mut packet = vec![fill; len];
                assert!(recv.open_rtcp(&mut packet.clone()).is_err());
                for header_len in [0, 11, 12, 13, 16, 63, 64, usize::MAX] {
                    let header = RtpToOpen {
                        header_len,
                        seq: Seq(1),
                        ssrc: SSRC,
                    };
                    assert!(recv.open_rtp(&mut packet, header).is_err());
                }
            }
        }
        assert!(snapshot(&recv) == before);
    }
}

#[test]
fn buffers_of_every_short_length_are_refused_or_filled_without_panic() {
    for suite in SrtpCryptoSuite::ALL {
        let (mut send, _) = pair(suite);
        for len in 0..64 {
            let mut out = header(ExtSeq(1), SSRC);
            out.resize(len, 0);
            for (header_len, patched) in [(0, 0), (12, 0), (12, 4), (11, 1), (64, 64)] {
                let packet = RtpToSeal {
                    header_len,
                    patched,
                    payload: b"abcd",
                    index: ExtSeq(1),
                    ssrc: SSRC,
                };
                let room = header_len + patched + 4 + suite.rtp_overhead() <= len;
                let sealed = send.seal_rtp(&mut out.clone(), packet);
                assert_eq!(
                    sealed.is_ok(),
                    room && header_len >= 12,
                    "{suite} {len} {header_len}"
                );
            }
            for clear_len in 0..=len {
                let room = clear_len + suite.rtcp_overhead() <= len;
                let sealed = send.seal_rtcp(&mut out.clone(), clear_len);
                assert_eq!(
                    sealed.is_ok(),
                    room && clear_len >= 8,
                    "{suite} {len} {clear_len}"
                );
            }
        }
    }
}

#[test]
fn the_table_of_ssrcs_is_bounded_and_forgetting_makes_room() {
    let (send, mut recv) = pair(SrtpCryptoSuite::AeadAes256Gcm);
    let from = |ssrc: u32| {
        let mut out = header(ExtSeq(1), Ssrc(ssrc));
        out.resize(64, 0);
        let packet = RtpToSeal {
            header_len: 12,
            patched: 0,
            payload: b"x",
            index: ExtSeq(1),
            ssrc: Ssrc(ssrc),
        };
        let len = send.seal_rtp(&mut out, packet).unwrap();
        out.truncate(len);
        out
    };
    let full = u32::try_from(MAX_SSRCS).unwrap();
    for ssrc in 0..full {
        assert!(open(&mut recv, &from(ssrc)).is_ok());
    }
    assert_eq!(open(&mut recv, &from(full)), Err(SrtpError::TooManySsrcs));
    assert_eq!(open(&mut recv, &from(3)), Err(SrtpError::Replayed));
    recv.forget(Ssrc(3));
    assert_eq!(recv.ssrc_count(), MAX_SSRCS - 1);
    assert!(open(&mut recv, &from(full)).is_ok());
    assert_eq!(open(&mut recv, &from(full - 1)), Err(SrtpError::Replayed));
    assert_eq!(open(&mut recv, &from(3)), Err(SrtpError::TooManySsrcs));
    recv.set_max_ssrcs(MAX_SSRCS + 1);
    assert!(open(&mut recv, &from(3)).is_ok());
    let next = from(full + 1);
    assert_eq!(open(&mut recv, &next), Err(SrtpError::TooManySsrcs));
}

#[test]
fn rtcp_that_is_only_authenticated_is_refused() {
    for suite in SrtpCryptoSuite::ALL {
        let (mut send, mut recv) = pair(suite);
        let mut sealed = seal_rtcp(&mut send, &hex("80c90001 cafebabe"));
        let behind = if suite.is_aead() { 4 } else { 14 };
        let at = sealed.len() - behind;
        sealed[at] &= 0x7f;
        assert_eq!(recv.open_rtcp(&mut sealed), Err(SrtpError::Unencrypted));
    }
}
