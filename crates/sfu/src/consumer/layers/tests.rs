mod model;

use super::*;
use crate::packet::LayerInfo;
use crate::packet::tests::plain_meta;
use crate::send_stream::SeqManager;
use crate::testing::base;
use model::{Dice, Frame, FrameId, Kind, PERIOD, Shape, TICKS, meta, stream};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What became of the packets that came.
struct Outcome {
    filter: LayerFilter,
    /// By number.
    verdicts: BTreeMap<u64, Verdict>,
}

/// Packets come; before some of them the target changes. The stream begins with the first key frame's first packet.
fn run(shape: &Shape, arrivals: &[(PacketMeta, Option<Layers>)]) -> Outcome {
    let mut filter = LayerFilter::new(shape.kind.is_exact());
    let mut verdicts = BTreeMap::new();
    filter.set_target(Layers {
        spatial: shape.spatial - 1,
        temporal: shape.temporal - 1,
    });
    let Some(begin) = arrivals.iter().position(|(meta, _)| meta.key_frame) else {
        return Outcome { filter, verdicts };
    };
    filter.resume(0);
    let first = arrivals[begin].0.ext_seq;
    let (before, after) = arrivals.split_at(begin + 1);
    let mut stored: Vec<_> = before
        .iter()
        .filter(|(meta, _)| meta.ext_seq >= first)
        .collect();
    stored.sort_by_key(|(meta, _)| meta.ext_seq);
    for (meta, target) in stored.into_iter().chain(after) {
        if let Some(target) = target {
            filter.set_target(*target);
        }
        if meta.ext_seq >= first {
            verdicts.insert(meta.ext_seq.0, filter.judge(meta));
        }
    }
    Outcome { filter, verdicts }
}

fn is_kept(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Forward { .. })
}

/// Lost and late packets and changing targets, as the dice say.
fn shake(
    frames: &[Frame],
    shape: &Shape,
    (loss, reorder): (u64, u64),
    dice: &mut Dice,
) -> Vec<(PacketMeta, Option<Layers>)> {
    let mut arrivals = Vec::new();
    for (place, meta) in frames.iter().flat_map(|frame| &frame.packets).enumerate() {
        if dice.roll(100) < loss {
            continue;
        }
        let delay = if dice.roll(100) < reorder {
            dice.roll(60)
        } else {
            0
        };
        let target = (dice.roll(40) == 0).then(|| Layers {
            spatial: dice.roll(u64::from(shape.spatial)) as u8,
            temporal: dice.roll(u64::from(shape.temporal)) as u8,
        });
        arrivals.push((place as u64 + delay, (*meta, target)));
    }
    arrivals.sort_by_key(|(at, _)| *at);
    arrivals.into_iter().map(|(_, arrival)| arrival).collect()
}

fn check_dependencies(frames: &[Frame], outcome: &Outcome) {
    let verdicts_of = |frame: &Frame| {
        let packets = frame.packets.iter();
        packets
            .filter_map(|meta| outcome.verdicts.get(&meta.ext_seq.0))
            .map(is_kept)
            .collect::<Vec<bool>>()
    };
    let by_id: BTreeMap<FrameId, &Frame> = frames.iter().map(|it| (it.id, it)).collect();
    for frame in frames {
        let verdicts = verdicts_of(frame);
        let is_sent = verdicts.contains(&true);
        assert!(
            !is_sent || !verdicts.contains(&false),
            "{:?} is torn: {verdicts:?}",
            frame.id
        );
        for id in frame.depends_on.iter().filter(|_| is_sent) {
            assert!(
                !verdicts_of(by_id[id]).contains(&false),
                "{:?} of layer {} needs {id:?}",
                frame.id,
                frame.temporal
            );
        }
    }
}

