use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use super::Cipher;
use super::sealer::{HEADER_BYTES, Sealer, TAG_BYTES};

const PAYLOAD: [u8; 100] = [7; 100];

fn seal(sealer: &mut Sealer) -> Vec<u8> {
    let mut packet = vec![0; HEADER_BYTES + PAYLOAD.len() + TAG_BYTES];
    sealer.seal(&PAYLOAD, &mut packet).unwrap();
    packet
}

fn sealer(index: usize) -> Sealer {
    Sealer::new(Cipher::Aes128Gcm, index, "127.0.0.1:9".parse().unwrap()).unwrap()
}

#[test]
fn a_receiver_with_the_key_opens_what_was_sealed() {
    let mut sealer = sealer(3);
    seal(&mut sealer);
    let mut packet = seal(&mut sealer);
    let (header, sealed) = packet.split_at_mut(HEADER_BYTES);
    assert_eq!(header[2..4], [0, 1], "the second packet");

    let mut key = [0x5a; 16];
    key[..8].copy_from_slice(&3_u64.to_be_bytes());
    let mut nonce = [0xa5_u8; 12];
    nonce[7] ^= 3;
    for (place, byte) in nonce[2..6].iter_mut().zip(&header[8..12]) {
        *place ^= byte;
    }
    nonce[11] ^= 1;
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
    let nonce = Nonce::assume_unique_for_key(nonce);
    let opened = key
        .open_in_place(nonce, Aad::from(&*header), sealed)
        .unwrap();
    assert_eq!(opened, PAYLOAD);
}

#[test]
fn destinations_and_packets_are_sealed_differently() {
    let mut first = sealer(1);
    let packets = [seal(&mut first), seal(&mut first), seal(&mut sealer(2))];
    let bodies: Vec<_> = packets
        .iter()
        .map(|packet| &packet[HEADER_BYTES..])
        .collect();
    assert_ne!(bodies[0], bodies[1]);
    assert_ne!(bodies[0], bodies[2]);
}

#[test]
fn a_buffer_without_room_is_refused() {
    let mut packet = vec![0; HEADER_BYTES + PAYLOAD.len() - 1];
    assert!(sealer(1).seal(&PAYLOAD, &mut packet).is_err());
}
