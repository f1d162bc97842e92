use std::time::Duration;

use super::Load;

const SECOND: Duration = Duration::from_secs(1);

fn shapes(n: Option<usize>, burst: Option<usize>) -> Vec<(usize, usize)> {
    let loads = Load::selection(n, burst, SECOND);
    loads.iter().map(|load| (load.n, load.burst)).collect()
}

#[test]
fn a_run_measures_video_and_audio() {
    assert_eq!(
        shapes(None, None),
        [(10, 10), (100, 10), (500, 10), (100, 1)]
    );
}

#[test]
fn a_narrowed_run_measures_each_load_once() {
    assert_eq!(shapes(Some(7), None), [(7, 10), (7, 1)]);
    assert_eq!(shapes(None, Some(3)), [(10, 3), (100, 3), (500, 3)]);
    assert_eq!(shapes(Some(7), Some(3)), [(7, 3)]);
}

#[test]
fn packets_are_frames_times_burst_times_destinations() {
    let load = Load::new(100, 10, 2 * SECOND);
    assert_eq!((load.frames(), load.packets()), (60, 60_000));
    assert_eq!(load.packets_with_warm_up(), 70_000);
}
