use super::*;

#[test]
fn a_single_parameter_set_begins_a_key_frame() {
    assert!(h264_has_sps(&[0x67, 0x42, 0x00, 0x1f]));
    assert!(!h264_has_sps(&[0x65, 0x88]));
    assert!(!h264_has_sps(&[0x41, 0x9a]));
    assert!(!h264_has_sps(&[]));
}

#[test]
fn a_parameter_set_is_found_anywhere_in_an_aggregate() {
    assert!(h264_has_sps(&[0x78, 0, 2, 0x67, 0x42, 0, 1, 0x68]));
    assert!(h264_has_sps(&[0x78, 0, 2, 0x09, 0x10, 0, 1, 0x67]));
    assert!(!h264_has_sps(&[0x78, 0, 2, 0x09, 0x10, 0, 1, 0x68]));
}

#[test]
fn an_aggregate_is_not_read_past_its_end() {
    assert!(!h264_has_sps(&[0x78]));
    assert!(!h264_has_sps(&[0x78, 0]));
    assert!(!h264_has_sps(&[0x78, 0, 3, 0x67, 0x42]));
    assert!(!h264_has_sps(&[0x78, 0, 0, 0, 0]));
}

#[test]
fn only_the_first_fragment_of_a_parameter_set_counts() {
    for unit in [0x7c, 0x7d] {
        assert!(h264_has_sps(&[unit, 0x87, 0x42]));
        assert!(!h264_has_sps(&[unit, 0x07, 0x42]));
        assert!(!h264_has_sps(&[unit, 0x85, 0x42]));
        assert!(!h264_has_sps(&[unit]));
    }
}
