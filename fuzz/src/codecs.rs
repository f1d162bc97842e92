//! Payload descriptors and the dependency descriptor.

use miso_wire::{
    Av1Aggregation, Codec, DependencyDescriptor, DependencyStructure, PayloadError, Pt, RedLayout,
    Vp8Descriptor, Vp9Descriptor, h264_has_sps, opus_is_dtx,
};

use crate::first_byte;

/// Input: two numbers to write and a payload. The descriptor needs no more than its length says, and is the same but
/// for the numbers after they are rewritten.
pub fn vp8(data: &[u8]) {
    let Some(([high, low, index], payload)) = data.split_first_chunk() else {
        return;
    };
    let Ok(descriptor) = Vp8Descriptor::parse(payload) else {
        return;
    };
    assert!(descriptor.len < payload.len());
    assert_eq!(
        Vp8Descriptor::parse(&payload[..=descriptor.len]),
        Ok(descriptor)
    );
    assert_eq!(
        Vp8Descriptor::parse(&payload[..descriptor.len]),
        Err(PayloadError::Truncated)
    );
    let mut buffer = payload.to_vec();
    buffer.push(0);
    let mut wide = descriptor;
    let len = wide
        .widen_picture_id(&mut buffer, payload.len())
        .expect("there is room");
    assert_eq!(buffer[wide.len..len], payload[descriptor.len..]);
    assert_eq!(Vp8Descriptor::parse(&buffer[..len]), Ok(wide));
    let id = u16::from_be_bytes([high & 0x7f, *low]);
    wide.set_picture_id(&mut buffer[..len], id);
    wide.set_tl0_pic_idx(&mut buffer[..len], *index);
    if let Some(picture_id) = &mut wide.picture_id {
        picture_id.value = id;
    }
    if let Some(tl0_pic_idx) = &mut wide.tl0_pic_idx {
        tl0_pic_idx.value = *index;
    }
    assert_eq!(Vp8Descriptor::parse(&buffer[..len]), Ok(wide));
}

/// Input: a payload. The descriptor needs exactly as many bytes as its length says.
pub fn vp9(data: &[u8]) {
    let Ok(descriptor) = Vp9Descriptor::parse(data) else {
        return;
    };
    assert_eq!(
        Vp9Descriptor::parse(&data[..descriptor.len]),
        Ok(descriptor)
    );
    assert_eq!(
        Vp9Descriptor::parse(&data[..descriptor.len - 1]),
        Err(PayloadError::Truncated)
    );
    assert!(descriptor.spatial() <= 7 && descriptor.temporal() <= 7);
    assert!(descriptor.picture_id.is_none_or(|id| id < 1 << 15));
    assert!(!descriptor.is_key_frame() || descriptor.start_of_frame && !descriptor.inter_predicted);
}

/// Input: a payload type to write, and a payload whose first block says which type all have. The blocks fill what is
/// behind the headers, and renaming changes the types and nothing else.
pub fn red(data: &[u8]) {
    let (pt, payload) = first_byte(data);
    let written = Pt(pt & 0x7f);
    let agreed = Pt(payload.first().copied().unwrap_or(0) & 0x7f);
    let Ok(layout) = RedLayout::parse(payload, agreed) else {
        return;
    };
    assert!(layout.primary() <= payload.len());
    let mut end = layout.primary();
    for frames_back in 1..=layout.copies() {
        let copy = layout.copy(payload, frames_back).expect("a copy");
        assert!(copy.range.end == end && copy.timestamp_offset < 1 << 14);
        end = copy.range.start;
    }
    assert_eq!(end, 4 * layout.copies() + 1);
    assert_eq!(layout.copy(payload, layout.copies() + 1), None);
    let mut renamed = payload.to_vec();
    layout.rename(&mut renamed, written);
    assert_eq!(RedLayout::parse(&renamed, written), Ok(layout));
    layout.rename(&mut renamed, agreed);
    assert_eq!(renamed, payload);
}

/// Input: a payload. The answer is that of a second implementation, which counts bytes.
pub fn h264(data: &[u8]) {
    let expected = match data.first().map(|byte| byte & 0x1f) {
        Some(7) => true,
        Some(24) => {
            let mut at = 1;
            let mut found = false;
            while at + 2 <= data.len() {
                let len = usize::from(data[at]) << 8 | usize::from(data[at + 1]);
                found |= len > 0 && at + 2 + len <= data.len() && data[at + 2] & 0x1f == 7;
                at += 2 + len;
            }
            found
        }
        Some(28 | 29) => data.len() > 1 && data[1] & 0x9f == 0x87,
        _ => false,
    };
    assert_eq!(h264_has_sps(data), expected);
}

/// Input: codec, marker and payload. What is said of the payload fits the codec.
pub fn payload(data: &[u8]) {
    const CODECS: [Codec; 6] = [
        Codec::Opus,
        Codec::Vp8,
        Codec::Vp9,
        Codec::H264,
        Codec::Av1,
        Codec::Other,
    ];
    let (choice, payload) = first_byte(data);
    let codec = CODECS[usize::from(choice >> 1) % CODECS.len()];
    let marker = choice & 1 == 1;
    let Ok(info) = codec.read(payload, marker, None) else {
        assert!(matches!(codec, Codec::Vp8 | Codec::Vp9));
        return;
    };
    assert!(!info.key_frame || codec.detects_key_frames());
    assert!(!info.dtx || codec == Codec::Opus && opus_is_dtx(payload) && payload.len() <= 2);
    assert!(codec == Codec::Vp9 || info.end_of_frame == marker);
    assert!(info.spatial <= 7 && info.temporal <= 7);
    if let Ok(header) = Av1Aggregation::parse(payload) {
        assert!(header.obu_count <= 3 && !(header.new_sequence && header.continues));
    }
}

/// Input: values of the extension, each behind its length. A frame follows a template that is known, and an error
/// leaves the structure as it was.
pub fn dependency(data: &[u8]) {
    let mut structure = DependencyStructure::default();
    let mut rest = data;
    while let Some((len, behind)) = rest.split_first() {
        let (value, next) = behind.split_at(behind.len().min(usize::from(*len)));
        rest = next;
        let before = structure;
        match DependencyDescriptor::parse(value, &mut structure) {
            Ok(frame) => follows(&frame, &structure),
            Err(_) => assert!(structure == before),
        }
    }
}

fn follows(frame: &DependencyDescriptor, structure: &DependencyStructure) {
    let template = structure
        .template(frame.template_id)
        .expect("the template is known");
    assert_eq!(
        (frame.spatial, frame.temporal),
        (template.spatial, template.temporal)
    );
    assert!(frame.spatial <= 3 && frame.temporal <= 7);
    let targets = structure.decode_target_count();
    assert!((1..=32).contains(&targets) && structure.chain_count() <= targets);
    assert!(!frame.has_structure || frame.active_decode_targets.is_some());
    assert!(
        frame
            .active_decode_targets
            .is_none_or(|active| u64::from(active) < 1 << targets)
    );
    for target in 0..targets {
        let (spatial, temporal) = structure.layers_of(target).expect("the target exists");
        assert!(spatial <= 3 && temporal <= 7);
        assert!(
            structure
                .protecting_chain(target)
                .is_none_or(|chain| chain < structure.chain_count())
        );
        let _ = frame.indication(target);
    }
    assert_eq!(structure.layers_of(targets), None);
}
