#!/usr/bin/env bash
# Gives every reader of bytes or text in the core what nobody meant, for some seconds each:
#     scripts/fuzz.sh SECONDS [TARGET …]
# Needs cargo-fuzz and what it needs: a compiler for C++, and a Rust toolchain that takes unstable options (nightly, or a stable one that is told
# to by RUSTC_BOOTSTRAP=1, as is done here). What is found lies in target/fuzz/artifacts/; put it into fuzz/regressions/TARGET/ with the repair.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$1
shift
need() { printf 'missing: %s\n    get it: %s\n' "$1" "$2" >&2; exit 2; }
command -v cargo-fuzz >/dev/null || need cargo-fuzz "cargo install cargo-fuzz --locked"
command -v c++ >/dev/null || need "a C++ compiler" "apt-get install g++"
export RUSTC_BOOTSTRAP=1
build=(--fuzz-dir fuzz --target-dir target/fuzz)
cargo run --quiet --release --no-default-features --manifest-path fuzz/Cargo.toml --target-dir target/fuzz/seeds --bin seeds target/fuzz/corpus
cargo fuzz build "${build[@]}"
[ $# -gt 0 ] || mapfile -t targets < <(cargo fuzz list --fuzz-dir fuzz)
for target in "${@:-${targets[@]}}"; do
    printf '\033[1m==> %s, %s s\033[0m\n' "$target" "$seconds"
    mkdir -p "target/fuzz/artifacts/$target"
    cargo fuzz run "${build[@]}" "$target" "target/fuzz/corpus/$target" -- -max_total_time="$seconds" -timeout=20 -verbosity=0 \
        -print_final_stats=1 -artifact_prefix="target/fuzz/artifacts/$target/"
done
