use std::hint::black_box;
use std::io::ErrorKind;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::{Cost, Meter};

fn work() {
    let sum = (0..20_000_000_u64).fold(0, |sum, value| black_box(sum ^ value));
    black_box(sum);
}

#[test]
fn the_cost_of_a_packet_is_the_time_divided_by_their_number() {
    let cost = Cost {
        packets: 200,
        cpu: Duration::from_micros(100),
        instructions: Some(1_000),
    };
    assert!((cost.us_per_packet() - 0.5).abs() < 1e-9);
    assert_eq!(cost.instructions_per_packet(), Some(5.0));
}

#[test]
fn parts_of_a_measurement_are_weighed_by_their_packets() {
    let part = |packets, microseconds| Cost {
        packets,
        cpu: Duration::from_micros(microseconds),
        instructions: Some(packets),
    };
    assert_eq!(part(10, 5).and(part(30, 7)), part(40, 12));
}

#[test]
fn a_thread_pays_for_its_own_work_only() {
    let meter = Meter::of_this_thread().unwrap();
    thread::spawn(work).join().unwrap();
    let others = meter.stop(1).unwrap().cpu;
    let meter = Meter::of_this_thread().unwrap();
    work();
    assert!(meter.stop(1).unwrap().cpu > others);
}

#[cfg(target_os = "linux")]
#[test]
fn named_threads_pay_for_their_work() {
    let (begin, begun) = mpsc::channel::<()>();
    let (end, ended) = mpsc::channel();
    let worker = move || {
        while begun.recv().is_ok() {
            work();
            end.send(()).unwrap();
        }
    };
    let thread = thread::Builder::new().name("metered-1".to_owned());
    let thread = thread.spawn(worker).unwrap();
    begin.send(()).unwrap();
    ended.recv().unwrap();
    let meter = Meter::of_threads_named("metered").unwrap();
    begin.send(()).unwrap();
    ended.recv().unwrap();
    assert!(meter.stop(1).unwrap().cpu > Duration::from_millis(1));
    drop(begin);
    thread.join().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_no_thread_has_is_an_error() {
    let refused = Meter::of_threads_named("no such thread");
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::NotFound);
}
