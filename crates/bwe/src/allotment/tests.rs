use super::*;
use proptest::prelude::*;

fn point(kilobits: u64, spatial: u8, temporal: u8) -> OperatingPoint {
    OperatingPoint {
        bitrate: Bitrate(kilobits * 1_000),
        spatial,
        temporal,
    }
}

const UNLIMITED: Bitrate = Bitrate(u64::MAX);

/// Three simulcast layers.
fn simulcast() -> [OperatingPoint; 3] {
    [point(100, 0, 0), point(400, 1, 0), point(1_200, 2, 0)]
}

fn claimant(priority: u8) -> Claimant {
    Claimant {
        priority,
        held: None,
    }
}

/// The spatial layers that claims of these priorities are given.
fn shared(kilobits: u64, priorities: &[u8]) -> Vec<Option<u8>> {
    let mut allotment = Allotment::default();
    let claims: Vec<_> = priorities
        .iter()
        .map(|priority| allotment.claim(claimant(*priority), simulcast()))
        .collect();
    allotment.share(Bitrate(kilobits * 1_000), UNLIMITED);
    let spatial = |claim: &ClaimIndex| allotment.given(*claim).map(|point| point.spatial);
    claims.iter().map(spatial).collect()
}

#[test]
fn one_consumer_gets_the_highest_point_that_fits() {
    assert_eq!(shared(99, &[1]), [None]);
    assert_eq!(shared(100, &[1]), [Some(0)]);
    assert_eq!(shared(1_000, &[1]), [Some(1)]);
    assert_eq!(shared(5_000, &[1]), [Some(2)]);
}

#[test]
fn everybody_gets_a_picture_before_anybody_gets_a_better_one() {
    assert_eq!(shared(350, &[1, 1, 1]), [Some(0), Some(0), Some(0)]);
    assert_eq!(shared(250, &[1, 1, 1]), [Some(0), Some(0), None]);
}

#[test]
fn the_higher_priority_is_served_first_and_better() {
    assert_eq!(shared(1_600, &[1, 2]), [Some(0), Some(2)]);
    assert_eq!(shared(100, &[1, 2]), [None, Some(0)]);
}

#[test]
fn equal_priorities_share_alike() {
    assert_eq!(shared(2_000, &[1, 1]), [Some(2), Some(1)]);
    assert_eq!(shared(3_000, &[7, 7]), [Some(2), Some(2)]);
}

#[test]
fn what_is_held_is_kept_where_a_rise_would_not_be_made() {
    let mut allotment = Allotment::default();
    let holding = |held| Claimant {
        held,
        ..claimant(1)
    };
    let kept = allotment.claim(holding(Some((1, 0))), simulcast());
    allotment.share(Bitrate(410_000), UNLIMITED);
    assert_eq!(allotment.given(kept), Some(point(400, 1, 0)));
    allotment.clear();
    let refused = allotment.claim(holding(Some((0, 0))), simulcast());
    allotment.share(Bitrate(410_000), UNLIMITED);
    assert_eq!(allotment.given(refused), Some(point(100, 0, 0)));
}

#[test]
fn rises_stop_at_what_all_may_have_together_and_first_points_do_not() {
    let mut allotment = Allotment::default();
    let holds = Claimant {
        held: Some((1, 0)),
        ..claimant(2)
    };
    let stays = allotment.claim(holds, simulcast());
    let comes = allotment.claim(claimant(1), simulcast());
    let left = allotment.share(Bitrate(10_000_000), Bitrate(300_000));
    assert_eq!(allotment.given(stays), Some(point(400, 1, 0)));
    assert_eq!(allotment.given(comes), Some(point(100, 0, 0)));
    assert_eq!(left, Bitrate(9_500_000));
}

#[test]
fn a_point_that_shows_less_for_more_is_passed_over() {
    let mut allotment = Allotment::default();
    let claim = allotment.claim(claimant(1), [point(300, 0, 2), point(200, 1, 0)]);
    allotment.share(Bitrate(250_000), UNLIMITED);
    assert_eq!(allotment.given(claim), Some(point(200, 1, 0)));
}

proptest! {
    #[test]
    fn no_more_is_given_than_there_is(
        available in 0_u64..5_000_000,
        claims in prop::collection::vec((1_u8..=255, prop::collection::vec(0_u64..2_000_000, 0..6)), 0..20),
    ) {
        let mut allotment = Allotment::default();
        let made: Vec<_> = claims
            .iter()
            .map(|(priority, bitrates)| {
                let points = (0_u8..).zip(bitrates).map(|(spatial, bitrate)| OperatingPoint {
                    bitrate: Bitrate(*bitrate),
                    spatial,
                    temporal: 0,
                });
                allotment.claim(claimant(*priority), points)
            })
            .collect();
        let left = allotment.share(Bitrate(available), UNLIMITED);
        let given: u64 = made
            .iter()
            .filter_map(|claim| allotment.given(*claim))
            .map(|point| point.bitrate.0)
            .sum();
        prop_assert_eq!(given + left.0, available);
    }

    #[test]
    fn sharing_again_what_was_given_changes_nothing(
        available in 0_u64..5_000_000,
        priorities in prop::collection::vec(1_u8..4, 1..8),
    ) {
        let mut allotment = Allotment::default();
        let mut held = vec![None; priorities.len()];
        let mut rounds = vec![];
        for _ in 0..6 {
            allotment.clear();
            let claims: Vec<_> = priorities
                .iter()
                .zip(&held)
                .map(|(priority, held)| {
                    allotment.claim(Claimant { held: *held, ..claimant(*priority) }, simulcast())
                })
                .collect();
            allotment.share(Bitrate(available), UNLIMITED);
            held = claims
                .iter()
                .map(|claim| allotment.given(*claim).map(|p| (p.spatial, p.temporal)))
                .collect();
            rounds.push(held.clone());
        }
        prop_assert_eq!(&rounds[4], &rounds[5]);
    }
}
