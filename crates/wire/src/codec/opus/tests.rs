use super::*;

#[test]
fn dtx_is_a_packet_without_sound() {
    assert!(opus_is_dtx(&[0xf8]));
    assert!(opus_is_dtx(&[0xf9]));
    assert!(opus_is_dtx(&[0xfa, 0]));
}

#[test]
fn packets_with_sound_are_not_dtx() {
    assert!(!opus_is_dtx(&[]));
    assert!(!opus_is_dtx(&[0xfa]));
    assert!(!opus_is_dtx(&[0xfb]));
    assert!(!opus_is_dtx(&[0xf8, 1]));
    assert!(!opus_is_dtx(&[0xfb, 1]));
    assert!(!opus_is_dtx(&[0xfa, 0, 1]));
}
