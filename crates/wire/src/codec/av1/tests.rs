use super::*;
use proptest::prelude::*;

/// Writes what [`Bits`] reads.
#[derive(Default)]
struct BitWriter(Vec<bool>);

impl BitWriter {
    fn put(&mut self, value: u32, count: u32) -> &mut Self {
        self.0
            .extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
        self
    }

    /// The `ns` code.
    fn put_below(&mut self, value: u32, range: u32) -> &mut Self {
        let width = u32::BITS - range.leading_zeros();
        let short_codes = (1 << width) - range;
        if value < short_codes {
            self.put(value, width - 1)
        } else {
            self.put(value + short_codes, width)
        }
    }

    fn bytes(&self) -> Vec<u8> {
        self.0
            .chunks(8)
            .map(|bits| {
                bits.iter()
                    .enumerate()
                    .fold(0, |byte, (i, bit)| byte | u8::from(*bit) << (7 - i))
            })
            .collect()
    }
}

#[derive(Clone, Debug)]
struct TemplateModel {
    /// Spatial and temporal.
    layer: (u8, u8),
    /// One per decode target.
    indications: Vec<u8>,
    /// Frame differences, less one.
    differences: Vec<u8>,
}

fn template(layer: (u8, u8), indications: &[u8], differences: &[u8]) -> TemplateModel {
    TemplateModel {
        layer,
        indications: indications.to_vec(),
        differences: differences.to_vec(),
    }
}

/// A structure as a sender thinks of it.
#[derive(Clone, Debug)]
struct Model {
    offset: u8,
    decode_targets: u8,
    templates: Vec<TemplateModel>,
    /// The chain of each target.
    protected_by: Vec<u8>,
    chains: u8,
    resolutions: bool,
}

impl Model {
    fn put(&self, out: &mut BitWriter) {
        out.put(self.offset.into(), 6)
            .put(u32::from(self.decode_targets) - 1, 5);
        for pair in self.templates.windows(2) {
            let ((spatial, temporal), (next_spatial, next_temporal)) =
                (pair[0].layer, pair[1].layer);
            let idc = if next_spatial > spatial {
                2
            } else {
                u32::from(next_temporal > temporal)
            };
            out.put(idc, 2);
        }
        out.put(3, 2);
        for indication in self
            .templates
            .iter()
            .flat_map(|template| &template.indications)
        {
            out.put((*indication).into(), 2);
        }
        for template in &self.templates {
            for difference in &template.differences {
                out.put(1, 1).put((*difference).into(), 4);
            }
            out.put(0, 1);
        }
        out.put_below(self.chains.into(), u32::from(self.decode_targets) + 1);
        if self.chains > 0 {
            for chain in &self.protected_by {
                out.put_below((*chain).into(), self.chains.into());
            }
            for _ in 0..self.templates.len() * usize::from(self.chains) {
                out.put(5, 4);
            }
        }
        out.put(self.resolutions.into(), 1);
        if self.resolutions {
            let (max_spatial, _) = self.templates.last().unwrap().layer;
            for _ in 0..=max_spatial {
                out.put(1279, 16).put(719, 16);
            }
        }
    }

    fn key_frame(&self, template: u8, number: u16) -> Vec<u8> {
        let mut out = BitWriter::default();
        mandatory(&mut out, self.offset.wrapping_add(template) % 64, number).put(0b10000, 5);
        self.put(&mut out);
        out.bytes()
    }
}

fn mandatory(out: &mut BitWriter, template_id: u8, number: u16) -> &mut BitWriter {
    out.put(0b11, 2)
        .put(template_id.into(), 6)
        .put(number.into(), 16)
}

/// L1T2: two decode targets, one chain.
fn two_temporal_layers() -> Model {
    Model {
        offset: 62,
        decode_targets: 2,
        templates: vec![
            template((0, 0), &[2, 2], &[]),
            template((0, 0), &[3, 3], &[1]),
            template((0, 1), &[0, 1], &[0]),
        ],
        protected_by: vec![0, 0],
        chains: 1,
        resolutions: true,
    }
}

