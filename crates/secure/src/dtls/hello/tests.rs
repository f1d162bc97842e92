use super::*;
use proptest::prelude::*;

const SHA1_80: u16 = 0x0001;
const GCM_128: u16 = 0x0007;
const GCM_256: u16 = 0x0008;

/// What a ClientHello is made of here.
struct Offer {
    versions: Option<Vec<u16>>,
    suites: Vec<u16>,
    profiles: Option<Vec<u16>>,
    extended_master_secret: bool,
}

impl Offer {
    /// What Chromium offers: GREASE, both versions, and SHA1 before AES-GCM.
    fn chromium() -> Self {
        Self {
            versions: Some(vec![0x8a8a, VERSION_13, VERSION_12]),
            suites: vec![
                0x3a3a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8,
            ],
            profiles: Some(vec![SHA1_80, GCM_128, GCM_256]),
            extended_master_secret: true,
        }
    }

    fn body(&self) -> Vec<u8> {
        let mut extensions = Vec::new();
        let mut extension = |kind: u16, data: &[u8]| {
            extensions.extend_from_slice(&kind.to_be_bytes());
            extensions.extend_from_slice(&vector(data));
        };
        extension(0x2a2a, &[]);
        extension(51, &[0x5a; 1_300]);
        if self.extended_master_secret {
            extension(EXT_EXTENDED_MASTER_SECRET, &[]);
        }
        if let Some(versions) = &self.versions {
            let list = bytes(versions);
            let mut data = vec![u8::try_from(list.len()).unwrap()];
            data.extend_from_slice(&list);
            extension(EXT_SUPPORTED_VERSIONS, &data);
        }
        if let Some(profiles) = &self.profiles {
            let mut data = vector(&bytes(profiles));
            data.push(0);
            extension(EXT_USE_SRTP, &data);
        }
        let mut body = vec![0xfe, 0xfd];
        body.extend_from_slice(&[7; 32]);
        body.extend_from_slice(&[0, 0]);
        body.extend_from_slice(&vector(&bytes(&self.suites)));
        body.extend_from_slice(&[1, 0]);
        body.extend_from_slice(&vector(&extensions));
        body
    }

    fn hello(&self) -> ClientHello {
        ClientHello::parse(&self.body()).unwrap()
    }
}

fn bytes(values: &[u16]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect()
}

fn vector(data: &[u8]) -> Vec<u8> {
    let mut vector = u16::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    vector.extend_from_slice(data);
    vector
}

/// A datagram with `body[from..to]` as a fragment of a ClientHello.
fn fragment(body: &[u8], from: usize, to: usize) -> Vec<u8> {
    let u24 = |n: usize| u32::try_from(n).unwrap().to_be_bytes()[1..].to_vec();
    let mut message = vec![CLIENT_HELLO];
    message.extend(u24(body.len()));
    message.extend_from_slice(&[0, 0]);
    message.extend(u24(from));
    message.extend(u24(to - from));
    message.extend_from_slice(&body[from..to]);
    record::clear_record(HANDSHAKE, 0, &message).unwrap()
}

#[test]
fn version_1_2_is_spoken_where_1_3_would_end_in_sha1_although_aead_is_offered() {
    assert_eq!(Offer::chromium().hello().best_version(), DtlsVersion::V12);
}

#[test]
fn version_1_3_is_spoken_where_it_ends_in_the_same_suite() {
    for profiles in [
        vec![GCM_128, SHA1_80],
        vec![GCM_256, GCM_128],
        vec![SHA1_80],
        vec![0x0002, 0x0005, GCM_128, SHA1_80],
    ] {
        let offer = Offer {
            profiles: Some(profiles.clone()),
            ..Offer::chromium()
        };
        assert_eq!(
            offer.hello().best_version(),
            DtlsVersion::V13,
            "{profiles:?}"
        );
    }
    let without_srtp = Offer {
        profiles: None,
        ..Offer::chromium()
    };
    assert_eq!(without_srtp.hello().best_version(), DtlsVersion::V13);
}

#[test]
fn a_slow_suite_is_better_than_no_call() {
    // 1.2 is not offered, or not with what it needs.
    let only_13 = Offer {
        versions: Some(vec![VERSION_13]),
        ..Offer::chromium()
    };
    let no_secret = Offer {
        extended_master_secret: false,
        ..Offer::chromium()
    };
    let no_suite = Offer {
        suites: vec![0x1301, 0xc02f],
        ..Offer::chromium()
    };
    for offer in [only_13, no_secret, no_suite] {
        assert_eq!(offer.hello().best_version(), DtlsVersion::V13);
    }
}