/// Picture ids of VP8 as sent, by picture.
fn check_pictures(frames: &[Frame], outcome: &Outcome, in_order: bool) {
    let mut last: Option<(u64, u16)> = None;
    for frame in frames {
        let packets = frame.packets.iter();
        let sent = packets.filter_map(|meta| match outcome.verdicts.get(&meta.ext_seq.0)? {
            Verdict::Forward { vp8, .. } => vp8.map(|vp8| vp8.picture_id),
            Verdict::Drop => None,
        });
        let ids: BTreeSet<u16> = sent.collect();
        assert!(ids.len() <= 1, "{:?} has {ids:?}", frame.id);
        let Some(id) = ids.first().copied() else {
            continue;
        };
        if let Some((picture, before)) = last {
            let step = id.wrapping_sub(before) & 0x7fff;
            assert!(
                step > 0 && step < 0x4000,
                "{:?}: {before} then {id}",
                frame.id
            );
            let unseen = frames.iter().filter(|it| {
                let is_between = it.id.0 > picture && it.id.0 < frame.id.0;
                let mut packets = it.packets.iter();
                is_between && !packets.any(|it| outcome.verdicts.contains_key(&it.ext_seq.0))
            });
            assert!(
                !in_order || usize::from(step) == 1 + unseen.count(),
                "{:?}",
                frame.id
            );
        }
        last = Some((frame.id.0, id));
    }
}

/// What was left out on purpose leaves no gap, what was lost does.
fn check_numbers(outcome: &Outcome) {
    let mut numbers = SeqManager::new(1_000);
    let mut last: Option<(u64, u64)> = None;
    let mut left_out = 0;
    for (seq, verdict) in &outcome.verdicts {
        if !is_kept(verdict) {
            numbers.drop_input(ExtSeq(*seq));
            left_out += 1;
            continue;
        }
        let output = numbers.forward(ExtSeq(*seq)).unwrap().0;
        if let Some((before, sent)) = last {
            assert_eq!(output - sent, seq - before - left_out, "{seq}");
        }
        last = Some((*seq, output));
        left_out = 0;
    }
}

fn shapes() -> impl Strategy<Value = Shape> {
    let kinds = prop_oneof![
        Just((Kind::Vp8, 1)),
        (1..=3_u8).prop_map(|spatial| (Kind::Vp9, spatial)),
        (1..=3_u8).prop_map(|spatial| (Kind::Vp9Key, spatial)),
        (1..=3_u8).prop_map(|spatial| (Kind::Described, spatial)),
        (1..=3_u8).prop_map(|spatial| (Kind::DescribedKey, spatial)),
    ];
    (kinds, 1..=3_u8, 1..=6_u64, 1..=3_u64).prop_map(
        |((kind, spatial), temporal, keys, packets)| Shape {
            kind,
            spatial,
            temporal,
            key_every: keys * PERIOD,
            packets,
        },
    )
}

