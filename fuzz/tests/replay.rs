//! Every target over what it begins with, small changes of that, and each input that once did harm (`regressions/TARGET/`).

use greeum_fuzz::mutation::mutate;
use greeum_fuzz::{TARGETS, Target, seeds};
use std::fs;
use std::path::Path;

/// Changes of each seed. A fuzzer tries millions; these are for finding out within seconds that a reader has become careless.
const CHANGES: u64 = 300;

#[test]
fn what_is_sound_is_read() {
    for (name, target) in TARGETS {
        let seeds = seeds::of(name);
        assert!(!seeds.is_empty(), "{name} begins with nothing");
        seeds.iter().for_each(|seed| target(seed));
    }
}

#[test]
fn small_changes_do_no_harm() {
    for (name, target) in TARGETS {
        for (number, seed) in (0..).zip(seeds::of(name)) {
            (0..CHANGES).for_each(|change| named(target, name, &mutate(&seed, number << 32 | change)));
        }
    }
}

#[test]
fn what_once_did_harm_does_none() {
    for (name, target) in TARGETS {
        let Ok(inputs) = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions").join(name)) else {
            continue;
        };
        inputs.for_each(|input| named(target, name, &fs::read(input.unwrap().path()).unwrap()));
    }
}

/// Runs a target; a panic says with what.
fn named(target: Target, name: &str, input: &[u8]) {
    let outcome = std::panic::catch_unwind(|| target(input));
    assert!(outcome.is_ok(), "{name}: {input:?}");
}
