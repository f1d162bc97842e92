//! Feeds libFuzzer's inputs to [`miso_fuzz::transport_feedback`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| miso_fuzz::transport_feedback(data));