fn models() -> impl Strategy<Value = Model> {
    let steps = prop::collection::vec(0u8..3, 0..20);
    (
        0u8..64,
        1u8..33,
        steps,
        0u8..33,
        any::<bool>(),
        any::<[u8; 16]>(),
    )
        .prop_map(
            |(offset, decode_targets, steps, chains, resolutions, noise)| {
                let noise = |i: usize| noise[i % 16].wrapping_mul(31).wrapping_add(i as u8);
                let mut layers = vec![(0, 0)];
                for step in steps {
                    let (spatial, temporal) = layers[layers.len() - 1];
                    layers.push(match step {
                        1 if temporal < 7 => (spatial, temporal + 1),
                        2 if spatial < 3 => (spatial + 1, 0),
                        _ => (spatial, temporal),
                    });
                }
                let chains = chains.min(decode_targets);
                let model_of = |(i, layer): (usize, (u8, u8))| {
                    let indications: Vec<_> = (0..usize::from(decode_targets))
                        .map(|target| noise(i * 7 + target) % 4)
                        .collect();
                    let differences: Vec<_> = (0..i % 3).map(|j| noise(i + j) % 16).collect();
                    template(layer, &indications, &differences)
                };
                let templates = layers.into_iter().enumerate().map(model_of).collect();
                let protected_by = (0..decode_targets)
                    .map(|target| noise(target.into()) % chains.max(1))
                    .collect();
                Model {
                    offset,
                    decode_targets,
                    templates,
                    protected_by,
                    chains,
                    resolutions,
                }
            },
        )
}

fn indication_of(bits: u8) -> DecodeTargetIndication {
    [
        DecodeTargetIndication::NotPresent,
        DecodeTargetIndication::Discardable,
        DecodeTargetIndication::Switch,
        DecodeTargetIndication::Required,
    ][usize::from(bits)]
}

#[test]
fn a_key_frame_brings_the_structure_that_later_frames_follow() {
    let mut structure = DependencyStructure::default();
    let key = DependencyDescriptor::parse(&two_temporal_layers().key_frame(0, 7), &mut structure)
        .unwrap();
    assert!(key.has_structure && key.start_of_frame && key.end_of_frame);
    assert_eq!(
        (key.frame_number, key.active_decode_targets),
        (7, Some(0b11))
    );
    // Template 2 of an offset of 62 has wrapped to id 0.
    let upper = DependencyDescriptor::parse(&[0x80, 0, 8], &mut structure).unwrap();
    assert_eq!(
        (upper.spatial, upper.temporal, upper.has_structure),
        (0, 1, false)
    );
    assert!(upper.start_of_frame && !upper.end_of_frame);
    assert_eq!(upper.indication(0), DecodeTargetIndication::NotPresent);
    assert_eq!(upper.indication(1), DecodeTargetIndication::Discardable);
    assert_eq!(upper.active_decode_targets, None);
    assert_eq!(
        (
            structure.layers_of(0),
            structure.layers_of(1),
            structure.layers_of(2)
        ),
        (Some((0, 0)), Some((0, 1)), None)
    );
}

#[test]
fn a_frame_that_is_a_switch_opens_the_temporal_layers_of_its_spatial_layer() {
    // L2T2: the targets are S0T0, S0T1, S1T0, S1T1.
    let mut structure = DependencyStructure::default();
    let model = Model {
        offset: 0,
        decode_targets: 4,
        templates: vec![
            template((0, 0), &[2, 2, 2, 2], &[]),
            template((0, 0), &[3, 3, 3, 2], &[1]),
            template((0, 1), &[0, 1, 0, 3], &[0]),
            template((1, 0), &[0, 0, 2, 2], &[0]),
            template((1, 1), &[0, 0, 0, 1], &[0]),
        ],
        protected_by: vec![0; 4],
        chains: 1,
        resolutions: false,
    };
    let key = DependencyDescriptor::parse(&model.key_frame(0, 1), &mut structure).unwrap();
    assert_eq!(key.opens_temporal, 1);
    // A switch for the target of another spatial layer says nothing.
    let frames = [(1, 0, 0, 0), (2, 1, 1, 0), (3, 0, 1, 0b01), (4, 1, 1, 0b01)];
    for (template, temporal, opens, unneeded_by) in frames {
        let frame = DependencyDescriptor::parse(&[template, 0, 2], &mut structure).unwrap();
        assert_eq!(
            (frame.temporal, frame.opens_temporal, frame.unneeded_by),
            (temporal, opens, unneeded_by),
            "{template}"
        );
    }
}

#[test]
fn without_a_structure_a_template_is_unknown() {
    let mut structure = DependencyStructure::default();
    let unknown = Err(PayloadError::UnknownTemplate);
    assert_eq!(
        DependencyDescriptor::parse(&[0x80, 0, 8], &mut structure),
        unknown
    );
    assert_eq!(
        DependencyDescriptor::parse(&[0x80, 0, 8, 0], &mut structure),
        unknown
    );
    DependencyDescriptor::parse(&two_temporal_layers().key_frame(0, 1), &mut structure).unwrap();
    assert_eq!(
        DependencyDescriptor::parse(&[0x81, 0, 8], &mut structure),
        unknown
    );
}

