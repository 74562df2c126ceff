//! `cargo fuzz run links`: see `src/lib.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| greeum_fuzz::links(data));
