# Every target but `clean` depends on the environment and redoes nothing that is done.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile

# Without, each of the processes that tests start compiles all modules anew: a second and a half.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run test check typed tidy compiled demo bench faults model lock format generate clean

setup: $(READY)

# Modules are compiled on all cores; pip would do it on one.
$(READY): requirements-dev.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements-dev.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	-$(BIN)/python -m compileall -q -j 0 $(VENV)/lib services shared
	$(BIN)/python -m services.booking.optimizer.warm
	touch $@

run: setup
	$(BIN)/onestop up $(ARGS)

test: setup
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

demo: setup
	$(BIN)/onestop demo $(ARGS)

bench: setup
	for name in check filing messaging pipeline memory merge items; do $(BIN)/onestop bench $$name $(ARGS) || exit 1; done

faults: setup
	$(BIN)/python -m tests.faults $(ARGS)

model: setup
	$(BIN)/python -m tests.model $(ARGS)

# The types alone take longer than all else.
check: setup
	$(MAKE) --no-print-directory --jobs=2 typed tidy

typed: setup
	$(BIN)/mypy

tidy: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --cache-dir .import_linter_cache
	$(BIN)/python -m tests.generate --check

# Without, each of the workers that `test` starts compiles all tests for itself.
compiled: setup
	$(BIN)/python -m pytest --collect-only --quiet --quiet > $(VENV)/compiled || { cat $(VENV)/compiled; exit 1; }

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: setup
	$(BIN)/python -m tests.generate

lock: setup
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
