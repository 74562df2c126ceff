//! Writes what every target begins with to `FOLDER/TARGET/`, where `scripts/fuzz.sh` has the fuzzer look for it.

use greeum_fuzz::{TARGETS, seeds};
use std::fs;
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).expect("names a folder"));
    for (name, _) in TARGETS {
        let corpus = folder.join(name);
        fs::create_dir_all(&corpus)?;
        for (number, seed) in seeds::of(name).iter().enumerate() {
            fs::write(corpus.join(format!("seed-{number}")), seed)?;
        }
    }
    Ok(())
}
