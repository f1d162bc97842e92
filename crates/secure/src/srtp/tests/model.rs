//! Rollover under loss, reordering and wraps against a model that knows every index; and nonces that never repeat.

use super::super::cipher::{Cipher, Gcm};
use super::*;
use proptest::prelude::*;
use std::collections::HashSet;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The sender counts; the network loses up to 20,000 in a row and delays up to 1,000 places. Every index that
    /// arrives must be found again, whatever was lost before.
    #[test]
    fn the_rollover_counter_survives_loss_reordering_and_wraps(
        first in 0_u64..0x8000,
        gaps in prop::collection::vec((1_u64..20_000, 0_u64..1_000), 1..60),
        suite in prop::sample::select(SrtpCryptoSuite::ALL.to_vec()),
    ) {
        let (send, mut recv) = pair(suite);
        let mut index = first;
        let mut arrived = HashSet::new();
        prop_assert_eq!(open(&mut recv, &seal(&send, ExtSeq(first), b"", 0)).unwrap().1, ExtSeq(first));
        arrived.insert(first);
        let mut highest = first;
        for (gap, back) in gaps {
            index += gap;
            let late = index.saturating_sub(back);
            for sent in [index, late] {
                let result = open(&mut recv, &seal(&send, ExtSeq(sent), b"payload", 0)).map(|(_, at)| at);
                let expected = if !arrived.insert(sent) {
                    Err(SrtpError::Replayed)
                } else if sent + 1_024 <= highest {
                    Err(SrtpError::Late)
                } else {
                    Ok(ExtSeq(sent))
                };
                if expected != Err(SrtpError::Late) || sent > highest {
                    highest = highest.max(sent);
                }
                prop_assert_eq!(result, expected);
            }
        }
    }

    #[test]
    fn no_two_packets_share_a_nonce(
        packets in prop::collection::hash_set((0_u32..4, 0_u64..1 << 48), 1..200),
        salt in prop::array::uniform12(0_u8..),
    ) {
        let gcm = Gcm::new(&[7; 16], &salt).unwrap();
        let nonces: HashSet<_> = packets
            .iter()
            .map(|&(ssrc, index)| *gcm.nonce((Ssrc(ssrc), index)).as_ref())
            .collect();
        prop_assert_eq!(nonces.len(), packets.len());
    }
}

#[test]
fn a_million_packets_in_a_row_have_a_million_nonces() {
    let (send, _) = pair(SrtpCryptoSuite::AeadAes128Gcm);
    let Cipher::Gcm(gcm) = send.rtp_keys() else {
        panic!("not GCM");
    };
    let first = 0xff_fff0_u64;
    let nonces: HashSet<_> = (first..first + (1 << 20))
        .map(|index| *gcm.nonce((SSRC, index)).as_ref())
        .collect();
    assert_eq!(nonces.len(), 1 << 20);
}

#[test]
fn rtp_and_rtcp_have_keys_of_their_own() {
    // Same SSRC, same index, same clear body: if the keys were the same, so would be the key stream.
    for suite in SrtpCryptoSuite::ALL {
        let (mut send, _) = pair(suite);
        let rtcp = seal_rtcp(&mut send, &hex("80c90003 cafebabe 00000000 00000000"));
        let rtp = seal(&send, ExtSeq(0), &[0; 8], 0);
        assert_ne!(rtcp[8..16], rtp[12..20], "{suite}");
    }
}
