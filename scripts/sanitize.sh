#!/usr/bin/env bash
# The core's tests with AddressSanitizer (memory that is not ours), ThreadSanitizer (data that two threads touch at once) and Miri (undefined
# behaviour of any kind, in what needs no files and no vector instructions):
#     scripts/sanitize.sh [address] [thread] [miri]
# Each needs something of the toolchain; what lacks it is passed over with a word, and the script ends with 3 if that was so.
set -euo pipefail
cd "$(dirname "$0")/.."
export RUSTC_BOOTSTRAP=1 # a stable compiler takes the options of nightly
target=$(rustc -vV | sed -n 's/^host: //p')
sysroot=$(rustc --print sysroot)
lacking=0
passed_over() { printf 'passed over: %s\n    %s\n' "$1" "$2" >&2; lacking=3; }

run() { # NAME OPTIONS TESTS…
    local name=$1 options=$2
    shift 2
    printf '\033[1m==> %s\033[0m\n' "$name"
    RUSTFLAGS="-Zsanitizer=$name $options" cargo test --quiet --release --locked -p greeum-core --target "$target" \
        --target-dir "target/sanitize/$name" "$@"
}

address() {
    compgen -G "$sysroot/lib/rustlib/$target/lib/librustc-*_rt.asan.a" >/dev/null ||
        { passed_over AddressSanitizer "this toolchain brings no runtime of it for $target"; return; }
    PROPTEST_CASES=${PROPTEST_CASES:-50} run address "-Cdebug-assertions=on" --lib --tests
}

thread() {
    compgen -G "$sysroot/lib/rustlib/$target/lib/librustc-*_rt.tsan.a" >/dev/null ||
        { passed_over ThreadSanitizer "this toolchain brings no runtime of it for $target"; return; }
    # Locks wait inside the standard library: if that is not watched too, all that they put in order is reported as disorder (it was tried).
    [ -d "$sysroot/lib/rustlib/src/rust/library/std" ] ||
        { passed_over ThreadSanitizer "it needs the source of the standard library: rustup component add rust-src"; return; }
    PROPTEST_CASES=${PROPTEST_CASES:-20} run thread "" -Zbuild-std --test concurrent --test index
}

miri() {
    cargo miri --version >/dev/null 2>&1 ||
        { passed_over Miri "it is not installed: rustup toolchain install nightly --component miri,rust-src"; return; }
    printf '\033[1m==> Miri\033[0m\n'
    PROPTEST_CASES=4 MIRIFLAGS=-Zmiri-disable-isolation cargo miri test --quiet --locked -p greeum-core --lib --target-dir target/sanitize/miri -- \
        bitmap bytes links:: vectors::code time:: words::calendar id::
}

[ $# -gt 0 ] || set -- address thread miri
for one in "$@"; do
    case $one in address | thread | miri) "$one" ;; *) printf 'no such check: %s\n' "$one" >&2; exit 2 ;; esac
done
exit $lacking