#[test]
fn a_bad_structure_leaves_the_known_one() {
    let model = two_temporal_layers();
    let whole = model.key_frame(0, 1);
    let mut structure = DependencyStructure::default();
    DependencyDescriptor::parse(&whole, &mut structure).unwrap();
    let known = structure;
    let mut other = model;
    other.decode_targets = 2;
    other.templates.truncate(1);
    let other = other.key_frame(0, 2);
    for len in 4..other.len() {
        assert_eq!(
            DependencyDescriptor::parse(&other[..len], &mut structure),
            Err(PayloadError::Truncated)
        );
        assert_eq!(structure, known);
    }
}

#[test]
fn layers_beyond_the_format_are_malformed() {
    for (idc, count) in [(1, 8), (2, 4), (0, 64)] {
        let mut out = BitWriter::default();
        mandatory(&mut out, 0, 0)
            .put(0b10000, 5)
            .put(0, 6)
            .put(0, 5);
        for _ in 0..count {
            out.put(idc, 2);
        }
        out.put(3, 2).put(0, 32);
        let parsed = DependencyDescriptor::parse(&out.bytes(), &mut DependencyStructure::default());
        assert_eq!(
            parsed,
            Err(PayloadError::Malformed),
            "{count} steps of {idc}"
        );
    }
}

#[test]
fn a_frame_may_differ_from_its_template() {
    let mut structure = DependencyStructure::default();
    DependencyDescriptor::parse(&two_temporal_layers().key_frame(0, 1), &mut structure).unwrap();
    let mut out = BitWriter::default();
    // Active targets, custom indications, differences of 4, 8 and 12 bits, one chain.
    mandatory(&mut out, 63, 2)
        .put(0b01111, 5)
        .put(0b01, 2)
        .put(2, 2)
        .put(1, 2);
    out.put(1, 2)
        .put(9, 4)
        .put(2, 2)
        .put(200, 8)
        .put(3, 2)
        .put(4000, 12)
        .put(0, 2)
        .put(77, 8);
    let bytes = out.bytes();
    let frame = DependencyDescriptor::parse(&bytes, &mut structure).unwrap();
    assert_eq!(frame.active_decode_targets, Some(1));
    assert_eq!(frame.indication(0), DecodeTargetIndication::Switch);
    assert_eq!(frame.indication(1), DecodeTargetIndication::Discardable);
    for len in 4..bytes.len() {
        let cut = DependencyDescriptor::parse(&bytes[..len], &mut structure);
        assert_eq!(cut, Err(PayloadError::Truncated), "{len} bytes");
    }
}

#[test]
fn short_values_are_truncated() {
    for len in 0..3 {
        let cut =
            DependencyDescriptor::parse(&[0; 2][..len.min(2)], &mut DependencyStructure::default());
        assert_eq!(cut, Err(PayloadError::Truncated));
    }
}

#[test]
fn the_aggregation_header_tells_new_sequences() {
    let header = Av1Aggregation::parse(&[0x68]).unwrap();
    assert_eq!(
        (
            header.continues,
            header.continued,
            header.obu_count,
            header.new_sequence
        ),
        (false, true, 2, true)
    );
    assert!(!Av1Aggregation::parse(&[0x90]).unwrap().new_sequence);
    assert_eq!(Av1Aggregation::parse(&[0x88]), Err(PayloadError::Malformed));
    assert_eq!(Av1Aggregation::parse(&[]), Err(PayloadError::Truncated));
}

proptest! {
    #[test]
    fn structures_are_read_back(model in models(), number: u16) {
        let mut structure = DependencyStructure::default();
        for (i, template) in (0u8..).zip(&model.templates) {
            let frame = DependencyDescriptor::parse(&model.key_frame(i, number), &mut structure).unwrap();
            prop_assert_eq!((frame.spatial, frame.temporal), template.layer);
            prop_assert_eq!(frame.frame_number, number);
            for (target, bits) in (0u8..).zip(&template.indications) {
                prop_assert_eq!(frame.indication(target), indication_of(*bits));
            }
        }
        prop_assert_eq!(structure.templates().len(), model.templates.len());
        prop_assert_eq!(structure.decode_target_count(), model.decode_targets);
        prop_assert_eq!(structure.chain_count(), model.chains);
        for (target, chain) in (0u8..).zip(&model.protected_by) {
            prop_assert_eq!(structure.protecting_chain(target), (model.chains > 0).then_some(*chain));
        }
    }

    #[test]
    fn no_bytes_can_break_the_parser(values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 1..6)) {
        let mut structure = DependencyStructure::default();
        for value in values {
            if let Ok(frame) = DependencyDescriptor::parse(&value, &mut structure) {
                prop_assert!(structure.template(frame.template_id).is_some());
            }
        }
    }
}
