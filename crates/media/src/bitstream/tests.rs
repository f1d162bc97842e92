use super::*;

#[test]
fn opus_packet_durations_follow_the_table_of_contents() {
    assert_eq!(opus::samples(&[0xfc]), Some(960));
    assert_eq!(opus::samples(&[0x00]), Some(480));
    assert_eq!(opus::samples(&[0x18]), Some(2_880));
    assert_eq!(opus::samples(&[0xfd, 0]), Some(1_920));
    assert_eq!(opus::samples(&[0xe3, 4]), Some(480));
    assert_eq!(opus::samples(&[0xff, 63]), None);
    assert_eq!(opus::samples(&[0xff, 0]), None);
    assert_eq!(opus::samples(&[]), None);
}

#[test]
fn annex_b_splits_at_short_and_long_start_codes_and_drops_padding() {
    let data = [
        0, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 2, 0, 0, 0, 0, 1, 0x65, 3, 0, 0,
    ];
    let nals: Vec<&[u8]> = h264::nals(&data).collect();
    assert_eq!(nals, [&[0x67, 1][..], &[0x68, 2], &[0x65, 3]]);
    assert!(h264::has_idr(&data));
}

#[test]
fn length_prefixed_key_frames_get_the_parameter_sets_of_the_configuration() {
    let record = [1, 66, 0, 30, 0xff, 0xe1, 0, 2, 0x67, 9, 1, 0, 1, 0x68];
    let config = h264::AvcConfig::parse(&record).unwrap();
    let annex_b = config.to_annex_b(&[0, 0, 0, 2, 0x65, 7]).unwrap();
    assert_eq!(
        annex_b,
        [0, 0, 0, 1, 0x67, 9, 0, 0, 0, 1, 0x68, 0, 0, 0, 1, 0x65, 7]
    );
    assert_eq!(
        config.to_annex_b(&[0, 0, 0, 1, 0x41]).unwrap(),
        [0, 0, 0, 1, 0x41]
    );
    assert_eq!(config.to_annex_b(&[0, 0, 0, 9, 0x41]), None);
}

#[test]
fn temporal_delimiters_are_taken_out_of_av1() {
    let stored = Stored::of(&Codec::Av1, &[]).unwrap();
    // Delimiter, a sequence header of two bytes, a frame without size.
    let data = [0x12, 0, 0x0a, 2, 8, 9, 0x30, 0x10, 5];
    let restored = stored.restore(data.to_vec()).unwrap();
    assert_eq!(restored, [0x0a, 2, 8, 9, 0x32, 2, 0x10, 5]);
    assert!(av1::is_key_frame(&restored));
    assert_eq!(stored.restore(vec![0x12, 0]).unwrap(), []);
}

#[test]
fn av1_key_frames_get_the_sequence_header_of_the_configuration() {
    let stored = Stored::of(&Codec::Av1, &[0x81, 0, 12, 0, 0x0a, 2, 8, 9]).unwrap();
    let key = stored.restore(vec![0x32, 1, 0x10]).unwrap();
    assert_eq!(key, [0x0a, 2, 8, 9, 0x32, 1, 0x10]);
    let delta = stored.restore(vec![0x32, 1, 0x30]).unwrap();
    assert_eq!(delta, [0x32, 1, 0x30]);
}

#[test]
fn key_frames_are_told_by_their_first_bits() {
    assert!(is_key_frame(&Codec::Vp8, &[0x10]));
    assert!(!is_key_frame(&Codec::Vp8, &[0x11]));
    assert!(is_key_frame(&Codec::Vp9, &[0x82]));
    assert!(!is_key_frame(&Codec::Vp9, &[0x86]));
    assert!(!is_key_frame(&Codec::Vp9, &[0x88]));
    assert!(!is_key_frame(&Codec::Vp9, &[]));
}
