//! Feeds libFuzzer's inputs to [`miso_fuzz::media_file`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| miso_fuzz::media_file(data));
