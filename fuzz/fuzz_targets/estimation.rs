//! Feeds libFuzzer's inputs to [`miso_fuzz::estimation`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| miso_fuzz::estimation(data));
