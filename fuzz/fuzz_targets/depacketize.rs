//! Feeds libFuzzer's inputs to [`miso_fuzz::depacketize`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| miso_fuzz::depacketize(data));
