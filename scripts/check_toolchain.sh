#!/usr/bin/env bash
# What a machine must have to build Greeum; names what is missing, with the command that gets it.
set -u
python=$1
missing=0
need() { printf 'missing: %s\n    get it: %s\n' "$1" "$2" >&2; missing=1; }

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    need "Python 3.11 or newer (looked for: $python)" "apt-get install python3 python3-venv   (or: make PYTHON=python3.12 …)"
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
    need "Python's venv module" "apt-get install python3-venv"
if version=$(rustc --version 2>/dev/null) && command -v cargo >/dev/null; then
    printf '%s\n1.89\n' "$(cut -d' ' -f2 <<<"$version")" | sort -V | head -1 | grep -qx 1.89 ||
        need "Rust 1.89 or newer (found: $version)" "rustup update stable"
    cargo clippy --version >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1 ||
        need "clippy and rustfmt" "rustup component add clippy rustfmt"
else
    need "a Rust toolchain" "curl https://sh.rustup.rs -sSf | sh   (see https://rustup.rs)"
fi
command -v cc >/dev/null || need "a C linker" "apt-get install gcc libc6-dev"
exit $missing