proptest! {
    #[test]
    fn whatever_is_lost_or_late_no_frame_is_torn_or_misses_what_it_needs(
        shape in shapes(), loss in 0..30_u64, reorder in 0..30_u64, seed in 1..u64::MAX,
    ) {
        let frames = stream(&shape, 120);
        let arrivals = shake(&frames, &shape, (loss, reorder), &mut Dice(seed));
        let outcome = run(&shape, &arrivals);
        check_dependencies(&frames, &outcome);
        if shape.kind == Kind::Vp8 {
            check_pictures(&frames, &outcome, reorder == 0);
        }
    }

    #[test]
    fn in_order_what_is_left_out_leaves_no_gap_in_numbers_and_picture_ids(
        shape in shapes(), loss in 0..30_u64, seed in 1..u64::MAX,
    ) {
        let frames = stream(&shape, 120);
        let arrivals = shake(&frames, &shape, (loss, 0), &mut Dice(seed));
        let outcome = run(&shape, &arrivals);
        check_numbers(&outcome);
        check_dependencies(&frames, &outcome);
        if shape.kind == Kind::Vp8 {
            check_pictures(&frames, &outcome, true);
        }
    }

    #[test]
    fn every_picture_that_is_sent_whole_ends_with_the_marker(shape in shapes(), seed in 1..u64::MAX) {
        let frames = stream(&shape, 120);
        let arrivals = shake(&frames, &shape, (0, 0), &mut Dice(seed));
        let outcome = run(&shape, &arrivals);
        let mut pictures: BTreeMap<u64, Vec<bool>> = BTreeMap::new();
        for frame in &frames {
            for meta in &frame.packets {
                if let Some(Verdict::Forward { marker, .. }) = outcome.verdicts.get(&meta.ext_seq.0) {
                    pictures.entry(frame.id.0).or_default().push(*marker);
                }
            }
        }
        for (picture, markers) in pictures {
            let (last, others) = markers.split_last().unwrap();
            prop_assert!(*last && !others.contains(&true), "{}: {:?}", picture, markers);
        }
    }

    #[test]
    fn what_is_wanted_is_reached_with_the_next_key_picture(shape in shapes(), seed in 1..u64::MAX) {
        let frames = stream(&shape, 3 * shape.key_every);
        let mut dice = Dice(seed);
        let wanted = Layers {
            spatial: dice.roll(u64::from(shape.spatial)) as u8,
            temporal: dice.roll(u64::from(shape.temporal)) as u8,
        };
        let mut arrivals = shake(&frames, &shape, (0, 0), &mut dice);
        let switch = arrivals.len() / 3 - 1;
        for (_, target) in &mut arrivals[switch..] {
            *target = Some(wanted);
        }
        let mut outcome = run(&shape, &arrivals);
        prop_assert_eq!(outcome.filter.current(), Some(wanted));
        prop_assert!(!outcome.filter.wants_key_picture(base()));
        // And the temporal layer even without one.
        let mut more = stream(&Shape { key_every: 10_000, ..shape }, 3 * PERIOD);
        for frame in &mut more {
            for meta in &mut frame.packets {
                meta.ext_seq = ExtSeq(meta.ext_seq.0 + 1_000_000);
                meta.ts = meta.ts.wrapping_add(100_000_000);
                meta.key_frame = false;
            }
        }
        let highest = Layers { temporal: shape.temporal - 1, ..wanted };
        outcome.filter.set_target(highest);
        let packets = more.iter().flat_map(|frame| &frame.packets);
        packets.for_each(|meta| { outcome.filter.judge(meta); });
        prop_assert_eq!(outcome.filter.current(), Some(highest));
    }

    #[test]
    fn senseless_packets_break_nothing(seed in 1..u64::MAX, is_exact: bool) {
        let mut dice = Dice(seed);
        let mut filter = LayerFilter::new(is_exact);
        let shape = Shape { kind: Kind::Vp8, spatial: 1, temporal: 1, key_every: 1, packets: 1 };
        let mut seq = 1_000_000;
        for _ in 0..500 {
            seq = seq + dice.roll(9) - dice.roll(3);
            let layer = LayerInfo {
                spatial: dice.roll(9) as u8,
                temporal: dice.roll(9) as u8,
                opens_temporal: dice.roll(9) as u8,
                switching_up: dice.roll(2) == 0,
                end_of_frame: dice.roll(2) == 0,
                unneeded_by: dice.roll(256) as u8,
                untold: dice.roll(2) == 0,
            };
            let mut meta = meta(&shape, seq, dice.roll(1 << 40), layer);
            meta.ts = RtpTime(dice.roll(1 << 32) as u32);
            meta.key_frame = dice.roll(10) == 0;
            filter.judge(&meta);
            if dice.roll(50) == 0 {
                filter.resume(dice.roll(3) as usize);
            }
            if dice.roll(20) == 0 {
                filter.set_target(Layers {
                    spatial: dice.roll(9) as u8,
                    temporal: dice.roll(9) as u8,
                });
            }
        }
    }
}

/// A filter that has begun with a key picture of three layers of each kind.
fn begun(is_exact: bool, target: (u8, u8), comes: u8) -> LayerFilter {
    let mut filter = LayerFilter::new(is_exact);
    filter.set_target(Layers {
        spatial: target.0,
        temporal: target.1,
    });
    filter.resume(0);
    for spatial in 0..comes {
        let mut first = packet(u64::from(spatial) + 1, 0, (spatial, 0));
        first.key_frame = spatial == 0;
        filter.judge(&first);
    }
    filter
}

/// A whole frame in a packet.
fn packet(seq: u64, picture: u32, (spatial, temporal): (u8, u8)) -> PacketMeta {
    let mut meta = plain_meta(seq, picture * TICKS, base());
    meta.layer = LayerInfo {
        spatial,
        temporal,
        opens_temporal: temporal,
        end_of_frame: true,
        ..LayerInfo::default()
    };
    meta
}

