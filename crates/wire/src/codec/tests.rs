use super::*;

#[test]
fn mime_types_are_read_in_any_case() {
    assert_eq!(Codec::from_mime_type("video/vp8"), Codec::Vp8);
    assert_eq!(Codec::from_mime_type("VIDEO/AV1"), Codec::Av1);
    assert_eq!(Codec::from_mime_type("audio/multiopus"), Codec::Opus);
    assert_eq!(Codec::from_mime_type("video/rtx"), Codec::Other);
}

#[test]
fn an_empty_payload_says_nothing() {
    for codec in [
        Codec::Opus,
        Codec::Vp8,
        Codec::Vp9,
        Codec::H264,
        Codec::Av1,
        Codec::Other,
    ] {
        assert_eq!(codec.read(&[], false, None), Ok(PayloadInfo::default()));
    }
}

#[test]
fn the_marker_ends_a_frame_where_the_codec_does_not_tell() {
    assert!(
        Codec::Vp8
            .read(&[0x10, 0], true, None)
            .unwrap()
            .end_of_frame
    );
    assert!(!Codec::Vp9.read(&[0x00], true, None).unwrap().end_of_frame);
    assert!(Codec::Vp9.read(&[0x04], false, None).unwrap().end_of_frame);
}

#[test]
fn each_codec_tells_its_key_frames() {
    let is_key = |codec: Codec, payload: &[u8]| codec.read(payload, false, None).unwrap().key_frame;
    assert!(is_key(Codec::Vp8, &[0x10, 0]));
    assert!(is_key(Codec::Vp9, &[0x08]));
    assert!(is_key(Codec::H264, &[0x67]));
    assert!(!is_key(Codec::Av1, &[0x08]));
    assert!(!is_key(Codec::Opus, &[0x78, 1]));
}

#[test]
fn a_dependency_descriptor_speaks_for_av1_and_h264() {
    // One template, one decode target that it may begin, no chain, no resolution.
    let value = [0xc0, 0, 1, 0x80, 0x00, 0xe0];
    let mut structure = DependencyStructure::default();
    let dependency = DependencyDescriptor::parse(&value, &mut structure).unwrap();
    for codec in [Codec::Av1, Codec::H264] {
        let info = codec.read(&[0x41, 1], false, Some(&dependency)).unwrap();
        assert!(info.key_frame && info.end_of_frame, "{codec:?}");
    }
}

#[test]
fn a_bad_descriptor_is_an_error() {
    assert_eq!(
        Codec::Vp8.read(&[0x90], false, None),
        Err(PayloadError::Truncated)
    );
    assert_eq!(
        Codec::Vp9.read(&[0x80], false, None),
        Err(PayloadError::Truncated)
    );
}

#[test]
fn comfort_noise_is_told_for_opus_only() {
    assert!(Codec::Opus.read(&[0xf8], false, None).unwrap().dtx);
    assert!(!Codec::Other.read(&[0xf8], false, None).unwrap().dtx);
}

#[test]
fn pictures_of_vp9_that_refer_to_earlier_ones_need_no_other_spatial_layer() {
    for (flags, expected) in [(0x48, true), (0x40, true), (0x08, false), (0x00, false)] {
        let info = Codec::Vp9.read(&[flags, 0], false, None).unwrap();
        let unneeded_by = if expected { 0xfe } else { 0 };
        assert_eq!(info.unneeded_by, unneeded_by, "{flags:x}");
    }
}
