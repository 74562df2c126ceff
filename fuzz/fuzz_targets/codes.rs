//! `cargo fuzz run codes`: see `src/lib.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| greeum_fuzz::codes(data));