#[test]
fn temporal_layer_is_gone_up_to_step_by_step_where_frames_allow_it() {
    // Target, layer at present, layer of the frame, whether it allows to go up to it, what it opens; the layer then.
    let cases = [
        (2, 0, 1, false, 1, 0),
        (2, 0, 1, true, 1, 1),
        (2, 0, 2, true, 2, 0),
        (2, 1, 2, true, 2, 2),
        (1, 1, 2, true, 2, 1),
        (2, 0, 0, true, 0, 0),
        (2, 0, 0, false, 2, 2),
        (1, 0, 0, false, 2, 1),
        (2, 0, 1, false, 2, 0),
        (0, 2, 1, true, 2, 0),
    ];
    for (target, before, temporal, switching_up, opens, after) in cases {
        let mut filter = begun(false, (0, before), 1);
        filter.judge(&packet(10, 1, (0, 0)));
        filter.set_target(Layers {
            spatial: 0,
            temporal: target,
        });
        let mut frame = packet(11, 2, (0, temporal));
        frame.layer.switching_up = switching_up;
        frame.layer.opens_temporal = opens;
        filter.judge(&frame);
        let current = filter.current().map(|layers| layers.temporal);
        assert_eq!(
            current,
            Some(after),
            "{before} to {target} by {temporal}, {opens}"
        );
    }
}

#[test]
fn spatial_layer_goes_down_with_any_picture_but_for_k_svc() {
    for (is_exact, expected) in [(false, 0), (true, 2)] {
        let mut filter = begun(is_exact, (2, 0), 3);
        let lower = Layers {
            spatial: 0,
            temporal: 0,
        };
        assert_eq!(filter.set_target(lower), is_exact);
        filter.judge(&packet(10, 1, (0, 0)));
        let current = filter.current().map(|layers| layers.spatial);
        assert_eq!(current, Some(expected), "K-SVC: {is_exact}");
        assert_eq!(filter.wants_key_picture(base()), is_exact);
    }
}

#[test]
fn late_picture_of_k_svc_goes_on_from_what_was_forwarded_of_the_key_picture() {
    let mut filter = begun(true, (2, 0), 1);
    // Of the key picture only the lowest layer is here when the picture after the next comes.
    let judged = |filter: &mut LayerFilter, seq, picture| {
        let mut meta = packet(seq, picture, (0, 0));
        meta.layer.unneeded_by = 0xfe;
        matches!(filter.judge(&meta), Verdict::Forward { .. })
    };
    assert!(judged(&mut filter, 7, 2));
    assert!(judged(&mut filter, 4, 1), "the one after refers to it");
}

#[test]
fn pictures_of_k_svc_need_their_own_layer_only() {
    let mut filter = begun(true, (1, 0), 3);
    let verdicts = (0..3).map(|spatial| {
        let mut meta = packet(10 + u64::from(spatial), 1, (spatial, 0));
        meta.layer.unneeded_by = !(1 << spatial);
        filter.judge(&meta)
    });
    let sent = Verdict::Forward {
        marker: true,
        vp8: None,
    };
    assert_eq!(
        verdicts.collect::<Vec<_>>(),
        [Verdict::Drop, sent, Verdict::Drop]
    );
}

#[test]
fn key_picture_without_the_wanted_layer_is_not_asked_for_again_soon() {
    let mut filter = begun(false, (2, 0), 2);
    let start = packet(0, 0, (0, 0)).arrival;
    filter.judge(&packet(10, 1, (0, 0)));
    assert_eq!(filter.current().map(|layers| layers.spatial), Some(1));
    assert!(!filter.wants_key_picture(start));
    assert!(filter.wants_key_picture(start + 2 * PATIENCE));
    let higher = Layers {
        spatial: 3,
        temporal: 0,
    };
    assert!(filter.set_target(higher), "another wish is another matter");
    assert!(filter.wants_key_picture(start));
}

#[test]
fn change_of_stream_in_the_middle_of_a_frame_shows_a_gap() {
    let mut filter = LayerFilter::new(false);
    assert_eq!(filter.resume(0).0, 1);
    let meta = packet(1, 0, (0, 0));
    filter.sent(0, &meta, (meta.ts, false));
    assert_eq!(filter.resume(0).0, 1, "the same stream");
    assert_eq!(filter.resume(1).0, 2);
    filter.sent(1, &meta, (meta.ts, true));
    assert_eq!(filter.resume(0).0, 1);
}
