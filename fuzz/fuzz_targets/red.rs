//! Feeds libFuzzer's inputs to [`miso_fuzz::red`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| miso_fuzz::red(data));
