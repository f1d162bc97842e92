use std::hint::black_box;

use super::{Core, InstructionCounter, ResourceUsage, pin_thread, thread_cpu_time};

fn work() -> u64 {
    (0..5_000_000_u64).fold(0, |sum, value| black_box(sum ^ value))
}

#[test]
fn work_costs_processor_time() {
    let before = (
        thread_cpu_time().unwrap(),
        ResourceUsage::of_process().unwrap(),
    );
    black_box(work());
    assert!(thread_cpu_time().unwrap() > before.0);
    let usage = ResourceUsage::of_process().unwrap();
    assert!(usage.user_time + usage.system_time >= before.1.user_time + before.1.system_time);
    assert!(usage.max_resident > 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_pinned_thread_may_run_on_that_core_only() {
    std::thread::spawn(|| {
        let last = *super::allowed_cores().unwrap().last().unwrap();
        pin_thread(last).unwrap();
        assert_eq!(super::allowed_cores().unwrap(), [last]);
    })
    .join()
    .unwrap();
}

#[test]
fn a_core_that_does_not_exist_is_refused() {
    assert!(pin_thread(Core(1_000_000)).is_err());
}

#[test]
fn instructions_are_counted_where_the_machine_can() {
    // Many virtual machines have no counter, which must be an error and not a zero.
    if let Ok(counter) = InstructionCounter::open() {
        let before = counter.read().unwrap();
        black_box(work());
        assert!(counter.read().unwrap() > before + 5_000_000);
    }
}
