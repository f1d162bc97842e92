use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

#[test]
fn credentials_are_32_characters_of_the_alphabet_each() {
    let mut rng = StdRng::seed_from_u64(1);
    for _ in 0..100 {
        let credentials = Credentials::random(&mut rng);
        for text in [credentials.ufrag().as_str(), credentials.password()] {
            assert_eq!(text.len(), 32);
            assert!(
                text.bytes()
                    .all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase()),
                "{text}"
            );
        }
    }
}

#[test]
fn every_character_occurs() {
    let mut rng = StdRng::seed_from_u64(2);
    let all: String = (0..100)
        .map(|_| Credentials::random(&mut rng).password().to_owned())
        .collect();
    assert!(ALPHABET.iter().all(|byte| all.as_bytes().contains(byte)));
}

#[test]
fn the_same_seed_yields_the_same_credentials_and_another_seed_others() {
    let with = |seed| Credentials::random(&mut StdRng::seed_from_u64(seed));
    assert_eq!(with(3), with(3));
    assert_ne!(with(3), with(4));
    assert_ne!(with(3).ufrag().as_str(), with(3).password());
}

#[test]
fn a_received_fragment_of_another_shape_is_none_of_ours() {
    let ufrag = Credentials::random(&mut StdRng::seed_from_u64(5)).ufrag();
    assert_eq!(Ufrag::from_received(ufrag.as_str().as_bytes()), Some(ufrag));
    for other in [
        &b""[..],
        b"short",
        &[b'a'; 31],
        &[b'a'; 33],
        &[b'A'; 32],
        &[0xff; 32],
    ] {
        assert_eq!(Ufrag::from_received(other), None, "{other:?}");
    }
}

#[test]
fn the_password_does_not_show_in_debug_output() {
    let credentials = Credentials::random(&mut StdRng::seed_from_u64(6));
    assert!(!format!("{credentials:?}").contains(credentials.password()));
}