#[test]
fn a_client_without_1_3_gets_1_2() {
    for versions in [None, Some(vec![VERSION_12]), Some(vec![0xfeff])] {
        let offer = Offer {
            versions,
            ..Offer::chromium()
        };
        assert_eq!(offer.hello().best_version(), DtlsVersion::V12);
    }
}

#[test]
fn chacha_is_seen_where_it_is_offered() {
    assert!(Offer::chromium().hello().offers_chacha_12());
    let without = Offer {
        suites: vec![0xc02b],
        ..Offer::chromium()
    };
    assert!(!without.hello().offers_chacha_12());
}

#[test]
fn a_hello_is_put_together_whatever_the_order_of_its_fragments() {
    let body = Offer::chromium().body();
    let cuts = [0, 500, 1_000, body.len()];
    let parts: Vec<_> = cuts
        .windows(2)
        .map(|cut| fragment(&body, cut[0], cut[1]))
        .collect();
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
        let mut assembler = HelloAssembler::default();
        assert_eq!(assembler.push(&parts[order[0]]), Ok(None));
        assert_eq!(assembler.push(&parts[order[0]]), Ok(None), "a duplicate");
        assert_eq!(assembler.push(&parts[order[1]]), Ok(None));
        assert_eq!(assembler.push(&parts[order[2]]), Ok(Some(body.clone())));
    }
}

#[test]
fn overlapping_fragments_are_fine() {
    let body = Offer::chromium().body();
    let mut assembler = HelloAssembler::default();
    assert_eq!(assembler.push(&fragment(&body, 300, body.len())), Ok(None));
    assert_eq!(assembler.push(&fragment(&body, 0, 700)), Ok(Some(body)));
}

#[test]
fn another_hello_replaces_a_half_one() {
    let old = Offer::chromium().body();
    let mut new = old.clone();
    new[10] ^= 1;
    let mut assembler = HelloAssembler::default();
    assert_eq!(assembler.push(&fragment(&old, 0, 600)), Ok(None));
    assert_eq!(assembler.push(&fragment(&new, 0, 600)), Ok(None));
    assert_eq!(
        assembler.push(&fragment(&new, 600, new.len())),
        Ok(Some(new))
    );
}

#[test]
fn what_is_held_of_a_hello_is_bounded() {
    let body = vec![0; MAX_HELLO_LEN];
    let mut assembler = HelloAssembler::default();
    for at in 0..MAX_FRAGMENTS {
        assert_eq!(
            assembler.push(&fragment(&body, 2 * at, 2 * at + 1)),
            Ok(None)
        );
    }
    assert_eq!(
        assembler.push(&fragment(&body, 4_000, 4_001)),
        Err(NotHello)
    );
    assert_eq!(assembler.fragments.len(), MAX_FRAGMENTS);
    let too_long = vec![0; MAX_HELLO_LEN + 1];
    assert_eq!(
        HelloAssembler::default().push(&fragment(&too_long, 0, 1)),
        Err(NotHello)
    );
}

#[test]
fn only_the_first_message_of_a_client_counts() {
    let body = Offer::chromium().body();
    let good = fragment(&body, 0, body.len());
    for (at, what) in [
        (0, "alert"),
        (4, "epoch 1"),
        (13, "ServerHello"),
        (18, "second message"),
    ] {
        let mut datagram = good.clone();
        datagram[at] ^= if at == 0 { HANDSHAKE ^ ALERT_TYPE } else { 2 };
        assert_eq!(
            HelloAssembler::default().push(&datagram),
            Err(NotHello),
            "{what}"
        );
    }
}

const ALERT_TYPE: u8 = record::ALERT;

proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = ClientHello::parse(&body);
        let _ = HelloAssembler::default().push(&body);
        let _ = HelloAssembler::default().push(&record::clear_record(HANDSHAKE, 0, &body).unwrap());
    }

    #[test]
    fn a_cut_or_changed_hello_makes_no_panic(cut in 0_usize..1_600, at in 0_usize..1_600, bits in any::<u8>()) {
        let mut body = Offer::chromium().body();
        body.truncate(cut);
        if let Some(byte) = body.get_mut(at) {
            *byte ^= bits;
        }
        let _ = ClientHello::parse(&body);
    }
}
