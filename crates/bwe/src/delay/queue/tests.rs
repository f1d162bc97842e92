use super::*;
use crate::testing::{arrived, ms};

/// One packet that takes so long on the way.
fn feed(queue: &mut StandingQueue, now: u64, transit: u64, usage: LinkUsage) {
    queue.update(&[arrived(ms(now), ms(now + transit))], usage, ms(now));
}

#[test]
fn queue_is_what_a_packet_takes_longer_than_the_fastest() {
    let mut queue = StandingQueue::default();
    feed(&mut queue, 0, 40, LinkUsage::Normal);
    feed(&mut queue, 100, 25, LinkUsage::Normal);
    feed(&mut queue, 200, 95, LinkUsage::Normal);
    assert_eq!(queue.length(), ms(70));
    assert_eq!(queue.share(), 1.0);
}

#[test]
fn long_queue_is_drained_until_it_is_short() {
    let mut queue = StandingQueue::default();
    feed(&mut queue, 0, 25, LinkUsage::Normal);
    feed(&mut queue, 100, 145, LinkUsage::Over);
    assert!((queue.share() - 0.8).abs() < 1e-9, "{}", queue.share());
    feed(&mut queue, 200, 625, LinkUsage::Over);
    assert_eq!(queue.share(), MIN_SHARE);
    feed(&mut queue, 300, 40, LinkUsage::Under);
    assert_eq!(queue.share(), 1.0);
}

#[test]
fn full_queue_that_no_longer_grows_is_drained_too() {
    let mut queue = StandingQueue::default();
    feed(&mut queue, 0, 25, LinkUsage::Normal);
    for millis in (100..600).step_by(100) {
        feed(&mut queue, millis, 265, LinkUsage::Normal);
        assert_eq!(queue.share(), 1.0);
    }
    feed(&mut queue, 600, 265, LinkUsage::Normal);
    assert!(queue.share() < 0.7, "{}", queue.share());
}

#[test]
fn queue_that_another_keeps_full_is_not_yielded_to() {
    let mut queue = StandingQueue::default();
    feed(&mut queue, 0, 25, LinkUsage::Normal);
    for millis in (100..1_700).step_by(100) {
        feed(&mut queue, millis, 325, LinkUsage::Over);
    }
    assert_eq!(queue.share(), 1.0);
    feed(&mut queue, 1_700, 325, LinkUsage::Over);
    assert_eq!(queue.share(), 1.0);
}

#[test]
fn path_that_has_become_longer_is_no_queue_for_long() {
    let mut queue = StandingQueue::default();
    for millis in (0..50_000).step_by(100) {
        let transit = if millis < 10_000 { 25 } else { 125 };
        feed(&mut queue, millis, transit, LinkUsage::Normal);
    }
    assert_eq!(queue.length(), Duration::ZERO);
}

#[test]
fn clock_that_drifts_by_500_ppm_is_no_queue() {
    let mut queue = StandingQueue::default();
    for millis in (0..60_000u64).step_by(100) {
        feed(&mut queue, millis, 25 + millis / 2_000, LinkUsage::Normal);
    }
    assert!(queue.length() <= ms(10), "{:?}", queue.length());
}

#[test]
fn trend_is_about_the_past_while_the_queue_drains() {
    let mut queue = StandingQueue::default();
    feed(&mut queue, 0, 25, LinkUsage::Normal);
    feed(&mut queue, 100, 225, LinkUsage::Over);
    assert!(!queue.is_draining());
    feed(&mut queue, 200, 125, LinkUsage::Over);
    assert!(queue.is_draining());
    feed(&mut queue, 300, 175, LinkUsage::Over);
    assert!(!queue.is_draining());
    let end = queue.update(&[arrived(ms(400), ms(430))], LinkUsage::Over, ms(400));
    assert!(end && !queue.is_draining());
}
