//! `cargo fuzz run korean`: see `src/lib.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| greeum_fuzz::korean(data));
