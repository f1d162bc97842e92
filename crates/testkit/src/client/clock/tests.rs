use super::*;

#[test]
fn clock_that_drifts_is_ahead_or_behind_by_its_share_and_is_asked_in_time() {
    let start = crate::world::any_instant();
    for (drift_ppm, after_a_minute) in [(500, 60_030), (-500, 59_970), (0, 60_000)] {
        let clock = Clock::new(drift_ppm, start);
        let minute = start + Duration::from_secs(60);
        assert_eq!(
            clock.at(minute),
            start + Duration::from_millis(after_a_minute)
        );
        for nanos in [0, 1, 999, 1_000_003, 77_777_777_777] {
            let local = start + Duration::from_nanos(nanos);
            let when = clock.when(local);
            assert!(clock.at(when) >= local, "{drift_ppm} ppm, {nanos}");
            let early = when.checked_sub(Duration::from_nanos(3));
            assert!(
                early.is_none_or(|early| early < start || clock.at(early) < local),
                "{drift_ppm} ppm, {nanos}"
            );
        }
    }
}
