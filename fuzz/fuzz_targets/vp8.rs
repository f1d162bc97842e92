//! Feeds libFuzzer's inputs to [`miso_fuzz::vp8`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| miso_fuzz::vp8(data));
